"""A storm of corrections, claims or new names from one account is slowed down.

Counted in the database, so no process sees less than all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from profiles.models import Claim, ClaimEvent, Ticket, User
from works.models import EventBatch


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``number`` within the last ``window``; ``phrase`` is the window in words."""

    number: int
    window: timedelta
    phrase: str


TICKETS = Limit(20, timedelta(days=1), "24 hours")
OWN_ACTS = Limit(60, timedelta(hours=1), "hour")
CURATOR_ACTS = Limit(600, timedelta(hours=1), "hour")
CLAIMS = Limit(5, timedelta(days=1), "24 hours")
LEVEL_TURNS = Limit(6, timedelta(days=1), "24 hours")


class ThrottledError(Exception):
    """Too many corrections; ``until`` is when the next one is possible."""

    def __init__(self, limit: Limit, what: str, until: datetime) -> None:
        super().__init__(
            f"You have made {limit.number} {what} in the last {limit.phrase}, and more are not taken at once, to "
            f"protect the record. The next one is possible at {until:%H:%M} UTC on {until:%-d %B}. Nothing that you "
            "wrote is lost: it stands in the form below."
        )
        self.until = until


def admit_ticket(user: User) -> None:
    """Let one more ticket through or raise ``ThrottledError``; called in the transaction that opens the ticket."""
    _wait_for_turn(user)
    times = Ticket.objects.filter(reporter=user, opened_at__gt=timezone.now() - TICKETS.window)
    _admit(TICKETS, "correction requests", list(times.order_by("-opened_at").values_list("opened_at", flat=True)))


def admit_act(user: User, *, is_curator: bool) -> None:
    """Let one more direct correction through or raise ``ThrottledError``; undoing is never throttled."""
    _wait_for_turn(user)
    limit = CURATOR_ACTS if is_curator else OWN_ACTS
    acts = EventBatch.objects.filter(actor=user, at__gt=timezone.now() - limit.window)
    times = acts.exclude(kind=EventBatch.Kind.UNDO).order_by("-at").values_list("at", flat=True)
    _admit(limit, "corrections", list(times[: limit.number]))


def admit_claim(user: User) -> None:
    """Let one more claim through; the staff, and the owner of a disputed page, get a letter. As ``admit_ticket``."""
    _wait_for_turn(user)
    times = Claim.objects.filter(user=user, created_at__gt=timezone.now() - CLAIMS.window)
    _admit(CLAIMS, "claims", list(times.order_by("-created_at").values_list("created_at", flat=True)))


def admit_rename(user: User) -> None:
    """Let one more name through that may change the level of a page; called in the transaction that writes it."""
    _wait_for_turn(user)
    turns = ClaimEvent.objects.filter(
        actor=user, kind=ClaimEvent.Kind.REVIEWED, at__gt=timezone.now() - LEVEL_TURNS.window
    )
    _admit(
        LEVEL_TURNS, "changes of name that changed a level", list(turns.order_by("-at").values_list("at", flat=True))
    )


def _wait_for_turn(user: User) -> None:
    """Two requests of one account are counted one after the other."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("a count outside of the transaction that adds to it counts nothing")
    User.objects.select_for_update().get(pk=user.pk)


def _admit(limit: Limit, what: str, times: list[datetime]) -> None:
    if len(times) >= limit.number:
        raise ThrottledError(limit, what, times[limit.number - 1] + limit.window)
