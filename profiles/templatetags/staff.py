"""What the menu of a member of staff leads to."""

from __future__ import annotations

from typing import NamedTuple

from django import template

from profiles.access import may_decide_claims, may_open_admin
from profiles.models import Claim, User

register = template.Library()


class Desk(NamedTuple):
    """Claims that wait, ``None`` for who does not decide them, and whether the admin holds anything for the account."""

    waiting_claims: int | None
    has_admin: bool


@register.simple_tag
def desk_of(user: User) -> Desk:
    """For staff only: one query, and two more for the rights of who has not all of them."""
    waiting = Claim.objects.open().count() if may_decide_claims(user) else None
    return Desk(waiting, may_open_admin(user))
