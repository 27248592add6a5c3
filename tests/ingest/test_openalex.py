from __future__ import annotations

import gzip
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ingest.sources import get_source
from ingest.sources.base import SourceError, SourceOptions, SourceUnavailableError
from tests.ingest.helpers import DATA, assert_resumes_anywhere, options_for, parsed_items, works_of
from tests.replay.server import ReplayServer, Reply, Request, in_turn
from works.records import Rejected, WorkRecord

SOURCE = get_source("openalex")
WORK = DATA / "openalex" / "work.json"


def work(number: int = 1, **changes: Any) -> dict[str, Any]:
    authorship = {"author": {"display_name": "Bo Wu", "orcid": None}, "raw_author_name": "Bo Wu", "institutions": []}
    record = {"id": f"https://openalex.org/W{number}", "title": f"Work {number}", "authorships": [authorship]}
    return record | changes


def parsed(**changes: Any) -> WorkRecord:
    record = SOURCE.parse(json.dumps(work(**changes)).encode())
    assert isinstance(record, WorkRecord), record
    return record


def five_works(request: Request) -> Reply:
    """Five works in pages of two; the cursors are the service's."""
    page = {"*": 0, "second": 1, "third": 2}[request.parameters["cursor"]]
    results = [work(number) for number in (1, 2, 3, 4, 5)[page * 2 : page * 2 + 2]]
    following = [None, "second", "third", None][(page + 1) % 4]
    return Reply(json.dumps({"meta": {"count": 5, "next_cursor": following}, "results": results}).encode())


def options_of(server: ReplayServer, **more: Any) -> SourceOptions:
    return SourceOptions(base_url=server.url, allow_private_hosts=True, request_interval=0, **more)


def test_all_facts_of_a_real_work() -> None:
    (record,) = works_of(SOURCE, options_for(WORK))
    assert record.identifiers == [("openalex", "W2741809807"), ("doi", "10.7717/peerj.4375")]
    assert (record.kind, record.rank, record.venue) == ("article", 50, "PeerJ")
    assert record.journal_ref == "PeerJ 6, e4375 (2018)"
    assert (record.announced, record.year, record.licence) == (date(2018, 2, 13), 2018, "cc-by")
    first = record.bylines[0]
    assert (first.name, first.orcid, first.rors) == ("Heather Piwowar", "0000-0003-1613-5981", ("05ppvf150",))
    assert first.affiliations == ("Impactstory, Sanford, NC, USA",)
    assert record.abstract is not None
    assert record.abstract.startswith("Despite growing interest in Open Access (OA) to scholarly literature, there is")
    assert (record.topics[0].scheme, record.topics[0].code) == ("openalex", "T10102")


def test_a_preprint_on_arxiv_is_known_by_its_arxiv_id_and_keeps_arxivs_days() -> None:
    record = parsed(
        publication_date="2022-06-15",
        publication_year=2022,
        primary_location={"landing_page_url": "http://arxiv.org/abs/2206.07253", "source": {"display_name": "arXiv"}},
    )
    assert record.identifiers == [("openalex", "W1"), ("arxiv", "2206.07253")]
    assert (record.kind, record.announced, record.submitted, record.year) == ("preprint", None, None, 2022)


@pytest.mark.parametrize(
    ("printed", "kind"),
    [
        ("article", "article"),
        ("book-chapter", "chapter"),
        ("dissertation", "thesis"),
        ("letter", "article"),
        ("erratum", "other"),
        ("supplementary-materials", "other"),
        (None, "article"),
    ],
)
def test_every_type_becomes_one_of_our_kinds(printed: str | None, kind: str) -> None:
    assert parsed(type=printed).kind == kind


def test_names_turned_round_markup_and_groups() -> None:
    def authorship(name: str) -> dict[str, Any]:
        return {"author": {"display_name": None}, "raw_author_name": name, "institutions": []}

    record = parsed(
        title="On <i>x</i> &amp; y<sub>2</sub>",
        authorships=[authorship("Wang, Pengjie"), authorship("The ATLAS Collaboration"), authorship("")],
        is_authors_truncated=True,
    )
    assert record.title == "On x & y2"
    assert [(byline.name, byline.family, byline.is_group) for byline in record.bylines] == [
        ("Pengjie Wang", "Wang", False),
        ("ATLAS Collaboration", None, True),
    ]
    assert not record.authors_complete


