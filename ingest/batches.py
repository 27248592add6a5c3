"""Taking one batch of raw items in: skip what is unchanged, parse, load, record; all of it in one transaction.

Batches are cut by position, so they are the same whoever reads the source. The row that says "done" is written in the
transaction that holds the batch's works and rejects: a batch is in the database whole, once, or not at all.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from django.conf import settings
from django.db import DatabaseError, IntegrityError, InterfaceError, OperationalError, connection, transaction
from django.db.models import F
from django.utils import timezone

from ingest.meeting import newest_batch, require_unmet
from ingest.models import ImportBatch, ImportRun, RejectedRecord
from ingest.records import known_fingerprints, save_fingerprints
from ingest.rehearsal import Rehearsal
from ingest.sources.base import Cursor, RawItem, Source, fingerprint, parse_item, rejected
from works.institutions import load_institutions
from works.load import Loaded, WorkTakenError, ensure_topics, load
from works.matching import match_known
from works.records import InstitutionRecord, Rejected, WorkRecord

logger = logging.getLogger(__name__)

#: How long a batch is tried again while the database is away or other imports are in the way.
PATIENCE_SECONDS = float(settings.IMPORT_PATIENCE)
#: SQLSTATE classes that blame the data: data exception, integrity violation, program limit (a text too long to index).
_ABOUT_DATA = ("22", "23", "54")


class Outcome(msgspec.Struct):
    """Counts of one batch in terminal states: ``seen = created + updated + unchanged + rejected``."""

    seen: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    authorships: int = 0


class Batch(NamedTuple):
    """Consecutive raw items; ``number`` counts from 0."""

    number: int
    items: list[RawItem]


class WorkEntry(NamedTuple):
    """A parsed work with the item it came from and the item's fingerprint."""

    record: WorkRecord
    item: RawItem
    mark: bytes


class InstitutionEntry(NamedTuple):
    """The same for an institution."""

    record: InstitutionRecord
    item: RawItem
    mark: bytes


class Refusal(NamedTuple):
    """A record that was set aside, with the fingerprint of its item."""

    reject: Rejected
    mark: bytes


class Prepared(msgspec.Struct):
    """A batch after parsing."""

    works: list[WorkEntry]
    institutions: list[InstitutionEntry]
    refusals: list[Refusal]


class BatchDoneError(Exception):
    """Another worker committed this batch first; nothing of it is to be counted twice."""


def take_batch(run: ImportRun, source: Source, batch: Batch, rehearsal: Rehearsal | None = None) -> Outcome:
    """Take one batch in, again and again while a concurrent import or a restarting database is in the way.

    With a ``rehearsal`` (a dry run) everything but the account of the batch is undone before it is committed.
    """
    started = time.monotonic()
    prepared: Prepared | None = None
    for attempt in range(1000):
        try:
            prepared = prepared or _prepare(run, source, batch)
            return _write_batch(run, source, batch, prepared, started, rehearsal)
        except BatchDoneError:
            return Outcome()
        except (WorkTakenError, OperationalError, InterfaceError) as error:
            if is_about_data(error) or time.monotonic() - started > PATIENCE_SECONDS:
                raise
            logger.info("batch %s of run %s runs again: %s", batch.number, run.pk, error)
            connection.close()
            time.sleep(min(0.05 * 2**attempt, 2.0))
    raise AssertionError("unreachable: patience ends first")


def is_about_data(error: DatabaseError | InterfaceError) -> bool:
    """True when the database refused a value, not when it was away, busy or full."""
    if isinstance(error, WorkTakenError):
        return False
    state = getattr(error.__cause__, "sqlstate", None) or ""
    return str(state).startswith(_ABOUT_DATA)


