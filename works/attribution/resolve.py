"""Attribution against the database: read dirty blocks, let the engine decide, write what it decided.

Blocks are shared out by partitions under advisory locks, so that several workers can resolve at once and no block is
ever resolved by two of them. Each chunk of blocks is one transaction that also takes their marks away.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, contextmanager
from itertools import compress
from typing import TypeVar

import psycopg
from django.db import connection, transaction

from works.attribution.catalogue import Catalogue, keep_descriptions, stale_since, undescribed
from works.attribution.constraints import constraints_for, reattach
from works.attribution.engine import resolve_batch
from works.attribution.journal import write_between_acts
from works.attribution.persist import save_clusters
from works.attribution.sharing import Chunk, Shares, shares_of
from works.attribution.summaries import refresh_authors
from works.connections import close_connections
from works.copying import array_literal
from works.garbage import uncollected
from works.models import DirtyBlock

#: Records summed up anew in one transaction.
STALE_AT_ONCE = 5_000
#: First key of the advisory locks, so that they meet no other use of them.
LOCK_CLASS = 7_401
_LOCK = "SELECT pg_advisory_xact_lock(%s, p) FROM unnest(%s::int[]) AS p"

Progress = Callable[[int], object]
Announce = Callable[[str], object]


class ChildDiedError(Exception):
    """A process that shares a resolution ended before its work did. What it had not committed is still to be done."""


def mark_all_dirty() -> int:
    """Ask for every block to be resolved again; returns how many there are."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO works_dirtyblock (block, is_whole, since)"
            " SELECT DISTINCT block, true, now() FROM works_authorship WHERE block <> ''"
        )
        return int(cursor.rowcount)


def resolve_dirty(
    *,
    up_to: int | None = None,
    progress: Progress | None = None,
    processes: int = 1,
    announce: Announce | None = None,
) -> int:
    """Resolve every block marked dirty by a row up to this id, or all. Returns how many authorships were looked at.

    ``progress`` hears their number as it grows; ``announce`` hears in words how far the reading of works is that comes
    before, and an empty text when it is over.

    Chunks that another worker holds are left to it and looked at again at the end, so nothing is left at the end.
    Records whose works changed otherwise are summed up anew.
    With ``processes`` the work is shared among children of this process, which must not be a Celery worker. Raises
    ``ChildDiedError`` when one of them is killed; another call does what is left.
    """
    refresh_stale_summaries()
    newest = up_to if up_to is not None else DirtyBlock.objects.order_by("-pk").values_list("pk", flat=True).first()
    if newest is None:
        return 0
    blocks = sorted(DirtyBlock.objects.filter(pk__lte=newest).values_list("block", flat=True).distinct())
    if not blocks:
        return 0
    reattach()
    portions = undescribed(blocks, stale_since())
    start = os.getpid() % max(len(portions), 1)
    works = sum(map(len, portions))
    read = 0
    shares: Shares | None = None
    # Closed at once when this is interrupted, so that no child works on for nobody.
    with closing(_shared_out(keep_descriptions, [*portions[start:], *portions[:start]], processes)) as lengths:
        for length in lengths:
            # Children read on meanwhile.
            shares = shares or shares_of(blocks, processes)
            read += length
            if announce:
                announce(f"{read:,} of {works:,} works read")
    if announce and works:
        announce("counting how common names and words are")
    catalogue = Catalogue.open()
    if announce and works:
        announce("")
    shares = shares or shares_of(blocks, processes)
    counts = (
        _in_children(shares, catalogue, newest, processes)
        if processes > 1 and len(shares.chunks) > 1
        else _in_turn(shares.chunks, catalogue, newest)
    )
    done = 0
    with closing(counts):
        for count in counts:
            done += count
            if progress:
                progress(done)
    return done


def refresh_stale_summaries() -> int:
    """Recompute the records in ``StaleSummary`` and take their rows away; returns how many records there were.

    Two callers at once share them out. A row written meanwhile waits for the next call.
    """
    done = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            write_between_acts()
            cursor.execute(
                "DELETE FROM works_stalesummary WHERE id IN"
                " (SELECT id FROM works_stalesummary ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED) RETURNING author_id",
                [STALE_AT_ONCE],
            )
            authors = sorted({row[0] for row in cursor.fetchall()})
            if not authors:
                return done
            refresh_authors(authors)
        done += len(authors)


def _in_turn(chunks: Sequence[Chunk], catalogue: Catalogue, newest: int) -> Generator[int, None, None]:
    """Resolve chunks here; a locked one goes to the end of the queue and is waited for when nothing else is left."""
    start = os.getpid() % len(chunks)
    queue = deque([*chunks[start:], *chunks[:start]])
    skipped = 0
    while queue:
        partitions, blocks = queue.popleft()
        count = resolve_blocks(blocks, catalogue, partitions, newest, wait=skipped > len(queue))
        if count is None:
            queue.append((partitions, blocks))
            skipped += 1
        else:
            skipped = 0
            yield count


