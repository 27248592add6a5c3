from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ingest.schedule_options import KEYS_OF, saved_options
from ingest.sources import source_slugs
from ingest.sources.base import SourceError, SourceOptions


def test_every_source_says_which_options_it_has() -> None:
    assert set(KEYS_OF) == set(source_slugs())
    assert {name for keys in KEYS_OF.values() for name in keys} <= set(SourceOptions.__struct_fields__)


def test_saved_options_become_what_a_run_reads() -> None:
    found = saved_options("arxiv-oai", {"sets": ["cs", "math"], "since": "2026-01-31", "limit": 5})
    assert found == SourceOptions(sets=("cs", "math"), since=date(2026, 1, 31), limit=5)
    assert saved_options("openalex", {}) == SourceOptions()


@pytest.mark.parametrize(
    ("slug", "values", "words"),
    [
        ("arxiv-oai", {"set": ["cs"]}, "“set” is no option of this source. It has “sets”, “metadata_prefix”"),
        ("arxiv-oai", {"query": "x", "api_key": "y"}, "“api_key”, “query” are no options of this source"),
        ("ror", {"sets": ["cs"]}, "“sets” is no option"),
        ("arxiv-oai", {"\0\ud800": 1}, "is no option"),
        ("arxiv-oai", ["cs"], "must be a JSON object"),
        ("arxiv-oai", {"sets": "cs"}, "“sets” must be a list of texts"),
        ("arxiv-oai", {"sets": []}, "“sets” must be"),
        ("arxiv-oai", {"sets": ["a\0b"]}, "“sets” must be"),
        ("arxiv-oai", {"sets": ["\ud800"]}, "“sets” must be"),
        ("arxiv-oai", {"since": "someday"}, "“since” must be a day"),
        ("arxiv-oai", {"since": "2026-02-01", "until": "2026-01-01"}, "“since” is later"),
        ("arxiv-oai", {"limit": 0}, "“limit” must be a whole number from 1"),
        ("arxiv-oai", {"limit": 2**31}, "“limit” must be"),
        ("arxiv-oai", {"limit": True}, "“limit” must be"),
        ("crossref", {"base_url": "http://[::1"}, "“base_url” must be an http or https address"),
        ("crossref", {"base_url": "http://x.example:99999999"}, "“base_url” must be"),
        ("crossref", {"base_url": "file:///etc/passwd"}, "“base_url” must be"),
        ("arxiv-snapshot", {"inputs": ["records.jsonl"]}, "“inputs” must be a list of whole paths"),
    ],
)
def test_what_a_source_would_ignore_or_could_not_use_is_refused_in_words(slug: str, values: Any, words: str) -> None:
    with pytest.raises(SourceError) as refusal:
        saved_options(slug, values)
    assert words in str(refusal.value)
    str(refusal.value).encode()
