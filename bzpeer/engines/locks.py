"""File locks between processes (flock(2)): the kernel frees them when their holder dies."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

from bzpeer.engines.layout import EngineError, Layout, cannot_write

POLL_SECONDS = 0.02


class FileLock:
    """One open lock file. Child programs do not inherit it; forked copies of the process share it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._descriptor: int | None = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise cannot_write(path, error) from None

    def try_exclusive(self) -> bool:
        """Take the lock alone, unless another holds it in any way."""
        return self._try(fcntl.LOCK_EX)

    def try_shared(self) -> bool:
        """Take the lock together with other sharers, unless somebody holds it alone."""
        return self._try(fcntl.LOCK_SH)

    def wait_exclusive(self, seconds: float) -> None:
        """Take the lock alone; EngineError after ``seconds``."""
        self._wait(fcntl.LOCK_EX, seconds)

    def wait_shared(self, seconds: float) -> None:
        """Take the lock together with other sharers; EngineError after ``seconds``."""
        self._wait(fcntl.LOCK_SH, seconds)

    def close(self) -> None:
        """Give the lock up."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _try(self, kind: int) -> bool:
        if self._descriptor is None:
            raise ValueError(f"the lock {self.path} is closed")
        try:
            fcntl.flock(self._descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _wait(self, kind: int, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not self._try(kind):
            if time.monotonic() > deadline:
                raise EngineError(f"another process holds {self.path} and does not let go.")
            time.sleep(POLL_SECONDS)


def lease(layout: Layout, name: str) -> FileLock:
    """Shared by the users of a server; held alone by its keeper once nobody is left."""
    return FileLock(layout.locks / f"{name}.lease")


def keeper_lock(layout: Layout, name: str) -> FileLock:
    """Held by the keeper as long as it lives."""
    return FileLock(layout.locks / f"{name}.keeper")


def start_lock(layout: Layout, name: str) -> FileLock:
    """Held while somebody starts a keeper."""
    return FileLock(layout.locks / f"{name}.start")
