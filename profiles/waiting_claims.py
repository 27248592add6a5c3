"""Telling the staff who decide claims that some wait: at once, and then never more than one letter a day to each."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone

from profiles.access import may_decide_claims
from profiles.letters import claims_wait
from profiles.models import Claim, User

PAUSE = timedelta(days=1)
"""Between two letters to one person, whatever happens meanwhile."""
REMINDER = timedelta(days=7)
"""Until the same claims are named again, when no other one came."""


def deciders() -> list[int]:
    """The accounts (ids) that may decide claims."""
    staff = User.objects.filter(is_staff=True, is_active=True).order_by("pk")
    return [user.pk for user in staff if may_decide_claims(user)]


def tell(user_id: int, site: str) -> bool:
    """Send the letter that is due to one of them, if one is; whether it was sent.

    The account's row is locked meanwhile, so that two workers never send two. Raises OSError when the mail server does
    not answer; then the letter stays due.
    """
    with transaction.atomic():
        rows = User.objects.select_for_update(no_key=True, skip_locked=True).filter(pk=user_id)
        user = rows.first()
        letter = _due(user, timezone.now(), site) if user else None
        if user is None or letter is None:
            return False
        rows.update(claims_told_at=timezone.now())
        letter.send()
    return True


def _due(user: User, now: datetime, site: str) -> EmailMessage | None:
    told = user.claims_told_at
    if told is not None and now - told < PAUSE:
        return None
    waiting = Claim.objects.open().exclude(user=user).order_by("waiting_since")
    oldest = waiting.first()
    if oldest is None:
        return None
    is_news = told is None or now - told >= REMINDER or waiting.filter(waiting_since__gt=told).exists()
    return claims_wait(user, waiting.count(), oldest.waiting_since, site) if is_news else None
