from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from django.conf import settings
from django.db import connection, connections
from django.test import Client
from psycopg.conninfo import make_conninfo
from psycopg_pool import ConnectionPool

from bzpeer.database.base import DatabaseWrapper
from tests.waiting import eventually
from works.connections import close_connections

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("clean_cache")]

OTHERS = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


def pool() -> ConnectionPool[psycopg.Connection[tuple[object, ...]]]:
    backend = connections["default"]
    assert isinstance(backend, DatabaseWrapper)
    found: ConnectionPool[psycopg.Connection[tuple[object, ...]]] = backend.pool
    return found


@pytest.fixture
def pooled() -> Iterator[int]:
    """So many idle connections lie in the pool; other tests get a pool without those that died."""
    connection.close()
    taken = [pool().getconn() for _ in range(3)]
    for one in taken:
        pool().putconn(one)
    yield len(taken)
    close_connections()


def outside() -> psycopg.Connection[tuple[object, ...]]:
    """A connection of somebody else's to the test's database."""
    return psycopg.connect(
        make_conninfo(settings.DATABASE_URL, dbname=connection.settings_dict["NAME"]), autocommit=True
    )


def test_a_page_is_shown_after_the_server_ended_every_connection_of_the_pool(client: Client, pooled: int) -> None:
    with outside() as other:
        ended = other.execute(f"SELECT pg_terminate_backend(pid) {OTHERS}").fetchall()
        assert len(ended) >= pooled
        eventually(lambda: other.execute(f"SELECT count(*) {OTHERS}").fetchone() == (0,))
    assert client.get("/").status_code == 200


def test_a_connection_is_kept_when_the_server_only_has_something_to_say(client: Client, pooled: int) -> None:
    held = pool().getconn()
    held.execute("LISTEN something")
    pool().putconn(held)
    before = {pid for (pid,) in pids()}
    with outside() as other:
        other.execute("NOTIFY something")
    for _ in range(pooled + 1):
        client.get("/")
        connection.close()
    assert {pid for (pid,) in pids()} == before


def pids() -> list[tuple[object, ...]]:
    with outside() as other:
        return other.execute(f"SELECT pid {OTHERS}").fetchall()
