"""Who is refused after how many wrong passwords, at which address."""

from __future__ import annotations

import re
from itertools import count
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from profiles.account_adapter import AccountAdapter
from profiles.models import User
from tests.factories import PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clean_cache")]

HERE = {"REMOTE_ADDR": "192.0.2.1"}
THERE = {"REMOTE_ADDR": "192.0.2.2"}


def log_in(user: User, password: str = PASSWORD, **where: str) -> str:
    """``in``, ``wrong`` or ``refused``, in a browser of its own."""
    data = {"login": user.email, "password": password}
    answer = Client().post(reverse("account_login"), data, **where)  # type: ignore[arg-type]  # extra names are those of the WSGI environment
    if answer.status_code == 302:
        return "in"
    return "refused" if answer.status_code == 429 or "Too many" in answer.content.decode() else "wrong"


def test_guessing_is_slowed_down(reader: User) -> None:
    assert [log_in(reader, "wrong", **HERE) for _ in range(6)] == ["wrong"] * 5 + ["refused"]
    assert log_in(reader, **HERE) == "refused"


def test_who_guesses_locks_out_nobody_else(reader: User, claimant: User) -> None:
    for _ in range(50):
        log_in(reader, "wrong", **HERE)
    assert log_in(reader, **THERE) == "in"
    assert log_in(claimant, **HERE) == "in"


def test_right_passwords_count_for_nothing(reader: User) -> None:
    assert {log_in(reader, **HERE) for _ in range(12)} == {"in"}


def test_an_address_that_tries_account_after_account_is_refused(reader: User) -> None:
    for number in range(100):
        log_in(User(email=f"{number}@example.org"), "wrong", **HERE)
    assert log_in(reader, **HERE) == "refused"
    assert log_in(reader, **THERE) == "in"


def test_an_account_tried_from_many_addresses_is_refused_until_a_new_password_comes_by_mail(reader: User) -> None:
    for number in range(100):
        log_in(reader, "wrong", REMOTE_ADDR=f"198.51.100.{number}")
    assert log_in(reader, **HERE) == "refused"
    browser = Client(REMOTE_ADDR=HERE["REMOTE_ADDR"])
    browser.post(reverse("account_reset_password"), {"email": reader.email})
    [link] = re.findall(r"http://testserver(/\S+)", str(mail.outbox[0].body))
    form = browser.get(link, follow=True).redirect_chain[-1][0]
    browser.post(form, {"password1": "a wholly new phrase", "password2": "a wholly new phrase"})
    assert log_in(reader, "a wholly new phrase", **HERE) == "in"


def test_no_header_is_trusted_without_a_proxy(reader: User) -> None:
    fresh = (f"203.0.113.{number}" for number in count())
    tries = [log_in(reader, "wrong", HTTP_X_FORWARDED_FOR=next(fresh), **HERE) for _ in range(6)]
    assert tries[-1] == "refused"


def test_behind_a_proxy_visitors_are_told_apart(reader: User, settings: Settings) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for _ in range(6):
        log_in(reader, "wrong", HTTP_X_FORWARDED_FOR="203.0.113.1", **HERE)
    assert log_in(reader, HTTP_X_FORWARDED_FOR="203.0.113.1", **HERE) == "refused"
    assert log_in(reader, HTTP_X_FORWARDED_FOR="203.0.113.2", **HERE) == "in"


def test_what_a_visitor_writes_before_the_proxy_helps_nothing(reader: User, settings: Settings) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    chains = [f"198.51.100.{number}, 203.0.113.1" for number in range(6)]
    assert [log_in(reader, "wrong", HTTP_X_FORWARDED_FOR=chain, **HERE) for chain in chains][-1] == "refused"


@pytest.mark.parametrize(
    ("proxies", "chain", "address"),
    [
        (0, "203.0.113.1", "192.0.2.1"),
        (1, "203.0.113.1", "203.0.113.1"),
        (1, "198.51.100.9, 203.0.113.1", "203.0.113.1"),
        (1, "203.0.113.1:4711", "203.0.113.1"),
        (1, "2001:db8::1", "2001:db8::1"),
        (1, "", "192.0.2.1"),
        (2, "198.51.100.9, 203.0.113.1, 192.0.2.9", "203.0.113.1"),
        (2, "203.0.113.1", "192.0.2.1"),
    ],
)
def test_the_address_is_what_the_outermost_proxy_saw(
    rf: Any, settings: Settings, proxies: int, chain: str, address: str
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    assert AccountAdapter().get_client_ip(rf.get("/", HTTP_X_FORWARDED_FOR=chain, **HERE)) == address
