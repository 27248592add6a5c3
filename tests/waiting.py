"""Waiting for what another process does: tests assert that it comes, not when."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE_SECONDS = 120.0
LOOK_SECONDS = 0.05


def eventually(condition: Callable[[], bool]) -> None:
    """Return once ``condition`` holds; fail when it never does."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(LOOK_SECONDS)
