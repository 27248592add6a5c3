"""Servers that an operator named: one line when they are of no use."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from django.conf import settings

from bzpeer.engines.layout import EngineError
from bzpeer.outside import check_outside


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port that is held but not listened on."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


@pytest.mark.usefixtures("engines")
def test_servers_that_answer_pass() -> None:
    check_outside({"DATABASE_URL": settings.DATABASE_URL, "REDIS_URL": settings.REDIS_URL})
    check_outside({})


def test_a_database_that_does_not_answer_is_one_line_without_the_password(closed_port: int) -> None:
    with pytest.raises(EngineError, match=r"database of DATABASE_URL does not answer: .*refused") as caught:
        check_outside({"DATABASE_URL": f"postgresql://someone:hidden@127.0.0.1:{closed_port}/name"})
    assert "\n" not in str(caught.value)
    assert "hidden" not in str(caught.value)


def test_a_message_server_that_does_not_answer_is_one_line(closed_port: int) -> None:
    with pytest.raises(EngineError, match=r"server of REDIS_URL does not answer: .*refused"):
        check_outside({"REDIS_URL": f"redis://127.0.0.1:{closed_port}/0"})


def test_an_address_of_something_else_is_refused() -> None:
    for address in ("http://127.0.0.1/", "redis://127.0.0.1:99999999/0", "redis://[::1", "unix:///run/x?db=abc"):
        with pytest.raises(EngineError, match="not the address of a Redis server"):
            check_outside({"REDIS_URL": address})


def test_a_database_whose_address_has_half_a_bracket_is_one_line() -> None:
    with pytest.raises(EngineError, match="database of DATABASE_URL does not answer: ") as caught:
        check_outside({"DATABASE_URL": "postgresql://somebody:hidden@[::1/name"})
    assert "hidden" not in str(caught.value)
