"""What becomes of rejected records: tried again as they are or with a corrected text, given up, taken up again."""

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
    """How many rejects were taken in, how many were refused again, and why the last of these was."""

    fixed: int = 0
    refused: int = 0
    why: str = ""


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
    """Try one open reject with a corrected text. What is refused leaves no trace: the record stays as it came."""
    retried = Retried()
    with transaction.atomic():
        chunk = RejectedRecord.objects.select_for_update().filter(pk=reject.pk, state=State.OPEN)
        _retry_chunk(reject.run, list(chunk), retried, raw)
        if retried.fixed:
            runs.reopen_run(reject.run_id)
    return retried


def set_aside(rejects: QuerySet[RejectedRecord]) -> int:
    """Give up on the open ones, also when a later run brings the same text again; returns how many there were."""
    return rejects.filter(state=State.OPEN).update(state=State.IGNORED)


def reopen(run: ImportRun, rejects: QuerySet[RejectedRecord]) -> int:
    """Take up again what was given up of a run, and the same texts of the source's other runs; how many the run has."""
    given_up = rejects.filter(run=run, state=State.IGNORED)
    with transaction.atomic():
        marks = list(given_up.values_list("fingerprint", flat=True))
        count = given_up.update(state=State.OPEN)
        twins = RejectedRecord.objects.filter(run__source=run.source_id, state=State.IGNORED, fingerprint__in=marks)
        twins.update(state=State.OPEN)
    return count


def _retry_chunk(run: ImportRun, rejects: list[RejectedRecord], retried: Retried, corrected: str | None = None) -> None:
    """Try the rejects, all with their own texts or the only one with a corrected text."""
    source = get_source(run.source.slug)
    works: list[WorkEntry] = []
    institutions: list[InstitutionEntry] = []
    refused: dict[int, Rejected] = {}
    for reject in rejects:
        item = RawItem(reject.position, (reject.raw if corrected is None else corrected).encode(), {})
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
            retried.why = ": ".join(filter(None, (again.reason, again.detail)))
            if corrected is None:
                reject.reason, reject.detail, reject.key = again.reason[:200], again.detail, again.key or ""
        else:
            reject.state, reject.mended = State.FIXED, corrected or ""
    RejectedRecord.objects.bulk_update(rejects, ["reason", "detail", "key", "state", "mended"])
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