def test_the_api_in_pages() -> None:
    with ReplayServer(five_works) as server:
        records = works_of(SOURCE, options_of(server, query="author.orcid:0000-0003-1613-5981", since=date(2020, 1, 1)))
        assert [record.key for record in records] == ["W1", "W2", "W3", "W4", "W5"]
        assert server.requests[0].parameters["filter"] == (
            "author.orcid:0000-0003-1613-5981,from_publication_date:2020-01-01"
        )
        assert_resumes_anywhere(SOURCE, options_of(server, query="some words"))
        assert server.requests[-1].parameters["search"] == "some words"
        assert len(works_of(SOURCE, options_of(server, query="x", limit=3))) == 3


def test_the_service_is_asked_with_the_key_and_for_as_many_works_as_it_gives_at_once() -> None:
    with ReplayServer(five_works) as server:
        list(SOURCE.read(options_of(server, query="x", api_key="secret")))
    assert {request.parameters["api_key"] for request in server.requests} == {"secret"}
    assert {request.parameters["per_page"] for request in server.requests} == {"100"}


@pytest.mark.parametrize(
    ("status", "body", "complaint"),
    [
        (401, {"error": "Unauthorized", "message": "Invalid API key"}, "Invalid API key"),
        (400, {"error": "Invalid filter", "message": "Unknown filter field: x"}, "Unknown filter field: x"),
        (400, [], "no reason given"),
    ],
)
def test_a_refusal_gives_the_reason_of_the_service_and_is_not_repeated(
    status: int, body: object, complaint: str
) -> None:
    refusal = Reply(json.dumps(body).encode(), status=status)
    with ReplayServer(in_turn(refusal)) as server, pytest.raises(SourceError, match=rf"\({status}\): {complaint}"):
        list(SOURCE.read(options_of(server, query="x", api_key="secret")))
    assert len(server.requests) == 1


def test_an_answer_of_another_kind() -> None:
    with ReplayServer(in_turn(Reply(b"<html>"))) as server, pytest.raises(SourceUnavailableError, match="no list"):
        list(SOURCE.read(options_of(server, query="x")))


@pytest.mark.parametrize("layout", ["lines", "lines packed", "array", "answer", "spread over lines"])
def test_files_of_every_layout(tmp_path: Path, layout: str) -> None:
    works = [work(number) for number in (1, 2, 3)]
    lines = "\n".join(map(json.dumps, works)).encode()
    content = {
        "lines": lines,
        "lines packed": gzip.compress(lines),
        "array": json.dumps(works).encode(),
        "answer": json.dumps({"meta": {"count": 3}, "results": works}).encode(),
        "spread over lines": json.dumps(works, indent=2).encode(),
    }[layout]
    path = tmp_path / "works"
    path.write_bytes(content)
    SOURCE.check(options_for(path))
    assert [record.key for record in works_of(SOURCE, options_for(path))] == ["W1", "W2", "W3"]
    assert_resumes_anywhere(SOURCE, options_for(path))


def test_an_array_that_breaks_off_yields_its_whole_objects_and_one_reject(tmp_path: Path) -> None:
    path = tmp_path / "works"
    path.write_bytes(json.dumps([work(1), work(2)], indent=1).encode()[:-30])
    first, cut = parsed_items(SOURCE, options_for(path))
    assert isinstance(first, WorkRecord)
    assert isinstance(cut, Rejected)
    assert "breaks off" in cut.reason


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"title": None}, "The title is empty"),
        ({"authorships": []}, "The work has no author"),
        ({"is_paratext": True}, "The record is no work but a cover or a table of contents"),
        ({"id": "https://openalex.org/A1"}, "The record is no work of OpenAlex"),
        ({"authorships": "none"}, "A field is missing or has the wrong type"),
    ],
)
def test_rejects_say_why(changes: dict[str, Any], reason: str) -> None:
    record = SOURCE.parse(json.dumps(work() | changes).encode())
    assert isinstance(record, Rejected)
    assert record.reason == reason


def test_other_files_and_empty_questions_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "other"
    path.write_bytes(b'{"id": "https://ror.org/03yrm5c26", "name": "X"}\n')
    with pytest.raises(SourceError, match="no OpenAlex works"):
        SOURCE.check(options_for(path))
    with pytest.raises(SourceError, match="needs files"):
        SOURCE.check(SourceOptions())
    with pytest.raises(SourceError, match="private address"):
        SOURCE.check(SourceOptions(base_url="http://10.0.0.1/"))
    with pytest.raises(SourceError, match="OPENALEX_API_KEY"):
        SOURCE.check(SourceOptions(query="x"))
