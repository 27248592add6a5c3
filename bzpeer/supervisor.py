"""Runs a few service programs together: restarts one that dies, stops all of them as one.

Why not honcho: it ends everything when one process dies, cannot restart, and leaves its children running when it is
killed itself.
"""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bzpeer import guard

LOOK_SECONDS = 0.2
# Pauses before each restart of a service that keeps dying; when they are used up, everything stops.
RESTART_DELAYS = (0.5, 1.0, 2.0, 4.0, 8.0)
LONG_LIFE_SECONDS = 60.0
STOP_SECONDS = 6.0
LOG_BYTES = 20 * 1024 * 1024


@dataclass(frozen=True)
class Service:
    """A program that shall run as long as the supervisor. Its output goes to ``log``."""

    name: str
    command: Sequence[str]
    log: Path
    stop_signal: int = signal.SIGTERM


@dataclass
class _Running:
    service: Service
    process: subprocess.Popen[bytes]
    started: float
    delays: list[float] = field(default_factory=lambda: list(RESTART_DELAYS))
    restart_at: float | None = None


class Supervisor:
    """Runs services in ``folder`` with ``environment``; ``say`` receives one line for each thing worth knowing."""

    def __init__(self, environment: Mapping[str, str], folder: Path, say: Callable[[str], None]) -> None:
        self.environment = dict(environment)
        self.folder = folder
        self.say = say
        self.stop_asked = False
        self._guard: subprocess.Popen[bytes] | None = None
        self._running: list[_Running] = []

    def ask_stop(self, number: int = 0, frame: object = None) -> None:
        """Make ``watch`` return; fit to be a signal handler."""
        self.stop_asked = True

    def start(self, services: Sequence[Service]) -> None:
        """Start these services besides those that run already."""
        if self._guard is None:
            self._start_guard()
        for service in services:
            process = self._launch(service)
            self._running.append(_Running(service, process, time.monotonic()))

    def watch(self, each_look: Callable[[], None] = lambda: None) -> bool:
        """Keep the services alive until a stop is asked for; false when one of them cannot be kept alive.

        ``each_look`` is called a few times a second.
        """
        while not self.stop_asked:
            each_look()
            self._look_at_guard()
            for running in self._running:
                if not self._look_at(running):
                    return False
            time.sleep(LOOK_SECONDS)
        return True

    def stop(self) -> None:
        """End every service and whatever it started: in good order where possible, and in any case."""
        for running in self._running:
            # The service itself ends its helpers; a signal to all of them would take its work away under it.
            running.process.send_signal(running.service.stop_signal)
        deadline = time.monotonic() + STOP_SECONDS
        for running in self._running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                running.process.wait(max(deadline - time.monotonic(), 0))
        for running in self._running:
            guard.signal_group(running.process.pid, signal.SIGKILL)
            running.process.wait()
            self._tell_guard("-", running.process.pid)
        self._running.clear()
        if self._guard is not None and self._guard.stdin is not None:
            self._guard.stdin.close()
            self._guard.wait()
            self._guard = None

    def _look_at(self, running: _Running) -> bool:
        """Restart a service that has died, after its pause. False when it has died too often."""
        now = time.monotonic()
        if running.restart_at is not None:
            if now >= running.restart_at:
                running.process = self._launch(running.service)
                running.started = now
                running.restart_at = None
            return True
        code = running.process.poll()
        if code is None:
            return True
        # Its own children may have outlived it, and hold its port.
        guard.signal_group(running.process.pid, signal.SIGKILL)
        self._tell_guard("-", running.process.pid)
        name, log = running.service.name, running.service.log
        if now - running.started > LONG_LIFE_SECONDS:
            running.delays = list(RESTART_DELAYS)
        if not running.delays:
            self.say(f"{name} keeps ending ({_ending(code)}), so everything stops. The reason is in {log}")
            return False
        delay = running.delays.pop(0)
        self.say(f"{name} ended ({_ending(code)}); starting it again. More in {log}")
        running.restart_at = now + delay
        return True

    def _launch(self, service: Service) -> subprocess.Popen[bytes]:
        if service.log.exists() and service.log.stat().st_size > LOG_BYTES:
            service.log.replace(service.log.with_suffix(".log.1"))
        with service.log.open("ab") as log:
            process = subprocess.Popen(
                list(service.command),
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # A group of its own: a terminal's Ctrl-C reaches the supervisor alone, which stops all in order.
                start_new_session=True,
            )
        self._tell_guard("+", process.pid)
        return process

    def _start_guard(self) -> None:
        groups = [str(running.process.pid) for running in self._running if running.restart_at is None]
        self._guard = subprocess.Popen(
            [sys.executable, "-I", guard.__file__, *groups], stdin=subprocess.PIPE, cwd="/", start_new_session=True
        )

    def _look_at_guard(self) -> None:
        if self._guard is not None and self._guard.poll() is not None:
            self._start_guard()

    def _tell_guard(self, sign: str, group: int) -> None:
        if self._guard is None or self._guard.stdin is None:
            return
        # A guard that was just killed is replaced, with the full list, at the next look.
        with contextlib.suppress(BrokenPipeError):
            self._guard.stdin.write(f"{sign}{group}\n".encode())
            self._guard.stdin.flush()


def _ending(code: int) -> str:
    """An exit code in words."""
    if code >= 0:
        return f"exit code {code}"
    return f"killed by {signal.Signals(-code).name}"
