"""PostgreSQL with a pool that hands out living connections alone.

When PostgreSQL restarts, the connections that lie in the pool are dead, and each would fail the page that gets it. The
pool's own check asks the server before every page, which takes longer than getting the connection, and waits for
seconds when it meets a third dead one. A server that ends a connection says so, and its words then wait to be read:
looking for them costs two microseconds.
"""

from __future__ import annotations

import select
from typing import Any

import psycopg
from django_prometheus.db.backends.postgresql import base
from psycopg_pool import ConnectionPool


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's PostgreSQL backend with metrics; dead connections of the pool are thrown away unseen."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> psycopg.Connection[Any]:
        """A connection that its server has not ended."""
        while True:
            connection: psycopg.Connection[Any] = super().get_new_connection(conn_params)
            if self.pool is None or is_alive(connection):
                return connection
            connection.close()
            self.pool.putconn(connection)


def is_alive(connection: psycopg.Connection[Any]) -> bool:
    """False when the server has ended this idle connection; a network that fell silent is not noticed.

    Only when something unasked has arrived is the server asked: it may be a word about changed settings.
    """
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    if not waiting.poll(0):
        return True
    try:
        ConnectionPool.check_connection(connection)
    except psycopg.Error:
        return False
    return True
