from profiles.models.claims import DISPUTE_HOLD, Claim, ClaimEvent
from profiles.models.corrections import CannedAnswer, Ticket, Vote
from profiles.models.people import User, display_name
from profiles.models.social import Follow, Invitation

__all__ = [
    "DISPUTE_HOLD",
    "CannedAnswer",
    "Claim",
    "ClaimEvent",
    "Follow",
    "Invitation",
    "Ticket",
    "User",
    "Vote",
    "display_name",
]
