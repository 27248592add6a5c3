from __future__ import annotations

import json
from typing import Any, get_args

import pytest

from ingest.sources import get_source
from ingest.sources.base import SourceError, SourceOptions, SourceUnavailableError
from ingest.sources.crossref import INTERVAL, INTERVAL_WITHOUT_CONTACT
from tests.ingest.helpers import DATA, assert_resumes_anywhere, options_for, parsed_items, works_of
from tests.replay.server import ReplayServer, Reply, Request, in_turn
from works.records import BylineRecord, Rejected, WorkKind, WorkRecord

SOURCE = get_source("crossref")
DOIS = tuple(f"10.1000/{number}" for number in range(45))


def service(request: Request) -> Reply:
    """Knows every DOI with an even number; answers backwards, as its relevance ranking may."""
    wanted = [part.removeprefix("doi:") for part in request.parameters["filter"].split(",")]
    items = [{"DOI": text.upper(), "title": [f"Work {text}"]} for text in wanted if int(text[-1]) % 2 == 0]
    return Reply(json.dumps({"status": "ok", "message": {"items": items[::-1]}}).encode())


def options_of(server: ReplayServer, **more: Any) -> SourceOptions:
    return SourceOptions(base_url=server.url, allow_private_hosts=True, request_interval=0, **more)


def parsed(**fields: Any) -> WorkRecord:
    record = SOURCE.parse(json.dumps({"DOI": "10.1000/X", "title": ["T"]} | fields).encode())
    assert isinstance(record, WorkRecord), record
    return record


def test_it_completes_works_and_creates_none() -> None:
    assert SOURCE.enriches_known_works


def test_a_saved_answer_with_one_work() -> None:
    (record,) = works_of(SOURCE, options_for(DATA / "crossref" / "one.json"))
    assert record.identifiers == [("doi", "10.1016/j.neurobiolaging.2010.03.024")]
    assert (record.kind, record.venue, record.year) == ("article", "Neurobiology of Aging", 2012)
    assert record.journal_ref == "Neurobiology of Aging 33(3), 588-602 (2012)"
    assert record.bylines[0] == BylineRecord("Hyun Ju Lee", "Lee", "Hyun Ju")
    assert record.licence is not None


def test_a_saved_list() -> None:
    path = DATA / "crossref" / "list.json"
    SOURCE.check(options_for(path))
    records = [record for record in parsed_items(SOURCE, options_for(path)) if isinstance(record, WorkRecord)]
    assert records[0].key == "10.4061/2010/505436"
    assert records[0].abstract is not None
    assert records[0].abstract.startswith("Well differentiated liposarcoma")
    assert "<" not in records[0].abstract
    assert records[0].bylines[0].affiliations[0].startswith("Tissue Pathology and Diagnostic Oncology")
    assert_resumes_anywhere(SOURCE, options_for(path))


def test_every_type_of_the_service_becomes_one_of_our_kinds() -> None:
    answer = json.loads((DATA / "crossref" / "types.json").read_bytes())
    kinds = {item["id"]: parsed(type=item["id"]).kind for item in answer["message"]["items"]}
    assert set(kinds.values()) <= set(get_args(WorkKind))
    assert (kinds["proceedings-article"], kinds["book-chapter"], kinds["reference-entry"]) == (
        "conference",
        "chapter",
        "other",
    )
    assert parsed().kind == "article"


def test_a_published_version_leads_to_its_preprint() -> None:
    relation = {
        "has-preprint": [{"id-type": "doi", "id": "10.48550/arXiv.2206.07253"}, {"id-type": "doi", "id": "10.1/x"}]
    }
    assert parsed(relation=relation).identifiers == [("doi", "10.1000/x"), ("arxiv", "2206.07253")]


def test_authors_with_orcid_ror_suffix_and_groups() -> None:
    record = parsed(
        author=[
            {
                "given": "Robert W.", "family": "Heath", "suffix": "Jr.", "ORCID": "http://orcid.org/0000-0002-1825-0097",
                "affiliation": [{"name": "UT Austin", "id": [{"id": "https://ror.org/00hj54h04", "id-type": "ROR"}]}],
            },
            {"name": "The ATLAS Collaboration", "affiliation": []},
            {"given": "Madonna", "affiliation": []},
        ]
    )  # fmt: skip
    assert record.bylines == [
        BylineRecord(
            "Robert W. Heath Jr.",
            "Heath",
            "Robert W.",
            "Jr.",
            ("UT Austin",),
            "0000-0002-1825-0097",
            None,
            ("00hj54h04",),
        ),
        BylineRecord("ATLAS Collaboration", is_group=True),
        BylineRecord("Madonna", "Madonna"),
    ]


@pytest.mark.parametrize(("parts", "year"), [([2012, 3], 2012), ([2012, 13, 99], 2012), ([None], None), ([], None)])
def test_dates_that_are_not_whole_days(parts: list[int | None], year: int | None) -> None:
    record = parsed(issued={"date-parts": [parts]})
    assert (record.year, record.announced) == (year, None)


def test_known_dois_are_looked_up_some_at_a_time_in_their_order() -> None:
    with ReplayServer(service) as server:
        options = options_of(server, known_dois=(*DOIS, "10.48550/arxiv.2206.07253"), contact="staff@example.org")
        records = works_of(SOURCE, options)
        assert [record.key for record in records] == [text for text in DOIS if int(text[-1]) % 2 == 0]
        assert [request.parameters["rows"] for request in server.requests] == ["20", "20", "5"]
        assert server.requests[0].parameters["mailto"] == "staff@example.org"
        assert_resumes_anywhere(SOURCE, options)


@pytest.mark.parametrize(("contact", "interval"), [("staff@example.org", INTERVAL), ("", INTERVAL_WITHOUT_CONTACT)])
def test_who_gives_no_address_asks_less_often(pauses: list[float], contact: str, interval: float) -> None:
    with ReplayServer(service) as server:
        options = SourceOptions(base_url=server.url, allow_private_hosts=True, known_dois=tuple(DOIS), contact=contact)
        list(SOURCE.read(options))
    assert len(pauses) == 2
    assert 0 < max(pauses) <= interval
    assert (max(pauses) > INTERVAL) is not bool(contact)


def test_a_doi_that_the_service_refuses_spoils_only_itself() -> None:
    def fussy(request: Request) -> Reply:
        return Reply(b"bad filter", status=400) if "10.1000/3" in request.parameters["filter"] else service(request)

    with ReplayServer(fussy) as server:
        records = works_of(SOURCE, options_of(server, known_dois=DOIS[:6]))
    assert [record.key for record in records] == ["10.1000/0", "10.1000/2", "10.1000/4"]


def test_an_answer_of_another_kind() -> None:
    with ReplayServer(in_turn(Reply(b"Resource not found."))) as server, pytest.raises(SourceUnavailableError):
        list(SOURCE.read(options_of(server, known_dois=DOIS)))


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b'{"DOI": "10.1000/x", "title": []}', "The title is empty"),
        (b'{"DOI": "none", "title": ["T"]}', "The DOI is not valid"),
        (b'{"title": ["T"]}', "A field is missing or has the wrong type"),
        (b"{", "The record is not valid JSON"),
    ],
)
def test_rejects_say_why(raw: bytes, reason: str) -> None:
    record = SOURCE.parse(raw)
    assert isinstance(record, Rejected)
    assert record.reason == reason


def test_other_files_are_refused() -> None:
    with pytest.raises(SourceError, match="no Crossref works"):
        SOURCE.check(options_for(DATA / "openalex" / "work.json"))
