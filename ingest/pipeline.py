"""The import pipeline: read, skip what is unchanged, parse, take in, record; a batch at a time.

A batch is one transaction that holds its works, its rejects, its counts and the row that says it is done. Batches are cut
by position, so they are the same whoever reads the source: a batch that stands in the database is never done again,
and a worker that dies leaves nothing behind.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import groupby

import msgspec
from django.db import DatabaseError, IntegrityError, OperationalError, connection, transaction
from django.db.models import F
from django.utils import timezone

from ingest import runs
from ingest.models import ImportBatch, ImportRun, ImportShard, RejectedRecord, WorkChange
from ingest.records import known_fingerprints, save_fingerprints
from ingest.sources import get_source
from ingest.sources.base import Cursor, RawItem, Source, SourceError, fingerprint, parse_item, rejected
from works.institutions import load_institutions
from works.load import IdentifierTaken, ensure_topics, load, match_known
from works.records import InstitutionRecord, Rejected, WorkRecord

logger = logging.getLogger(__name__)

#: Threads of one worker that take batches in; while one waits for the database another parses.
LOADERS = 2
#: Batches read ahead of the loaders, which bounds memory.
AHEAD = 2
ATTEMPTS = 5


class Outcome(msgspec.Struct):
    """Counts of one batch in terminal states: ``seen = created + updated + unchanged + rejected``."""

    seen: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    authorships: int = 0


class Batch(msgspec.Struct):
    number: int
    items: list[RawItem]

    @property
    def cursor(self) -> Cursor:
        return self.items[-1].cursor


Progress = Callable[[Outcome], None]


def work_shard(run_id: int, index: int, worker: str, progress: Progress | None = None) -> bool:
    """Do one shard of a run. True when this call completed the records of the whole run.

    Does nothing when the shard is another worker's. Source errors end the run with their message; a failure of the
    machinery (database gone) is raised after the shard is released, so that another attempt can go on.
    """
    if not runs.claim_shard(run_id, index, worker):
        return False
    run = ImportRun.objects.select_related("source").get(pk=run_id)
    heart = Heart(run_id, index, worker)
    try:
        with heart:
            completed = _take_in(run, index, heart, progress)
    except SourceError as error:
        runs.fail_run(run_id, str(error))
        runs.release_shard(run_id, index, worker)
        return False
    except DatabaseError:
        logger.exception("import run %s lost its database", run_id)
        raise
    except Exception as error:
        logger.exception("import run %s failed", run_id)
        runs.fail_run(run_id, f"{type(error).__name__}: {error}")
        runs.release_shard(run_id, index, worker)
        raise
    if completed:
        return runs.close_shard(run_id, index, worker)
    runs.release_shard(run_id, index, worker)
    return False


def _take_in(run: ImportRun, index: int, heart: Heart, progress: Progress | None) -> bool:
    """Feed the shard's open batches to the loaders. False when the run was asked to stop."""
    source = get_source(run.source.slug)
    with ThreadPoolExecutor(LOADERS, thread_name_prefix="loader") as pool:
        pending: set[Future[Outcome]] = set()
        for batch in open_batches(run, index, source):
            while len(pending) >= LOADERS + AHEAD:
                pending = _settle(pending, progress)
            if heart.stopped:
                break
            pending.add(pool.submit(_in_thread, run, source, batch))
        while pending:
            pending = _settle(pending, progress)
    return not heart.stopped


def _settle(pending: set[Future[Outcome]], progress: Progress | None) -> set[Future[Outcome]]:
    done, waiting = wait(pending, return_when=FIRST_COMPLETED)
    for future in done:
        outcome = future.result()
        if progress:
            progress(outcome)
    return waiting


def _in_thread(run: ImportRun, source: Source, batch: Batch) -> Outcome:
    try:
        return take_batch(run, source, batch)
    finally:
        connection.close()


