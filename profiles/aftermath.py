"""What follows a step of a claim, a correction or the end of an account, once it is committed.

Letters, and derived tables brought up to date.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest

from profiles import letters
from profiles.addresses import site_of
from profiles.leaving import Farewell
from profiles.models import ClaimEvent
from profiles.tasks import refresh_corrected, refresh_trust, send_claim_letter, send_letter, tell_of_waiting_claims

Kind = ClaimEvent.Kind
CHANGE_THE_LEVEL = frozenset({Kind.APPROVED, Kind.RELEASED, Kind.REPLACED, Kind.REVIEWED, Kind.ENDED})
ASKED_FOR = frozenset({Kind.REQUESTED, Kind.DISPUTED})


def follow_up(request: HttpRequest, events: Iterable[ClaimEvent]) -> None:
    """Enqueue what the events call for. Called by views and admin actions, never by services."""
    site = site_of(request)
    for event in events:
        send_claim_letter.delay_on_commit(event.pk, site)
        if event.kind in CHANGE_THE_LEVEL:
            refresh_trust.delay_on_commit(event.claim.author_id)
        if event.kind in ASKED_FOR:
            tell_of_waiting_claims.delay_on_commit(site)


def follow_deletion(farewell: Farewell, *, by_staff: bool) -> None:
    """Enqueue what is left to do once an account is deleted. Called by views and the admin, never by services."""
    letter = letters.farewell(farewell.email, farewell.name, by_staff=by_staff)
    send_letter.delay_on_commit(letter.subject, letter.body, farewell.email)
    for page in farewell.pages:
        refresh_trust.delay_on_commit(page)


def follow_correction() -> None:
    """Enqueue what every change of attribution by a person calls for. Called by views, never by services."""
    refresh_corrected.delay_on_commit()