def _prepare(run: ImportRun, source: Source, batch: Batch) -> Prepared:
    prints = [fingerprint(source, item.raw) for item in batch.items]
    known = known_fingerprints(run.source_id, prints)
    prepared = Prepared([], [], [])
    for item, mark in zip(batch.items, prints, strict=True):
        if mark in known:
            continue
        parsed = parse_item(source, item)
        if isinstance(parsed, Rejected):
            prepared.refusals.append(Refusal(parsed, mark))
        elif isinstance(parsed, InstitutionRecord):
            prepared.institutions.append(InstitutionEntry(parsed, item, mark))
        else:
            prepared.works.append(WorkEntry(parsed, item, mark))
    return prepared


def _write_batch(
    run: ImportRun, source: Source, batch: Batch, prepared: Prepared, started: float, rehearsal: Rehearsal | None
) -> Outcome:
    topics = {} if rehearsal else ensure_topics(entry.record for entry in prepared.works)
    with transaction.atomic():
        before = newest_batch()
        try:
            with transaction.atomic():
                if rehearsal:
                    topics = ensure_topics(entry.record for entry in prepared.works)
                taken = take_entries(run, source, prepared.works, prepared.institutions, topics)
                if rehearsal:
                    raise _UndoError
        except _UndoError:
            pass
        refusals = prepared.refusals + taken.refusals
        outcome = taken.outcome
        outcome.seen = len(batch.items)
        outcome.rejected = len(refusals)
        outcome.unchanged = outcome.seen - outcome.created - outcome.updated - outcome.rejected
        save_refusals(run, refusals)
        require_unmet(run, before, taken.new_records)
        _record(run, batch, taken, time.monotonic() - started)
        if rehearsal:
            rehearsal.add(batch.number, taken.loaded, refusals)
            rehearsal.save(run.pk)
    return outcome


class _UndoError(Exception):
    """Ends a dry run's transaction."""


class Taken(msgspec.Struct):
    """What became of parsed records: counts, refusals by the catalogue, and what the loader did."""

    outcome: Outcome
    refusals: list[Refusal]
    loaded: list[tuple[list[WorkEntry], Loaded]]

    @property
    def new_works(self) -> list[int]:
        return [work for _, part in self.loaded for work in part.new_works]

    @property
    def new_records(self) -> list[WorkRecord]:
        """The records that became new works."""
        new = set(self.new_works)
        placed = (zip(entries, part.work_ids, strict=True) for entries, part in self.loaded)
        return [entry.record for entries in placed for entry, work in entries if work in new]


def take_entries(
    run: ImportRun,
    source: Source,
    works: list[WorkEntry],
    institutions: list[InstitutionEntry],
    topics: Mapping[tuple[str, str], int],
) -> Taken:
    """Load records, remember their fingerprints and what they changed. Run inside a transaction."""
    taken = Taken(Outcome(), [], [])
    if institutions:
        created, updated = load_institutions([entry.record for entry in institutions])
        taken.outcome.created += created
        taken.outcome.updated += updated
        save_fingerprints(run.source_id, [(entry.record.ror, entry.mark, None) for entry in institutions])
    if source.enriches_known_works:
        works = _only_known(works, taken)
    _load_or_set_aside(works, topics, taken)
    for entries, part in taken.loaded:
        taken.outcome.created += part.created
        taken.outcome.updated += part.updated
        taken.outcome.authorships += part.authorships
        save_fingerprints(
            run.source_id,
            [(entry.record.key, entry.mark, work or None) for entry, work in zip(entries, part.work_ids, strict=True)],
        )
        _save_changes(run, part.changes)
    return taken


def save_refusals(run: ImportRun, refusals: Sequence[Refusal]) -> None:
    """Set records aside with their raw text; a position that was set aside before keeps its first reject.

    What was set aside for good in an earlier run of the source stays so while its raw text is the same.
    """
    given_up = _given_up(run, [mark for _, mark in refusals])
    RejectedRecord.objects.bulk_create(
        (
            RejectedRecord(
                run=run,
                position=reject.position,
                key=reject.key or "",
                reason=reject.reason[:200],
                detail=reject.detail,
                raw=reject.raw,
                fingerprint=mark,
                state=RejectedRecord.State.IGNORED if mark in given_up else RejectedRecord.State.OPEN,
            )
            for reject, mark in refusals
        ),
        ignore_conflicts=True,
    )


