"""Looking at server processes left by an earlier keeper."""

from __future__ import annotations

from pathlib import Path

import psutil

from bzpeer.engines.layout import EngineError

ORPHAN_SECONDS = 15.0


def wait_for_orphan(pid_file: Path, folder: Path) -> None:
    """Wait until the server named in ``pid_file`` has left ``folder``, then remove the file.

    The number alone proves nothing: after a reboot or in a container it may belong to any program, or to a zombie.
    A server works in its data folder. The caller holds the keeper's lock, so one that still does so has lost its
    keeper a moment ago and is shutting down. Raises EngineError when it does not end.
    """
    try:
        number = int(pid_file.read_text().splitlines()[0])
    except FileNotFoundError:
        return
    except (ValueError, IndexError):
        pid_file.unlink()
        return
    if _works_in(number, folder):
        try:
            psutil.Process(number).wait(ORPHAN_SECONDS)
        except psutil.NoSuchProcess:
            pass
        except psutil.TimeoutExpired:
            raise EngineError(f"process {number} still uses {folder}: stop it first.") from None
    pid_file.unlink(missing_ok=True)


def _works_in(number: int, folder: Path) -> bool:
    try:
        process = psutil.Process(number)
        return process.status() != psutil.STATUS_ZOMBIE and Path(process.cwd()).resolve() == folder.resolve()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False
