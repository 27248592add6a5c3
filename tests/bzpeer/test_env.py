from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from bzpeer import env


@pytest.fixture(autouse=True)
def _unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPTION", raising=False)


def set_to(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("OPTION", value)


def test_what_is_unset_has_its_default() -> None:
    assert env.integer("OPTION", 8, most=65_535) == 8
    assert env.log_level("OPTION", "INFO") == "INFO"
    assert env.web_address("OPTION") == ""
    assert env.flag("OPTION", True)


def test_values_are_read_as_people_write_them(monkeypatch: pytest.MonkeyPatch) -> None:
    set_to(monkeypatch, " 12 ")
    assert env.integer("OPTION", 8, most=65_535) == 12
    set_to(monkeypatch, "debug")
    assert env.log_level("OPTION", "INFO") == "DEBUG"
    set_to(monkeypatch, "https://people.example/")
    assert env.web_address("OPTION") == "https://people.example"


@pytest.mark.parametrize("value", ["0", "-1", "x", "1.5", "²", "65536", "99999999"])
def test_a_number_that_is_none_is_named(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    set_to(monkeypatch, value)
    with pytest.raises(ImproperlyConfigured, match=f"OPTION must be a whole number from 1 to 65535, not '{value}'"):
        env.integer("OPTION", 8, most=65_535)


def test_a_number_too_long_to_be_read_is_not_quoted_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    set_to(monkeypatch, "9" * 5000)
    for read in (
        lambda: env.integer("OPTION", 8, most=65_535),
        lambda: env.flag_or_number("OPTION", most=16),
    ):
        with pytest.raises(ImproperlyConfigured, match=r"OPTION must be .*, not '9{60}\.\.\.'$"):
            read()


def test_a_number_may_have_a_lower_end(monkeypatch: pytest.MonkeyPatch) -> None:
    set_to(monkeypatch, "5")
    with pytest.raises(ImproperlyConfigured, match="OPTION must be a whole number from 6 to 9, not '5'"):
        env.integer("OPTION", 8, least=6, most=9)


def test_a_level_that_is_none_is_named_with_those_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    set_to(monkeypatch, "loud")
    with pytest.raises(ImproperlyConfigured, match=r"OPTION must be one of DEBUG, INFO, .*, not 'loud'"):
        env.log_level("OPTION", "INFO")


@pytest.mark.parametrize(
    "value", ["people.example", "ftp://people.example", "https://", "https://[::1", "https://people.example:99999999"]
)
def test_an_address_that_is_none_is_named(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    set_to(monkeypatch, value)
    with pytest.raises(ImproperlyConfigured, match="OPTION must be an address such as"):
        env.web_address("OPTION")


@pytest.mark.parametrize(("value", "number"), [("", 0), ("no", 0), ("0", 0), ("yes", 1), ("1", 1), ("2", 2)])
def test_a_flag_may_be_a_number(monkeypatch: pytest.MonkeyPatch, value: str, number: int) -> None:
    set_to(monkeypatch, value)
    assert env.flag_or_number("OPTION", most=16) == number


@pytest.mark.parametrize("value", ["-1", "perhaps", "17"])
def test_what_is_neither_flag_nor_number_is_named(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    set_to(monkeypatch, value)
    with pytest.raises(ImproperlyConfigured, match=f"OPTION must be true, false or a number up to 16, not '{value}'"):
        env.flag_or_number("OPTION", most=16)


@pytest.mark.parametrize(
    "value",
    ["foo", "redis://", "redis://[::1", "redis://:secret@host:99999999/0", "redis://host:abc/0", "http://host/"],
)
def test_a_message_server_that_is_none_is_refused_without_its_password(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    set_to(monkeypatch, value)
    with pytest.raises(ImproperlyConfigured, match=r"OPTION must be an address such as redis://host:6379/0$"):
        env.redis_address("OPTION")


@pytest.mark.parametrize("value", ["redis://host:6379/0", "rediss://:secret@[::1]/2", "unix:///run/valkey.sock?db=0"])
def test_message_servers_are_reached_by_network_and_by_socket(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    set_to(monkeypatch, value)
    assert env.redis_address("OPTION") == value


@pytest.mark.parametrize("port", ["99999999", "0", "abc", "5432,70000"])
def test_a_database_has_no_port_out_of_range(port: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL is not a PostgreSQL URL"):
        env.database(f"host=one,two port={port} user=somebody", pool_size=2)


def test_a_database_address_that_cannot_be_read_is_refused_without_its_password() -> None:
    with pytest.raises(ImproperlyConfigured, match=r"DATABASE_URL is not a PostgreSQL URL: .*IPv6") as caught:
        env.database("postgresql://somebody:hidden@[::1/name", pool_size=2)
    assert "hidden" not in str(caught.value)


def test_a_database_may_have_several_hosts() -> None:
    assert env.database("host=one,two port=5432,5433", pool_size=2)["PORT"] == "5432,5433"
