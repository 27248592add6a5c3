from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from ingest.models import Source
from ingest.runs import ensure_source
from tests.factories import UserFactory
from tests.ingest.lines import line, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client: Client) -> Client:
    client.force_login(UserFactory.create(is_staff=True, is_superuser=True))
    return client


def address(source: Source) -> str:
    return f"/admin/ingest/source/{source.pk}/change/"


def save(desk: Client, source: Source, options: Any, every_hours: object, **more: Any) -> str:
    """What the form answers; empty when it took the values."""
    values = {"name": source.name, "options": json.dumps(options), "every_hours": every_hours, "is_enabled": "on"}
    answer = desk.post(address(source), values | more)
    assert answer.status_code in (200, 302)
    return "" if answer.status_code == 302 else answer.content.decode()


def test_the_form_tells_the_options_of_its_source(desk: Client) -> None:
    text = desk.get(address(ensure_source("arxiv-oai"))).content.decode()
    assert "<code>sets</code>: OAI-PMH sets" in text
    assert "<code>query</code>" not in text
    assert "1 to 8760" in text


def test_a_schedule_is_saved(desk: Client, tmp_path: Path) -> None:
    source = ensure_source("arxiv-snapshot")
    path = write(tmp_path / "records.jsonl", [line(1)])
    assert save(desk, source, {"inputs": [str(path)]}, 6) == ""
    source.refresh_from_db()
    assert (source.every_hours, source.options) == (6, {"inputs": [str(path)]})


@pytest.mark.parametrize(
    ("slug", "options", "every_hours", "words"),
    [
        ("ror", {}, 24, "The schedule could never start: ror needs a file"),
        ("arxiv-snapshot", {"inputs": ["/nowhere/x.jsonl"]}, 24, "There is no file"),
        ("arxiv-oai", {"metadata_prefix": "marc"}, 24, "reads the prefixes arXiv and oai_dc, not marc"),
        ("arxiv-oai", {"base_url": "http://127.0.0.1:1/oai"}, 24, "127.0.0.1 is a private address"),
        ("arxiv-oai", {"set": ["cs"]}, "", "“set” is no option of this source"),
        ("arxiv-api", {"query": "a\0"}, "", "“query” must be"),
        ("crossref", {"base_url": "http://[::1"}, 24, "“base_url” must be"),
        ("sample", {}, 0, "greater than or equal to 1"),
        ("sample", {}, 99999999, "less than or equal to 8760"),
    ],
)
def test_a_schedule_that_could_never_run_is_refused_in_words(
    desk: Client, slug: str, options: Any, every_hours: object, words: str
) -> None:
    source = ensure_source(slug)
    assert words in save(desk, source, options, every_hours)
    source.refresh_from_db()
    assert (source.every_hours, source.options) == (None, {})


def test_a_source_whose_file_is_gone_can_be_switched_off(desk: Client) -> None:
    source = ensure_source("ror")
    Source.objects.filter(pk=source.pk).update(every_hours=24)
    assert save(desk, source, {}, 24)
    assert save(desk, source, {}, 24, is_enabled="") == ""
    source.refresh_from_db()
    assert not source.is_enabled
