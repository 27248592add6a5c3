"""Background work of people: letters about claims."""

from __future__ import annotations

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from profiles.letters import compose
from profiles.models import ClaimEvent


@shared_task(autoretry_for=(OSError,), retry_backoff=30, max_retries=8)
def send_claim_letter(event_id: int, site: str) -> None:
    """Send the letter about one event, once: a second run finds the event notified and does nothing.

    A mail server that does not answer is tried again, eight times over some two hours.
    """
    with transaction.atomic():
        unsent = ClaimEvent.objects.select_for_update(of=("self",)).filter(pk=event_id, notified_at=None)
        event = unsent.select_related("claim__author", "claim__user").first()
        if event is None:
            return
        letter = compose(event, site)
        if letter is not None:
            letter.send()
        event.notified_at = timezone.now()
        event.save(update_fields=["notified_at"])
