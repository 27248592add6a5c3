"""Background work of people: letters, and derived tables after claims and corrections."""

from __future__ import annotations

from celery import shared_task
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone

from graph.models import TrustChange
from graph.refresh import refresh_authors
from graph.stale import refresh_stale
from profiles import waiting_claims
from profiles.letters import compose
from profiles.models import ClaimEvent
from profiles.verification import review_all
from works.attribution.resolve import resolve_dirty


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


@shared_task(autoretry_for=(OSError,), retry_backoff=30, max_retries=8)
def send_letter(subject: str, body: str, to: str) -> None:
    """Send a letter of which nothing remembers that it was sent: a worker that dies just after may send it twice."""
    EmailMessage(subject, body, to=[to]).send()


@shared_task
def tell_of_waiting_claims(site: str = "") -> None:
    """Tell everybody who may decide claims and has not been told lately; ``site`` as in ``send_claim_letter``."""
    for user_id in waiting_claims.deciders():
        tell_decider.delay(user_id, site or settings.PUBLIC_URL)


@shared_task(autoretry_for=(OSError,), retry_backoff=30, max_retries=8)
def tell_decider(user_id: int, site: str) -> None:
    """Send one of them the letter that is due, if one is."""
    waiting_claims.tell(user_id, site)


@shared_task
def clear_sessions() -> None:
    """Take away sessions that have run out: they hold the address that somebody logged in with."""
    SessionStore.clear_expired()


@shared_task(acks_late=True)
def refresh_trust(author_id: int) -> None:
    """Work out the trust of a record whose verification level changed; running twice is harmless."""
    refresh_authors([author_id], cause=TrustChange.Cause.CLAIM)


@shared_task(acks_late=True)
def refresh_corrected() -> None:
    """Bring graph and trust up to date after a correction, then have the machine draw its conclusions from it."""
    refresh_stale(cause=TrustChange.Cause.CORRECTION)
    draw_conclusions.delay()


@shared_task(acks_late=True)
def draw_conclusions() -> None:
    """Decide anew whatever corrections, and imports, left to be decided."""
    resolve_dirty()
    refresh_stale(cause=TrustChange.Cause.CORRECTION)


@shared_task
def review_levels() -> None:
    """Bring the level of every owned record up to date, and tell the owners of those that changed."""
    for event in review_all():
        send_claim_letter.delay(event.pk, settings.PUBLIC_URL)
        refresh_trust.delay(event.claim.author_id)
