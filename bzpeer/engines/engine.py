"""What the keeper needs to know of a server."""

from __future__ import annotations

import subprocess
from typing import IO, Protocol

from bzpeer.engines.layout import Layout


class Engine(Protocol):
    """One embedded server under one layout. ``scratch`` servers trade durability for speed (tests, evaluations)."""

    name: str
    title: str
    layout: Layout
    scratch: bool
    stop_signal: int
    """The signal that ends the server in good order."""

    @property
    def url(self) -> str:
        """The address for its clients, known before it runs."""

    def prepare(self) -> None:
        """Create or check the data. Raises EngineError with one line for the reader."""

    def start(self, output: IO[bytes]) -> subprocess.Popen[bytes]:
        """Start the server, its messages going to ``output``."""

    def answers(self) -> bool:
        """Whether the server takes work now; never waits long, never raises."""
