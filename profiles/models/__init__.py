from profiles.models.claims import DISPUTE_HOLD, Claim, ClaimEvent
from profiles.models.people import User, display_name
from profiles.models.social import Follow, Invitation

__all__ = ["DISPUTE_HOLD", "Claim", "ClaimEvent", "Follow", "Invitation", "User", "display_name"]
