"""Letting go of database connections before a fork or a change of database.

Neither a connection nor the threads of a pool may be shared with a child.
"""

from __future__ import annotations

from django.db import connections
from django.db.backends.postgresql.base import DatabaseWrapper


def close_connections() -> None:
    """Close every connection of this thread and every pool; both come back with the next query."""
    connections.close_all()
    close_pools()


def close_pools() -> None:
    """Close the idle connections and the threads of every pool."""
    for opened in connections.all(initialized_only=True):
        if isinstance(opened, DatabaseWrapper):
            opened.close_pool()
