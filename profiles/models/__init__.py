from profiles.models.claims import Claim
from profiles.models.people import User, display_name
from profiles.models.social import Follow

__all__ = ["Claim", "Follow", "User", "display_name"]
