"""What follows a step of a claim, once it is committed: the letter to whom it concerns, and the trust of the record."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest

from profiles.addresses import site_of
from profiles.models import ClaimEvent
from profiles.tasks import refresh_trust, send_claim_letter

CHANGE_THE_LEVEL = frozenset({ClaimEvent.Kind.APPROVED, ClaimEvent.Kind.RELEASED, ClaimEvent.Kind.REPLACED})


def follow_up(request: HttpRequest, events: Iterable[ClaimEvent]) -> None:
    """Enqueue what the events call for. Called by views and admin actions, never by services."""
    site = site_of(request)
    for event in events:
        send_claim_letter.delay_on_commit(event.pk, site)
        if event.kind in CHANGE_THE_LEVEL:
            refresh_trust.delay_on_commit(event.claim.author_id)
