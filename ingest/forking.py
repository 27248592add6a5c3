"""Database connections and forks: neither a connection nor the threads of a pool may be shared with a child."""

from __future__ import annotations

from django.db import connections
from django.db.backends.postgresql.base import DatabaseWrapper


def disconnect() -> None:
    """Close this thread's connections and every pool; both come back with the next query."""
    connections.close_all()
    close_pools()


def close_pools() -> None:
    """Close the idle connections and the threads of every pool."""
    for opened in connections.all(initialized_only=True):
        if isinstance(opened, DatabaseWrapper):
            opened.close_pool()