_Item = TypeVar("_Item")
_Outcome = TypeVar("_Outcome")


#: A signal to a whole process group has reached each of its processes by then.
_INTERRUPT_SECONDS = 0.5


def _shared_out(
    function: Callable[[_Item], _Outcome], items: Sequence[_Item], processes: int
) -> Generator[_Outcome, None, None]:
    """The function of every item in order, worked out in forked children where there are several items.

    Raises ``ChildDiedError``.
    """
    if processes == 1 or len(items) < 2:
        yield from map(function, items)
        return
    close_connections()
    pool = ProcessPoolExecutor(processes, multiprocessing.get_context("fork"), _prepare_child)
    try:
        yield from pool.map(function, items)
    except BrokenProcessPool:
        # Ctrl-C may end the children before it reaches this process, and is no fault: it is raised in here.
        time.sleep(_INTERRUPT_SECONDS)
        raise ChildDiedError("A process of the attribution was killed") from None
    finally:
        # Whoever stops listening does not want the rest.
        pool.shutdown(cancel_futures=True)


def _prepare_child() -> None:
    """Let no child outlive the process that shares out the work, however that ends."""
    # Ctrl-C reaches the whole process group: a child leaves its transaction at once, the parent says what happened.
    # A process that was started deaf to it stays so, and its children with it.
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    def wait() -> None:
        if (parent := multiprocessing.parent_process()) is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


#: What forked children find in the memory they share with their parent.
_shared: tuple[Catalogue, int] | None = None


def _in_children(shares: Shares, catalogue: Catalogue, newest: int, processes: int) -> Generator[int, None, None]:
    """Resolve chunks in forked children, which share the statistics of the catalogue."""
    global _shared
    _shared = (catalogue, newest)
    try:
        with _kept_from_others(shares.common):
            yield from _shared_out(_resolve_shared, shares.chunks, processes)
    finally:
        _shared = None


@contextmanager
def _kept_from_others(partitions: Sequence[int]) -> Iterator[None]:
    """Hold the locks of partitions, if any, for children yet to be forked.

    The session is of no other use. Children inherit it and leave it alone; it lasts until the last of them is gone.
    """
    if not partitions:
        yield
        return
    with (
        connection.wrap_database_errors,
        psycopg.connect(**connection.get_connection_params()) as session,
        session.cursor() as cursor,
    ):
        cursor.execute(_LOCK, [LOCK_CLASS, sorted(partitions)])
        yield


def _resolve_shared(chunk: Chunk) -> int:
    if _shared is None:
        raise RuntimeError("a child was started without its catalogue")
    catalogue, newest = _shared
    partitions, blocks = chunk
    return resolve_blocks(blocks, catalogue, partitions, newest, wait=True) or 0


def resolve_blocks(
    blocks: Sequence[str], catalogue: Catalogue, partitions: Sequence[int], newest: int, *, wait: bool = True
) -> int | None:
    """Resolve a chunk of blocks of some partitions in one transaction and return how many authorships it held.

    ``None`` when another worker has one of the partitions and this call was not to wait.
    """
    with transaction.atomic():
        if not _lock(partitions, wait):
            return None
        open_ = _take_marks(blocks, newest)
        if not open_:
            return 0
        with uncollected():
            authorships = catalogue.load(open_)
            constraints = constraints_for(list(open_))
            resolution = resolve_batch(authorships, catalogue.features, catalogue.statistics, constraints)
            is_affected = resolution.affected
            save_clusters(
                list(compress(authorships, is_affected)),
                list(compress(resolution.labels, is_affected)),
                list(compress(resolution.confidence, is_affected)),
                list(compress(resolution.reasons, is_affected)),
            )
    return len(authorships)


def _take_marks(blocks: Sequence[str], newest: int) -> dict[str, bool]:
    """Take the marks of these blocks away, up to an id. Returns the blocks that had one: whether one was whole."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM works_dirtyblock WHERE block = ANY (%s::text[]) AND id <= %s RETURNING block, is_whole",
            [array_literal(blocks), newest],
        )
        # Of two marks of one block the one for all of it comes last.
        return dict(sorted(cursor.fetchall()))


def _lock(partitions: Sequence[int], wait: bool) -> bool:
    """Take the locks, always in the same order, so that two workers never wait for each other in a circle."""
    ordered = sorted(partitions)
    with connection.cursor() as cursor:
        if wait:
            cursor.execute(_LOCK, [LOCK_CLASS, ordered])
            return True
        cursor.execute(
            "SELECT bool_and(pg_try_advisory_xact_lock(%s, p)) FROM unnest(%s::int[]) AS p", [LOCK_CLASS, ordered]
        )
        return bool(cursor.fetchone()[0])
