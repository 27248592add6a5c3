"""Several processes of this machine that share one run: what ``manage.py ingest`` uses instead of Celery workers."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Sequence
from pathlib import Path

from ingest.batches import Outcome
from ingest.forking import disconnect
from ingest.models import ImportRun, ImportShard
from ingest.pipeline import work_shard

#: Files smaller than this, in bytes, are not worth a second process.
WORTH_SHARING = 8 * 1024 * 1024
MOST_WORKERS = 8
LOOK_SECONDS = 0.25


class WorkerDiedError(Exception):
    """A process ended before its shard did; the message says which, and how."""


def worker_count(inputs: Sequence[str]) -> int:
    """How many processes should read these files: one per core when they are big, else one."""
    size = sum(path.stat().st_size for path in map(Path, inputs) if path.is_file())
    return min(os.cpu_count() or 1, MOST_WORKERS) if size >= WORTH_SHARING else 1


def work_together(run: ImportRun, name: str, look: Callable[[], None]) -> None:
    """Do every open shard of a run in a process of its own; ``look`` is called a few times a second meanwhile.

    Raises ``WorkerDiedError`` after all of them ended.
    """
    indexes = list(run.shards.exclude(state=ImportShard.State.DONE).values_list("index", flat=True))
    # A forked process must share neither a connection nor the pool's threads and locks.
    disconnect()
    context = multiprocessing.get_context("fork")
    processes = [
        context.Process(target=_work, args=(run.pk, index, f"{name}/{index}", os.getpid()), name=f"import-{index}")
        for index in indexes
    ]
    for process in processes:
        process.start()
    while alive := [process for process in processes if process.is_alive()]:
        look()
        alive[0].join(LOOK_SECONDS)
    dead = [process for process in processes if process.exitcode]
    if dead:
        raise WorkerDiedError(f"{dead[0].name} ended with exit code {dead[0].exitcode}")


def _work(run: int, index: int, worker: str, parent: int) -> None:
    # Ctrl-C reaches the whole process group; the parent alone answers it, by stopping the run.
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def with_parent(_: Outcome) -> None:
        if os.getppid() != parent:
            os._exit(1)

    work_shard(run, index, worker, with_parent)
    disconnect()