def open_batches(run: ImportRun, index: int, source: Source) -> Iterator[Batch]:
    """The batches of a shard that are not done yet, in order, read from the last point before which everything is done."""
    shards = ImportShard.objects.filter(run=run).count()
    done: set[int] = set()
    cursor: Cursor | None = None
    for number, after in ImportBatch.objects.filter(run=run).order_by("number").values_list("number", "cursor"):
        if number == len(done):
            cursor = after
        done.add(number)
    items = source.read(runs.options_of(run), cursor)
    for number, group in groupby(items, key=lambda item: (item.position - 1) // run.batch_size):
        if number % shards == index and number not in done:
            yield Batch(number, list(group))


def take_batch(run: ImportRun, source: Source, batch: Batch) -> Outcome:
    """Take one batch in, retrying when a concurrent import or a restarting database got in the way."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return _take_batch_once(run, source, batch)
        except (IdentifierTaken, OperationalError) as error:
            if attempt == ATTEMPTS:
                raise
            logger.info("batch %s of run %s runs again: %s", batch.number, run.pk, error)
            connection.close()
            time.sleep(0.2 * attempt)
    raise AssertionError("unreachable")


def _take_batch_once(run: ImportRun, source: Source, batch: Batch) -> Outcome:
    started = time.monotonic()
    prints = [fingerprint(source, item.raw) for item in batch.items]
    known = known_fingerprints(run.source_id, prints)
    works: list[tuple[WorkRecord, bytes, RawItem]] = []
    institutions: list[InstitutionRecord] = []
    rejects: list[Rejected] = []
    for item, mark in zip(batch.items, prints, strict=True):
        if mark in known:
            continue
        parsed = parse_item(source, item)
        if isinstance(parsed, Rejected):
            rejects.append(parsed)
        elif isinstance(parsed, InstitutionRecord):
            institutions.append(parsed)
        else:
            works.append((parsed, mark, item))
    outcome = Outcome(seen=len(batch.items), rejected=len(rejects))
    outcome.unchanged = outcome.seen - len(works) - len(institutions) - len(rejects)
    ensure_topics(record for record, _, _ in works)
    try:
        with transaction.atomic():
            _write(run, source, works, institutions, outcome, rejects)
            RejectedRecord.objects.bulk_create(
                RejectedRecord(
                    run=run,
                    position=reject.position,
                    key=reject.key or "",
                    reason=reject.reason[:200],
                    detail=reject.detail,
                    raw=reject.raw,
                )
                for reject in rejects
            )
            _record(run, batch, outcome, time.monotonic() - started)
    except BatchDone:
        return Outcome()
    return outcome


class BatchDone(Exception):
    """Another worker committed this batch first; nothing of it is to be counted twice."""


def _write(
    run: ImportRun,
    source: Source,
    works: list[tuple[WorkRecord, bytes, RawItem]],
    institutions: list[InstitutionRecord],
    outcome: Outcome,
    rejects: list[Rejected],
) -> None:
    if institutions:
        created, updated = load_institutions(institutions)
        outcome.created += created
        outcome.updated += updated
        outcome.unchanged += len(institutions) - created - updated
    if source.enriches_known_works:
        works = _only_known(works, outcome, rejects)
    if not works:
        return
    loaded = load([record for record, _, _ in works])
    outcome.created += loaded.created
    outcome.updated += loaded.updated
    outcome.unchanged += loaded.unchanged
    outcome.authorships += loaded.authorships
    save_fingerprints(
        run.source_id,
        run.pk,
        [(record.key, mark, work) for (record, mark, _), work in zip(works, loaded.work_ids, strict=True)],
    )
    WorkChange.objects.bulk_create(
        [WorkChange(run=run, work_id=work, fields=fields) for work, fields in loaded.changes.items()],
        update_conflicts=True,
        unique_fields=["run", "work"],
        update_fields=["fields"],
    )


def _only_known(
    works: list[tuple[WorkRecord, bytes, RawItem]], outcome: Outcome, rejects: list[Rejected]
) -> list[tuple[WorkRecord, bytes, RawItem]]:
    """Records of an enriching source are kept only for works that the catalogue has."""
    from_catalogue = match_known([record for record, _, _ in works])
    kept = []
    for entry, work in zip(works, from_catalogue, strict=True):
        if work is None:
            record, _, item = entry
            reason = "The catalogue has no work with this identifier"
            rejects.append(rejected(item.position, item.raw, reason, key=record.key))
            outcome.rejected += 1
        else:
            kept.append(entry)
    return kept


def _record(run: ImportRun, batch: Batch, outcome: Outcome, seconds: float) -> None:
    """Write the batch's row and move the run's counts. Last in the transaction, so that workers hold the run's row briefly."""
    counts = msgspec.structs.asdict(outcome)
    try:
        with transaction.atomic():
            ImportBatch.objects.create(
                run=run, number=batch.number, cursor=batch.cursor, seconds=seconds, at=timezone.now(), **counts
            )
    except IntegrityError:
        raise BatchDone from None
    ImportRun.objects.filter(pk=run.pk).update(**{name: F(name) + value for name, value in counts.items()})


class Heart:
    """Gives a worker's sign of life from a thread of its own, and notices that the run is to stop."""

    def __init__(self, run: int, index: int, worker: str) -> None:
        self.run, self.index, self.worker = run, index, worker
        self._stop = threading.Event()
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heart", daemon=True)

    @property
    def stopped(self) -> bool:
        """True when the shard was taken away or the run was asked to stop."""
        return self._stop.is_set()

    def __enter__(self) -> Heart:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._end.set()
        self._thread.join()

    def _beat(self) -> None:
        since = time.monotonic()
        while not self._end.wait(1.0):
            # The run's state is looked at every second, so a stop is felt at once; the heartbeat is written less often.
            try:
                if time.monotonic() - since >= runs.HEARTBEAT_SECONDS:
                    since = time.monotonic()
                    alive = runs.beat_shard(self.run, self.index, self.worker)
                else:
                    alive = ImportRun.objects.filter(pk=self.run, state=ImportRun.State.RUNNING).exists()
            except DatabaseError:
                connection.close()
                continue
            if not alive:
                self._stop.set()
                break
        connection.close()
