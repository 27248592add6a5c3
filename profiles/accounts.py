"""Accounts themselves: another name."""

from __future__ import annotations

from django.db import transaction

from profiles.models import ClaimEvent, User
from profiles.throttle import admit_rename
from profiles.verification import review_owner


def rename(user: User, name: str) -> list[ClaimEvent]:
    """Give the account another name; an event tells if the level of the page that it owns changed with it.

    Raises ThrottledError when the level went up and down too often lately; then the name stays as it was.
    """
    if name == user.name:
        return []
    with transaction.atomic():
        admit_rename(user)
        User.objects.filter(pk=user.pk).update(name=name)
        events = review_owner(user, user)
    user.name = name
    return events
