"""Several processes of this machine that share one run: what ``manage.py ingest`` uses instead of Celery workers.

The parent alone reads and decompresses the source, and hands every batch to the process whose shard it belongs to.
"""

from __future__ import annotations

import multiprocessing
import os
import queue
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

import msgspec

from ingest.batches import Batch
from ingest.models import ImportRun, ImportShard
from ingest.pipeline import open_batches, work_shard
from ingest.sources import get_source
from ingest.sources.base import SourceError
from works.connections import close_connections

#: Files smaller than this, in bytes, are not worth a second process.
WORTH_SHARING = 1024 * 1024
MOST_WORKERS = 8
LOOK_SECONDS = 0.25

#: A batch, the message of a source that cannot be read further, or ``None`` at the end.
Portion = Batch | str | None
#: What a process says when it has room for one portion more.
_ROOM = b""


class WorkerDiedError(Exception):
    """A process ended before its shard did; the message says which, and how."""


class _Worker(msgspec.Struct):
    """A process and the link through which it asks for batches and gets them."""

    process: BaseProcess
    link: Connection


def worker_count(inputs: Sequence[str]) -> int:
    """How many processes should take in these files, or what a source brings along: one a core, of small files one."""
    size = sum(path.stat().st_size for path in map(Path, inputs) if path.is_file())
    return min(os.cpu_count() or 1, MOST_WORKERS) if size >= WORTH_SHARING or not inputs else 1


def work_together(run: ImportRun, name: str, look: Callable[[], None]) -> None:
    """Do every open shard of a run in a process of its own; ``look`` is called a few times a second meanwhile.

    Raises ``WorkerDiedError`` after all of them ended.
    """
    indexes = list(run.shards.exclude(state=ImportShard.State.DONE).values_list("index", flat=True))
    # A forked process must share neither a connection nor the pool's threads and locks.
    close_connections()
    context = multiprocessing.get_context("fork")
    links = {index: context.Pipe() for index in indexes}
    workers = {
        index: _Worker(context.Process(target=_work, args=(run.pk, index, f"{name}/{index}", links)), links[index][0])
        for index in indexes
    }
    for index, worker in workers.items():
        worker.process.name = f"import-{index}"
        worker.process.start()
    for _, far in links.values():
        far.close()
    try:
        _feed(run, workers, look)
        while alive := [worker.process for worker in workers.values() if worker.process.is_alive()]:
            look()
            alive[0].join(LOOK_SECONDS)
    finally:
        for worker in workers.values():
            worker.link.close()
    dead = [worker.process for worker in workers.values() if worker.process.exitcode]
    if dead:
        raise WorkerDiedError(f"{dead[0].name} ended with exit code {dead[0].exitcode}")


def _feed(run: ImportRun, workers: dict[int, _Worker], look: Callable[[], None]) -> None:
    """Read the source to its end, or until no process is left to read for."""
    shards = ImportShard.objects.filter(run=run).count()
    end: str | None = None
    try:
        for batch in open_batches(run, workers, get_source(run.source.slug)):
            _hand(workers[batch.number % shards], batch, look)
            if not any(worker.process.is_alive() for worker in workers.values()):
                return
    except SourceError as error:
        end = str(error)
    for worker in workers.values():
        _hand(worker, end, look)


def _hand(worker: _Worker, portion: Portion, look: Callable[[], None]) -> None:
    """Give a portion to a process as soon as it has room for it; one that has ended needs none."""
    while not worker.link.poll(LOOK_SECONDS):
        look()
    with suppress(EOFError, OSError):
        worker.link.recv()
        worker.link.send(portion)


def _work(run: int, index: int, worker: str, links: dict[int, tuple[Connection, Connection]]) -> None:
    # Ctrl-C reaches the whole process group; the parent alone answers it, by stopping the run.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # A link ends with the process at its other end only where nobody else holds that end.
    for other, (near, far) in links.items():
        near.close()
        if other != index:
            far.close()
    work_shard(run, index, worker, batches=_handed(links[index][1]))
    close_connections()


def _handed(link: Connection) -> Iterator[Batch | None]:
    """The batches that the parent hands over, one read ahead.

    A process whose parent is gone or gave up leaves its shard to others, even in the midst of a portion.
    """
    portions: queue.Queue[Portion | EOFError] = queue.Queue()
    threading.Thread(target=_receive, args=(link, portions), daemon=True, name="import-portions").start()
    _ask(link)
    while True:
        try:
            portion = portions.get(timeout=LOOK_SECONDS)
        except queue.Empty:
            yield None
            continue
        if portion is None:
            return
        if isinstance(portion, EOFError):
            raise SystemExit(1)
        if isinstance(portion, str):
            raise SourceError(portion)
        _ask(link)
        yield portion


def _ask(link: Connection) -> None:
    """Say that there is room for one portion more; that a parent is gone is noticed where portions are read."""
    with suppress(OSError):
        link.send(_ROOM)


def _receive(link: Connection, portions: queue.Queue[Portion | EOFError]) -> None:
    """Read a link to its end, which is an ``EOFError``."""
    with suppress(EOFError, OSError):
        while True:
            portions.put(link.recv())
    portions.put(EOFError())
