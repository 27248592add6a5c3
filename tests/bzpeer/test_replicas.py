"""Where rows are read from. The replica is a second way into the test database, seen by its queries."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.sessions.models import Session
from django.core.exceptions import ImproperlyConfigured
from django.db import connections, router, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bzpeer import env, replicas
from profiles.models import User
from tests.factories import UserFactory
from works.models import Author

REPLICA = "replica1"


@pytest.fixture
def replica(transactional_db: None) -> Iterator[str]:
    """A replica that is never behind: it leads to the same database."""
    primary = connections["default"].settings_dict
    options = {name: value for name, value in primary["OPTIONS"].items() if name != "pool"}
    connections.databases[REPLICA] = {**primary, "OPTIONS": options, "TEST": {**primary["TEST"], "MIRROR": "default"}}
    connections[REPLICA].connect()
    yield REPLICA
    connections[REPLICA].close()
    del connections[REPLICA]
    del connections.databases[REPLICA]


def queries_of(client: Client, address: str, alias: str) -> int:
    """How many queries a database answers for a page."""
    with CaptureQueriesContext(connections[alias]) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


@pytest.mark.usefixtures("clean_cache")
def test_only_readers_without_a_session_are_served_from_the_replica(replica: str) -> None:
    author = Author.objects.create(display_name="Ada Lovelace", name_key="lovelace ada")
    address = author.get_absolute_url()
    assert queries_of(Client(), address, replica) > 5
    assert queries_of(Client(), f"{address}?sort=oldest", "default") == 0
    signed_in = Client()
    signed_in.force_login(UserFactory.create())
    assert queries_of(signed_in, address, replica) == 0
    assert queries_of(signed_in, address, "default") > 5


def test_the_pages_of_accounts_are_read_from_the_primary(replica: str) -> None:
    assert queries_of(Client(), "/accounts/login/", replica) == 0


def test_writes_sessions_and_transactions_stay_on_the_primary(replica: str) -> None:
    with replicas.reading_from(replica):
        assert router.db_for_read(Author) == replica
        assert router.db_for_write(Author) == "default"
        assert router.db_for_read(Session) == "default"
        with transaction.atomic():
            assert router.db_for_read(Author) == "default"
        read = UserFactory.create()
        found = User.objects.get(pk=read.pk)
        assert found._state.db == replica
        found.name = "Grace Hopper"
        with CaptureQueriesContext(connections[replica]) as captured:
            found.save()
        assert len(captured) == 0
    assert router.db_for_read(Author) == "default"


def test_only_the_primary_is_migrated(replica: str) -> None:
    assert router.allow_migrate("default", "works")
    assert not router.allow_migrate(replica, "works")


@pytest.mark.usefixtures("transactional_db")
def test_without_replicas_everything_is_the_primary() -> None:
    assert replicas.any_replica() == "default"


def test_replicas_are_named_in_their_order_and_a_wrong_address_names_its_variable() -> None:
    found = env.databases("postgresql://p/main", ["postgresql://a/main", "postgresql://b/main"], pool_size=3)
    assert {alias: entry["HOST"] for alias, entry in found.items()} == {
        "default": "p",
        "replica1": "a",
        "replica2": "b",
    }
    assert found["replica2"]["TEST"] == {"MIRROR": "default"}
    with pytest.raises(ImproperlyConfigured, match="DATABASE_REPLICA_URLS"):
        env.databases("postgresql://p/main", ["mysql://a/main"], pool_size=3)
