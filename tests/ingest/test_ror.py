from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ingest.sources import get_source
from ingest.sources.base import SourceError, SourceOptions
from tests.ingest.helpers import DATA, assert_resumes_anywhere, options_for, parsed_items
from works.records import InstitutionRecord, Rejected

SOURCE = get_source("ror")
MIXED = DATA / "ror" / "mixed.jsonl"

V1 = {
    "id": "https://ror.org/03yrm5c26", "name": "California Digital Library", "aliases": ["CDL alias"],
    "acronyms": ["CDL"],
    "labels": [{"label": "Biblioteca", "iso639": "es"}, {"label": "California Digital Library", "iso639": "en"}],
    "addresses": [{"city": "Oakland", "lat": 37.8, "lng": -122.27}], "country": {"country_code": "us"},
    "links": ["http://www.cdlib.org/"], "wikipedia_url": "http://en.wikipedia.org/wiki/CDL", "types": ["Archive"],
    "established": 1997, "status": "active",
    "relationships": [{"id": "https://ror.org/00pjdza24", "type": "Parent", "label": "UC"}],
}  # fmt: skip
V2 = {
    "id": "https://ror.org/03yrm5c26",
    "names": [
        {"value": "California Digital Library", "types": ["ror_display", "label"], "lang": "en"},
        {"value": "CDL alias", "types": ["alias"], "lang": None},
        {"value": "Biblioteca", "types": ["label"], "lang": "es"},
        {"value": "CDL", "types": ["acronym"], "lang": None},
    ],
    "locations": [{"geonames_details": {"name": "Oakland", "country_code": "US", "lat": 37.8, "lng": -122.27}}],
    "links": [
        {"type": "website", "value": "http://www.cdlib.org/"},
        {"type": "wikipedia", "value": "http://en.wikipedia.org/wiki/CDL"},
    ],
    "types": ["archive"], "established": 1997, "status": "active",
    "relationships": [{"id": "https://ror.org/00pjdza24", "type": "parent", "label": "UC"}],
}  # fmt: skip


def institution(record: dict[str, Any]) -> InstitutionRecord:
    parsed = SOURCE.parse(json.dumps(record).encode())
    assert isinstance(parsed, InstitutionRecord), parsed
    return parsed


def test_both_schemas_state_the_same() -> None:
    expected = InstitutionRecord(
        source="ror", ror="03yrm5c26", name="California Digital Library", aliases=("CDL alias", "Biblioteca"),
        acronyms=("CDL",), country_code="US", city="Oakland", latitude=37.8, longitude=-122.27,
        homepage="http://www.cdlib.org/", wikipedia="http://en.wikipedia.org/wiki/CDL", kinds=("archive",),
        established=1997, parent_rors=("00pjdza24",),
    )  # fmt: skip
    assert institution(V1) == institution(V2) == expected


def test_real_records_of_both_schemas() -> None:
    records = parsed_items(SOURCE, options_for(MIXED))
    assert all(isinstance(record, InstitutionRecord) for record in records)
    assert {record.status for record in records if isinstance(record, InstitutionRecord)} >= {"active", "withdrawn"}
    assert any(record.successor_rors for record in records if isinstance(record, InstitutionRecord))
    assert_resumes_anywhere(SOURCE, options_for(MIXED))


def test_the_registrys_dump_is_one_array(tmp_path: Path) -> None:
    path = tmp_path / "dump.json"
    path.write_text(json.dumps([V1, V2], indent=4))
    SOURCE.check(options_for(path))
    assert len(parsed_items(SOURCE, options_for(path))) == 2
    assert_resumes_anywhere(SOURCE, options_for(path))


@pytest.mark.parametrize("link", ["javascript:alert(1)", "http://[", "http://[x]/"])
def test_links_that_are_no_web_address_are_dropped(link: str) -> None:
    assert institution(V1 | {"links": [link]}).homepage is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"id": "https://ror.org/03yrm5c27"}, "The ROR id is not valid"),
        ({"name": " "}, "The organisation has no name"),
        ({"aliases": None}, "A field is missing or has the wrong type"),
    ],
)
def test_rejects_say_why(changes: dict[str, Any], reason: str) -> None:
    record = SOURCE.parse(json.dumps(V1 | changes).encode())
    assert isinstance(record, Rejected)
    assert record.reason == reason


def test_other_files_are_refused() -> None:
    with pytest.raises(SourceError, match="no ROR organisations"):
        SOURCE.check(options_for(DATA / "openalex" / "work.json"))
    with pytest.raises(SourceError, match="needs a file"):
        SOURCE.check(SourceOptions())
