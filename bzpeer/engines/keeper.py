"""The keeper: a small process that runs one embedded server for as long as somebody uses it.

Every process that uses a server holds a shared lock on its lease file (flock(2)). The kernel drops the lock when the
process ends, however it ends. The keeper tries for the exclusive lock a few times a second; when it gets it, nobody is
left, and it stops the server. While it stops, newcomers wait for their shared lock, then start a new keeper. A server
that dies is started again; a server whose keeper dies gets its stop signal from the kernel.

Run by ``bzpeer.embedded`` as ``python -m bzpeer.engines.keeper NAME VAR REPORT_FD [--scratch]``; through the pipe
REPORT_FD it says ``ready``, or one line of what went wrong.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

from bzpeer.engines import engine_named
from bzpeer.engines.engine import Engine
from bzpeer.engines.identity import telling_line
from bzpeer.engines.layout import EngineError, Layout, cannot_write
from bzpeer.engines.locks import FileLock, keeper_lock, lease

LOOK_SECONDS = 0.2
LOCK_SECONDS = 10.0
READY_POLL_SECONDS = 0.01
# Recovery after a kill replays up to max_wal_size of log.
READY_SECONDS = 300.0
STOP_SECONDS = 30.0
RESTART_DELAYS = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0)
LONG_LIFE_SECONDS = 60.0
LOG_BYTES = 20 * 1024 * 1024

READY = "ready"


class Keeper:
    """Runs ``engine`` until its lease is free or SIGTERM comes."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.log = engine.layout.log / f"{engine.name}.log"
        self.stop_asked = False

    def run(self, report: Callable[[str], None]) -> int:
        """Start, report, keep, stop; the process's exit code."""
        signal.signal(signal.SIGTERM, self._ask_stop)
        lock = keeper_lock(self.engine.layout, self.engine.name)
        users = lease(self.engine.layout, self.engine.name)
        try:
            # The one who launched this process holds the start lock; only a passing look can be in the way.
            lock.wait_exclusive(LOCK_SECONDS)
            with open_log(self.engine.layout, self.engine.name) as output:
                self.engine.prepare()
                server = self._start(output)
                report(READY)
                return self._keep(server, users, output)
        except EngineError as error:
            report(str(error))
            return 1
        finally:
            # In this order: who gets the lease next must find no keeper.
            lock.close()
            users.close()

    def _ask_stop(self, number: int, frame: object) -> None:
        self.stop_asked = True

    def _keep(self, server: subprocess.Popen[bytes], users: FileLock, output: IO[bytes]) -> int:
        delays = list(RESTART_DELAYS)
        started = time.monotonic()
        while not self.stop_asked and not users.try_exclusive():
            try:
                server.wait(LOOK_SECONDS)
            except subprocess.TimeoutExpired:
                continue
            if time.monotonic() - started > LONG_LIFE_SECONDS:
                delays = list(RESTART_DELAYS)
            if not delays:
                self._note(output, "gave up: it keeps ending")
                return 1
            self._note(output, f"ended with {server.returncode}; starting it again")
            time.sleep(delays.pop(0))
            started = time.monotonic()
            try:
                self.engine.prepare()
                server = self._start(output)
            except EngineError as error:
                self._note(output, str(error))
        self._stop(server)
        return 0

    def _start(self, output: IO[bytes]) -> subprocess.Popen[bytes]:
        """Start the server and wait until it answers. Raises EngineError with the line of its log that tells why."""
        begin = self.log.stat().st_size
        try:
            server = self.engine.start(output)
        except (OSError, subprocess.SubprocessError) as error:
            raise EngineError(f"{self.engine.title} cannot be started: {error}") from None
        deadline = time.monotonic() + READY_SECONDS
        while not self.engine.answers():
            if server.poll() is not None:
                with self.log.open("rb") as log:
                    log.seek(begin)
                    reason = telling_line(log.read().decode(errors="replace"))
                raise EngineError(f"{self.engine.title} did not start: {reason} (more in {self.log})")
            if time.monotonic() > deadline or self.stop_asked:
                self._stop(server)
                raise EngineError(f"{self.engine.title} did not answer in time (see {self.log})")
            time.sleep(READY_POLL_SECONDS)
        return server

    def _stop(self, server: subprocess.Popen[bytes]) -> None:
        for number, patience in ((self.engine.stop_signal, STOP_SECONDS), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
            if server.poll() is not None:
                return
            server.send_signal(number)
            try:
                server.wait(patience)
            except subprocess.TimeoutExpired:
                continue

    def _note(self, output: IO[bytes], message: str) -> None:
        stamp = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime())
        output.write(f"{stamp} UTC keeper: {self.engine.title} {message}\n".encode())
        output.flush()


def open_log(layout: Layout, name: str) -> IO[bytes]:
    """The server's log for appending; a large one is put aside first, one old one is kept. Raises EngineError."""
    path = layout.log / f"{name}.log"
    try:
        if path.exists() and path.stat().st_size > LOG_BYTES:
            path.replace(path.with_suffix(".log.1"))
        return path.open("ab")
    except OSError as error:
        raise cannot_write(path, error) from None


def main(arguments: list[str]) -> int:
    """Keep the server named on the command line."""
    parser = argparse.ArgumentParser(prog="bzpeer.engines.keeper")
    parser.add_argument("name")
    parser.add_argument("var", type=Path)
    parser.add_argument("report_fd", type=int)
    parser.add_argument("--scratch", action="store_true")
    options = parser.parse_args(arguments)

    # The keeper belongs to no user in particular and outlives the one that launched it: leave its family.
    if os.fork() != 0:
        os._exit(0)

    def report(line: str) -> None:
        # Whoever launched this process may be gone by now; its lease is free then, and that ends the keeper in order.
        with contextlib.suppress(BrokenPipeError), os.fdopen(options.report_fd, "w") as pipe:
            pipe.write(line)

    engine = engine_named(options.name, Layout.of(options.var), scratch=options.scratch)
    return Keeper(engine).run(report)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
