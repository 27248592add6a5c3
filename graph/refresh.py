"""What an import, a claim or a correction calls when works or levels of authors changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from time import perf_counter

from django.db import transaction
from django.utils import timezone

from graph import caching, edges, snapshots
from graph.models import TrustChange


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh did: authors looked at (None for all), trust snapshots written, seconds taken."""

    authors: int | None
    snapshots: int
    seconds: float


def refresh_authors(author_ids: Iterable[int], *, cause: str = TrustChange.Cause.IMPORT) -> Refreshed:
    """Bring collaborations, topic and institution counts and trust up to date for the touched authors.

    Touched is every author whose list of works, printed facts or level changed; when a work moves, both the one who
    loses it and the one who gets it. Their co-authors follow by themselves. Call inside the transaction of the change
    or after it; running twice is harmless.
    """
    started = perf_counter()
    with transaction.atomic():
        touched = set(author_ids)
        changes = edges.refresh(touched)
        written = snapshots.refresh(touched, changes, cause=TrustChange.Cause(cause), at=timezone.now())
        concerned = touched | changes.authors
        transaction.on_commit(lambda: caching.forget(concerned))
    return Refreshed(len(concerned), written, perf_counter() - started)


def refresh_all(
    *, cause: str = TrustChange.Cause.NIGHTLY, announce: Callable[[str], None] = lambda step: None
) -> Refreshed:
    """Make every derived table anew and compute trust flows over the whole graph.

    Two transactions, so that readers never wait for the second; call it outside of any. Running it again after an
    interruption completes it. ``announce`` hears in words what begins.
    """
    started = perf_counter()
    announce("collaborations, topics and institutions of all researchers")
    edges.rebuild()
    announce("trust of all researchers")
    written = snapshots.recompute(cause=TrustChange.Cause(cause), at=timezone.now())
    transaction.on_commit(caching.forget_all)
    return Refreshed(None, written, perf_counter() - started)
