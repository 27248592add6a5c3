from __future__ import annotations

from pathlib import Path

import pytest

from ingest.sources import get_source, source_slugs
from ingest.sources.base import MAX_REJECTED_TEXT, RawItem, SourceError, parse_item, rejected
from tests.ingest.helpers import options_for
from works.records import Rejected

NESTED = b'{"id":' + b"[" * 200_000


def test_every_source_of_the_design_is_there() -> None:
    assert set(source_slugs()) == {
        "sample", "arxiv-snapshot", "arxiv-oai", "arxiv-api", "arxiv-listing", "openalex", "crossref", "ror"
    }  # fmt: skip
    for slug in source_slugs():
        source = get_source(slug)
        assert source.slug == slug
        assert source.title


def test_an_unknown_source_is_refused_with_the_known_ones() -> None:
    with pytest.raises(SourceError, match=r"no source “nasa-ads”.*arxiv-snapshot"):
        get_source("nasa-ads")


@pytest.mark.parametrize("slug", source_slugs())
@pytest.mark.parametrize(
    "raw",
    [b"", b"\x00", b"null", b"[]", b"<x>", b"\xff\xfe", b"{" * 5000, b"<" * 5000, pytest.param(NESTED, id="nested")],
)
def test_no_source_stumbles_over_one_item(slug: str, raw: bytes) -> None:
    parsed = parse_item(get_source(slug), RawItem(3, raw, {}))
    assert isinstance(parsed, Rejected)
    assert parsed.position == 3
    assert parsed.reason != "The parser failed on this record"


@pytest.mark.parametrize("slug", ["arxiv-snapshot", "openalex", "crossref", "ror"])
@pytest.mark.parametrize("before", [b"", b"[", b"\n\n", b"{}\n"])
def test_files_of_deeply_nested_json_are_refused_in_one_line(tmp_path: Path, slug: str, before: bytes) -> None:
    path = tmp_path / "nested.json"
    path.write_bytes(before + NESTED)
    with pytest.raises(SourceError, match=r"nested\.json (?:holds no|is no)"):
        get_source(slug).check(options_for(path))


@pytest.mark.parametrize("slug", ["openalex", "crossref", "ror"])
def test_the_records_before_deeply_nested_json_are_read(tmp_path: Path, slug: str) -> None:
    path = tmp_path / "array.json"
    path.write_bytes(b'[{"id": 1}, ' + NESTED)
    first, second = get_source(slug).read(options_for(path))
    assert (first.raw, first.problem) == (b'{"id": 1}', None)
    assert second.problem == "The file holds JSON that is nested too deeply"


def test_a_problem_of_the_reader_is_the_reason() -> None:
    parsed = parse_item(get_source("sample"), RawItem(3, b"half a li", {}, "The archive breaks off"))
    assert isinstance(parsed, Rejected)
    assert (parsed.reason, parsed.raw) == ("The archive breaks off", "half a li")


def test_rejects_keep_a_bounded_text_without_nul() -> None:
    kept = rejected(1, b"a\0" * MAX_REJECTED_TEXT, "Too long")
    assert len(kept.raw) == MAX_REJECTED_TEXT
    assert "\0" not in kept.raw
