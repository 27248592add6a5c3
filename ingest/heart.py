"""A worker's sign of life."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

from django.db import DatabaseError, connection

from works.connections import close_pools

#: A stop is felt within this many seconds; every ``HEARTBEAT_SECONDS`` the sign of life is written too.
LOOK_SECONDS = 1.0


THREAD_NAME = "import-heart"
#: Held while a heart uses the database.
_beating = threading.Lock()


def _before_fork() -> None:
    """Let no heart beat while a process forks: the child would share its connection and a pool without threads."""
    _beating.acquire()
    if any(thread.name == THREAD_NAME for thread in threading.enumerate()):
        close_pools()


os.register_at_fork(before=_before_fork, after_in_parent=_beating.release, after_in_child=_beating.release)


class Heart:
    """Calls ``beat`` regularly from a thread of its own, and notices when it answers that the work is to stop.

    ``beat(write)`` says whether the worker may go on, and leaves a sign of life when ``write`` is true. A database that
    does not answer is no reason to stop: whoever writes finds out. ``stop`` is set when the work was taken away or is
    to end.
    """

    def __init__(self, beat: Callable[[bool], bool], every: float) -> None:
        self._beat = beat
        self._looks_per_write = max(round(every / LOOK_SECONDS), 1)
        self.stop = threading.Event()
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name=THREAD_NAME, daemon=True)

    @property
    def stopped(self) -> bool:
        return self.stop.is_set()

    def __enter__(self) -> Heart:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._end.set()
        self._thread.join()

    def _run(self) -> None:
        looks = 0
        while not self._end.wait(LOOK_SECONDS):
            looks += 1
            with _beating:
                try:
                    goes_on = self._beat(looks % self._looks_per_write == 0)
                except DatabaseError:
                    continue
                finally:
                    connection.close()
            if not goes_on:
                self.stop.set()
                return
