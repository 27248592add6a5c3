"""Waiting for what another process does: tests assert that it comes, not when."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.db import connection

PATIENCE_SECONDS = 120.0
LOOK_SECONDS = 0.05


def eventually(condition: Callable[[], bool]) -> None:
    """Return once ``condition`` holds; fail when it never does."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(LOOK_SECONDS)


def somebody_waits() -> bool:
    """Whether another connection waits for a lock of this database; tests that run beside have their own."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(cursor.fetchone()[0])
