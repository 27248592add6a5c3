"""Which works people changed again after an act, so that undoing it leaves them alone."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.db.models import F

from works.at_once import among
from works.models import Attribution, AuthorEvent, EventBatch

Kind = EventBatch.Kind


def overtaken(events: Sequence[AuthorEvent]) -> set[int]:
    """The authorships of those events which a person moved or decided again later, as far as that still stands.

    * A later change that was undone is none; but an undo that brought the work back to where it was before the event
      stands itself.
    * A later merge of the whole record says something about these works only if the record held nothing else: "B is C"
      stays true when a work that had come to B by mistake goes back where it came from.

    Three queries for any number of events.
    """
    last = {event.authorship_id: event.pk for event in events if event.authorship_id is not None}
    rows = AuthorEvent.objects.filter(authorship__in=among(last), pk__gt=min(last.values(), default=0), undone_by=None)
    changes = rows.exclude(batch__role=Attribution.DecidedBy.MACHINE)
    later = [
        (authorship, batch, kind)
        for authorship, pk, batch, kind in changes.values_list("authorship_id", "pk", "batch_id", "batch__kind")
        if pk > last[authorship]
    ]
    took_back = _what_undid_earlier(last, {batch for _, batch, kind in later if kind == Kind.UNDO})
    of_more = _merges_of_more(last, {batch for _, batch, kind in later if kind == Kind.MERGE})
    return {
        authorship
        for authorship, batch, kind in later
        if (kind != Kind.UNDO or (authorship, batch) in took_back) and not (kind == Kind.MERGE and batch in of_more)
    }


def _what_undid_earlier(last: dict[int, int], undos: Collection[int]) -> set[tuple[int, int]]:
    """``(authorship, undo)`` where the undo took back a change older than the event in question."""
    if not undos:
        return set()
    undone = AuthorEvent.objects.filter(authorship__in=among(last), undone_by__in=undos)
    return {
        (authorship, undo)
        for authorship, undo, pk in undone.values_list("authorship_id", "undone_by_id", "pk")
        if pk < last[authorship]
    }


def _merges_of_more(last: dict[int, int], merges: Collection[int]) -> set[int]:
    """Those merges that moved other works of the record as well."""
    if not merges:
        return set()
    moves = AuthorEvent.objects.filter(batch__in=merges, authorship__isnull=False).exclude(source=F("target"))
    return set(moves.exclude(authorship__in=among(last)).values_list("batch_id", flat=True).distinct())
