"""The import pipeline: one worker does one shard of a run, batch by batch, in order.

A worker is one process with one transaction at a time; several workers share a run through its shards. A batch that
stands in the database is never done again, and a worker that dies leaves nothing behind.
"""

from __future__ import annotations

import gc
import logging
import signal
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from types import FrameType

import msgspec
from django.db import DatabaseError, InterfaceError

from ingest import runs
from ingest.batches import Batch, Outcome, take_batch
from ingest.heart import Heart
from ingest.models import ImportBatch, ImportRun, ImportShard
from ingest.rehearsal import Rehearsal
from ingest.sources import get_source
from ingest.sources.base import Cursor, RawItem, Source, SourceError, SourceOptions, StoppedError
from ingest.sources.files import mark_of
from works.garbage import rarely_collected
from works.load import settle_search
from works.models import WorkIdentifier

logger = logging.getLogger(__name__)

#: Raw text of one batch; 2,000 usual records have 3.5 MB.
MAX_BATCH_BYTES = 64 * 1024 * 1024
KEPT_OF_LONG_ITEM = 64 * 1024

Progress = Callable[[Outcome], None]
#: Batches as somebody else reads them; ``None`` says that the next one is still to come.
Feed = Iterator[Batch | None]


def work_shard(
    run_id: int,
    index: int,
    worker: str,
    progress: Progress | None = None,
    batches: Feed | None = None,
    claim: Callable[[int, int, str], bool] = runs.claim_shard,
) -> bool:
    """Do one shard of a run. True when this call completed the records of the whole run.

    Without ``batches``, which must be the shard's open ones, the worker reads the source itself. Does nothing when the
    shard cannot be had: ``claim`` takes run, shard and worker, and says whether it is this worker's now. Source errors
    end the run with their message; when the database is gone the error is raised, and the shard waits for whoever takes
    it over.
    """
    if not claim(run_id, index, worker):
        return False
    run = ImportRun.objects.select_related("source").get(pk=run_id)
    try:
        with (
            Heart(lambda write: runs.beat_shard(run_id, index, worker, write=write), runs.HEARTBEAT_SECONDS) as heart,
            rarely_collected(),
        ):
            completed = _take_in(run, index, heart, progress, batches)
    except SourceError as error:
        runs.fail_run(run_id, str(error))
        runs.release_shard(run_id, index, worker)
        return False
    except (DatabaseError, InterfaceError) as error:
        logger.error("import run %s lost its database: %s", run_id, str(error).strip())
        raise
    except Exception as error:
        logger.exception("import run %s failed", run_id)
        runs.fail_run(run_id, f"{type(error).__name__}: {error}")
        runs.release_shard(run_id, index, worker)
        raise
    except BaseException:  # Ctrl-C, or a worker that is told to end: the shard is free at once
        runs.release_shard(run_id, index, worker)
        raise
    if completed:
        is_last = runs.close_shard(run_id, index, worker)
        if is_last and not run.is_dry_run:
            settle_search()
        return is_last
    runs.release_shard(run_id, index, worker)
    return False


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Let Ctrl-C wait for the end of a batch, where it would leave the connection in the midst of a statement.

    A second one does not wait. Handlers other than Python's own are left as they are.
    """
    is_main = threading.current_thread() is threading.main_thread()
    if not is_main or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    is_asked = False

    def ask(number: int, frame: FrameType | None) -> None:
        nonlocal is_asked
        if is_asked:
            raise KeyboardInterrupt
        is_asked = True

    signal.signal(signal.SIGINT, ask)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if is_asked:
        raise KeyboardInterrupt


def _take_in(run: ImportRun, index: int, heart: Heart, progress: Progress | None, batches: Feed | None) -> bool:
    """Take in the shard's open batches. False when the run was asked to stop."""
    source = get_source(run.source.slug)
    rehearsal = Rehearsal() if run.is_dry_run else None
    try:
        for batch in open_batches(run, [index], source, heart.stop) if batches is None else batches:
            if heart.stopped:
                return False
            if batch is None:
                continue
            with _uninterrupted():
                outcome = take_batch(run, source, batch, rehearsal)
            # The driver leaves some cycles behind.
            gc.collect()
            if progress:
                progress(outcome)
    except StoppedError:
        return False
    return not heart.stopped


def open_batches(
    run: ImportRun, indexes: Collection[int], source: Source, stop: threading.Event | None = None
) -> Iterator[Batch]:
    """The batches of some shards that are not done yet, in order, read from where everything before is done.

    Raises ``StoppedError`` when it waits for a service and ``stop`` is set.
    """
    shards = ImportShard.objects.filter(run=run).count()
    done: set[int] = set()
    unbroken = 0
    cursor: Cursor | None = None
    for number, after in ImportBatch.objects.filter(run=run).order_by("number").values_list("number", "cursor"):
        if number == unbroken:
            cursor, unbroken = after, unbroken + 1
        done.add(number)
    options = msgspec.structs.replace(_options(run, source), stop=stop)
    _require_same_files(run, source.files(options), has_begun=bool(done))
    items = source.read(options, cursor)
    for number, group in groupby(items, key=lambda item: (item.position - 1) // run.batch_size):
        if number % shards in indexes and number not in done:
            yield Batch(number, list(_bounded(group)))


def _require_same_files(run: ImportRun, paths: Sequence[str], *, has_begun: bool) -> None:
    """Refuse to go on with other files than those of the batches that are done: positions would mean other records.

    Raises ``SourceError``.
    """
    mark = mark_of(paths)
    if not has_begun:
        ImportRun.objects.filter(pk=run.pk).update(input_mark=mark)
    elif mark != ImportRun.objects.values_list("input_mark", flat=True).get(pk=run.pk):
        names = ", ".join(Path(path).name for path in paths)
        raise SourceError(f"{names}: replaced since this run began; put the old file back, or start a new run")


def _options(run: ImportRun, source: Source) -> SourceOptions:
    """What the run is asked to read; a service that enriches is asked for the DOIs that the catalogue has by now.

    They come in the order in which they were taken in, so a run that resumes finds what it has done at its place.
    """
    options = runs.options_of(run)
    if not (source.enriches_known_works and source.is_network) or options.inputs:
        return options
    dois = (
        WorkIdentifier.objects.filter(scheme=WorkIdentifier.Scheme.DOI).order_by("pk").values_list("value", flat=True)
    )
    return msgspec.structs.replace(options, known_dois=tuple(dois[: options.limit]))


def _bounded(items: Iterable[RawItem]) -> Iterator[RawItem]:
    """Set aside the long items of a batch that would not fit into memory; usual records are never concerned."""
    size = 0
    for item in items:
        size += len(item.raw)
        if size > MAX_BATCH_BYTES and len(item.raw) > KEPT_OF_LONG_ITEM:
            size -= len(item.raw)
            yield item._replace(raw=item.raw[:KEPT_OF_LONG_ITEM], problem="Too many very long records in a row")
        else:
            yield item
