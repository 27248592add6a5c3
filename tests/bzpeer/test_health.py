from __future__ import annotations

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("path", "line"), [("/healthz", "ok"), ("/readyz", "ready")])
def test_programs_are_answered_by_any_address_and_without_https(
    client: Client, settings: Settings, path: str, line: str
) -> None:
    settings.ALLOWED_HOSTS = ["people.example"]
    settings.SECURE_SSL_REDIRECT = True
    answer = client.get(path, headers={"Host": "10.0.0.7:8000"})
    assert (answer.status_code, answer.content.decode()) == (200, f"{line}\n")
    assert client.get("/", headers={"Host": "10.0.0.7:8000"}).status_code == 400


def test_what_does_not_answer_is_named(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(key: str) -> None:
        raise ConnectionError(key)

    monkeypatch.setattr(cache, "get", refuse)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.content.decode()) == (503, "cache does not answer\n")