def _given_up(run: ImportRun, marks: Sequence[bytes]) -> set[bytes]:
    """Those of the fingerprints whose records were set aside for good."""
    if not marks:
        return set()
    ignored = RejectedRecord.objects.filter(state=RejectedRecord.State.IGNORED, fingerprint__in=marks)
    return {bytes(mark) for mark in ignored.filter(run__source=run.source_id).values_list("fingerprint", flat=True)}


def _only_known(works: list[WorkEntry], taken: Taken) -> list[WorkEntry]:
    """Records of an enriching source are kept only for works that the catalogue has."""
    kept = []
    for entry, work in zip(works, match_known([entry.record for entry in works]), strict=True):
        if work is None:
            taken.refusals.append(_refusal(entry, "The catalogue has no work with this identifier"))
        else:
            kept.append(entry)
    return kept


def _load_or_set_aside(works: list[WorkEntry], topics: Mapping[tuple[str, str], int], taken: Taken) -> None:
    """Load records; when the database refuses a value, find the record by halving and set it aside alone."""
    if not works:
        return
    try:
        with transaction.atomic():
            taken.loaded.append((works, load([entry.record for entry in works], topics)))
    except DatabaseError as error:
        if not is_about_data(error):
            raise
        if len(works) == 1:
            detail = str(error).strip().splitlines()[0]
            taken.refusals.append(_refusal(works[0], "The database cannot hold this record", detail))
            return
        middle = len(works) // 2
        _load_or_set_aside(works[:middle], topics, taken)
        _load_or_set_aside(works[middle:], topics, taken)


def _refusal(entry: WorkEntry, reason: str, detail: str = "") -> Refusal:
    item = entry.item
    return Refusal(rejected(item.position, item.raw, reason, detail, entry.record.key), entry.mark)


def _save_changes(run: ImportRun, changes: Mapping[int, dict[str, list[Any]]]) -> None:
    """Keep what changed by work; a fact that changes twice in a run went from its first state to its last."""
    if not changes:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ingest_workchange AS held (run_id, work_id, fields)"
            " SELECT %s, * FROM unnest(%s::bigint[], %s::jsonb[])"
            " ON CONFLICT (run_id, work_id) DO UPDATE SET fields = held.fields || (SELECT jsonb_object_agg(fact,"
            " jsonb_build_array(COALESCE(held.fields -> fact, states) -> 0, states -> 1))"
            " FROM jsonb_each(EXCLUDED.fields) AS change(fact, states))",
            [run.pk, list(changes), [msgspec.json.encode(fields).decode() for fields in changes.values()]],
        )


def _record(run: ImportRun, batch: Batch, taken: Taken, seconds: float) -> None:
    """Write the batch's row and move the run's counts; last in a transaction, so workers hold the run's row briefly."""
    cursor = batch.items[-1].cursor
    counts = msgspec.structs.asdict(taken.outcome)
    try:
        with transaction.atomic():
            ImportBatch.objects.create(
                run=run,
                number=batch.number,
                cursor=cursor,
                new_works=[] if run.is_dry_run else taken.new_works,
                seconds=seconds,
                at=timezone.now(),
                **counts,
            )
    except IntegrityError:
        raise BatchDoneError from None
    total = _total(batch.items[-1].position, cursor, run.options.get("limit"))
    ImportRun.objects.filter(pk=run.pk).update(
        **{name: F(name) + value for name, value in counts.items()}, **({"total": total} if total else {})
    )


def _total(position: int, cursor: Cursor, limit: int | None) -> int | None:
    """Records to come: ``position`` records are the share ``read / of`` of the source, in whatever unit it counts."""
    read, of = cursor.get("read"), cursor.get("of")
    if isinstance(read, int) and isinstance(of, int) and 0 < read <= of:
        total = max(round(position * of / read), position)
        return total if limit is None else min(total, limit)
    return limit
