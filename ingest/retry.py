"""Trying rejected records again, as they are or with a corrected text."""

from __future__ import annotations

import msgspec
from django.db import transaction
from django.db.models import F, QuerySet

from ingest import runs
from ingest.batches import InstitutionEntry, WorkEntry, take_entries
from ingest.models import ImportRun, RejectedRecord
from ingest.sources import get_source
from ingest.sources.base import RawItem, parse_item
from works.load import ensure_topics
from works.records import InstitutionRecord, Rejected

AT_ONCE = 500
State = RejectedRecord.State


class Retried(msgspec.Struct):
    """How many rejects were taken in, and how many were refused again."""

    fixed: int = 0
    refused: int = 0


def retry(run: ImportRun, rejects: QuerySet[RejectedRecord]) -> Retried:
    """Parse open rejects of a run again and take in what can be. When any was fixed, the caller hands on the run.

    A fixed reject keeps the fingerprint of the record as it came, so that a later import of the file leaves it alone.
    """
    retried = Retried()
    open_ = list(rejects.filter(run=run, state=State.OPEN).order_by("position").values_list("pk", flat=True))
    for start in range(0, len(open_), AT_ONCE):
        with transaction.atomic():
            chunk = RejectedRecord.objects.select_for_update().filter(
                pk__in=open_[start : start + AT_ONCE], state=State.OPEN
            )
            _retry_chunk(run, list(chunk.order_by("position")), retried)
    if retried.fixed:
        runs.reopen_run(run.pk)
    return retried


def retry_with(reject: RejectedRecord, raw: str) -> Retried:
    """Replace the raw text of one reject and try it again."""
    with transaction.atomic():
        changed = RejectedRecord.objects.filter(pk=reject.pk, state=State.OPEN).update(raw=raw)
        if not changed:
            return Retried()
        return retry(reject.run, RejectedRecord.objects.filter(pk=reject.pk))


def set_aside(run: ImportRun, reason: str) -> int:
    """Give up on all open rejects of a reason; returns how many there were."""
    return RejectedRecord.objects.filter(run=run, reason=reason, state=State.OPEN).update(state=State.IGNORED)


def _retry_chunk(run: ImportRun, rejects: list[RejectedRecord], retried: Retried) -> None:
    source = get_source(run.source.slug)
    works: list[WorkEntry] = []
    institutions: list[InstitutionEntry] = []
    refused: dict[int, Rejected] = {}
    for reject in rejects:
        item = RawItem(reject.position, reject.raw.encode(), {})
        parsed = parse_item(source, item)
        mark = bytes(reject.fingerprint)
        if isinstance(parsed, Rejected):
            refused[reject.position] = parsed
        elif isinstance(parsed, InstitutionRecord):
            institutions.append(InstitutionEntry(parsed, item, mark))
        else:
            works.append(WorkEntry(parsed, item, mark))
    taken = take_entries(run, source, works, institutions, ensure_topics(entry.record for entry in works))
    refused |= {refusal.reject.position: refusal.reject for refusal in taken.refusals}
    for reject in rejects:
        if reject.position in refused:
            again = refused[reject.position]
            reject.reason, reject.detail, reject.key = again.reason[:200], again.detail, again.key or ""
        else:
            reject.state = State.FIXED
    RejectedRecord.objects.bulk_update(rejects, ["reason", "detail", "key", "state"])
    fixed = len(rejects) - len(refused)
    outcome = taken.outcome
    ImportRun.objects.filter(pk=run.pk).update(
        rejected=F("rejected") - fixed,
        created=F("created") + outcome.created,
        updated=F("updated") + outcome.updated,
        unchanged=F("unchanged") + fixed - outcome.created - outcome.updated,
        authorships=F("authorships") + outcome.authorships,
    )
    retried.fixed += fixed
    retried.refused += len(refused)
