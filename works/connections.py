"""Letting go of database connections before a fork or a change of database."""

from __future__ import annotations

from django.db import connections
from django.db.backends.postgresql.base import DatabaseWrapper


def close_connections() -> None:
    """Close every connection of this thread and the pools behind them; the next query opens new ones.

    Neither a connection nor the threads of its pool live on in a forked child.
    """
    connections.close_all()
    for connection in connections.all(initialized_only=True):
        if isinstance(connection, DatabaseWrapper):
            connection.close_pool()
