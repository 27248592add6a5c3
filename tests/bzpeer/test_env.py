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
    assert env.integer("OPTION", 8) == 8
    assert env.log_level("OPTION", "INFO") == "INFO"
    assert env.web_address("OPTION") == ""
    assert env.flag("OPTION", True)


def test_values_are_read_as_people_write_them(monkeypatch: pytest.MonkeyPatch) -> None:
    set_to(monkeypatch, " 12 ")
    assert env.integer("OPTION", 8) == 12
    set_to(monkeypatch, "debug")
    assert env.log_level("OPTION", "INFO") == "DEBUG"
    set_to(monkeypatch, "https://people.example/")
    assert env.web_address("OPTION") == "https://people.example"


@pytest.mark.parametrize("value", ["0", "-1", "x", "1.5", "²"])
def test_a_number_that_is_none_is_named(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    set_to(monkeypatch, value)
    with pytest.raises(ImproperlyConfigured, match=f"OPTION must be a whole number above zero, not '{value}'"):
        env.integer("OPTION", 8)


def test_a_level_that_is_none_is_named_with_those_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    set_to(monkeypatch, "loud")
    with pytest.raises(ImproperlyConfigured, match=r"OPTION must be one of DEBUG, INFO, .*, not 'loud'"):
        env.log_level("OPTION", "INFO")


@pytest.mark.parametrize("value", ["people.example", "ftp://people.example", "https://"])
def test_an_address_that_is_none_is_named(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    set_to(monkeypatch, value)
    with pytest.raises(ImproperlyConfigured, match="OPTION must be an address such as"):
        env.web_address("OPTION")


@pytest.mark.parametrize(("value", "number"), [("", 0), ("no", 0), ("0", 0), ("yes", 1), ("1", 1), ("2", 2)])
def test_a_flag_may_be_a_number(monkeypatch: pytest.MonkeyPatch, value: str, number: int) -> None:
    set_to(monkeypatch, value)
    assert env.flag_or_number("OPTION") == number


@pytest.mark.parametrize("value", ["-1", "perhaps"])
def test_what_is_neither_flag_nor_number_is_named(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    set_to(monkeypatch, value)
    with pytest.raises(ImproperlyConfigured, match=f"OPTION must be true, false or a number, not '{value}'"):
        env.flag_or_number("OPTION")
