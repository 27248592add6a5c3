from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from ingest.sources import get_source
from ingest.sources.base import SourceError, SourceOptions, SourceUnavailableError
from tests.ingest.helpers import DATA, assert_resumes_anywhere, works_of
from tests.replay.server import ReplayServer, Reply, Request, in_turn
from works.records import WorkRecord

SOURCE = get_source("arxiv-api")
ATOM = DATA / "atom"


@pytest.fixture(autouse=True)
def _no_waiting(pauses: list[float]) -> None:
    """No test of this module waits."""


def recorded(name: str) -> Reply:
    return Reply((ATOM / name).read_bytes())


def two_pages(request: Request) -> Reply:
    """The recorded search of 20 results, ten a page, whatever the page size asked for; entries from ``start`` on."""
    start = int(request.parameters["start"])
    page = (ATOM / f"search-testing-start{min(start, 19) // 10 * 10}-max10.xml").read_text()
    head, *entries = page.replace("214881", "20").removesuffix("</feed>").split("<entry>")
    kept = [] if start >= 20 else entries[start % 10 :]
    return Reply("<entry>".join([head, *kept]).replace("</feed>", "").encode() + b"</feed>")


def options_of(server: ReplayServer, **more: object) -> SourceOptions:
    return SourceOptions(base_url=server.url, allow_private_hosts=True, request_interval=0, **more)  # type: ignore[arg-type]  # test short cut


def test_a_query_in_pages_oldest_first() -> None:
    with ReplayServer(two_pages) as server:
        records = works_of(
            SOURCE, options_of(server, query="all:testing", since=date(2020, 1, 1), sets=("cs.LG", "cs.CL"))
        )
    assert len(records) == 20
    assert len({record.key for record in records}) == 20
    assert [request.parameters["start"] for request in server.requests] == ["0", "10"]
    assert server.requests[0].parameters["search_query"] == (
        "(all:testing) AND (cat:cs.LG OR cat:cs.CL) AND submittedDate:[202001010000 TO 299912312359]"
    )
    assert server.requests[0].parameters["sortOrder"] == "ascending"


def test_a_query_goes_on_from_any_result() -> None:
    with ReplayServer(two_pages) as server:
        assert_resumes_anywhere(SOURCE, options_of(server, query="all:testing"))


def test_the_limit_is_asked_for_and_kept() -> None:
    with ReplayServer(two_pages) as server:
        assert len(list(SOURCE.read(options_of(server, query="x", limit=3)))) == 3
    assert server.requests[0].parameters["max_results"] == "3"


def test_all_facts_of_an_entry() -> None:
    with ReplayServer(in_turn(recorded("id-astro-ph-0601001.xml"))) as server:
        (record,) = works_of(SOURCE, options_of(server, inputs=("astro-ph/0601001",)))
    assert server.requests[0].parameters["id_list"] == "astro-ph/0601001"
    assert record.identifiers[0] == ("arxiv", "astro-ph/0601001")
    assert record.topics[0].code == "astro-ph"
    assert record.versions[0].submitted_at is not None
    assert record.submitted == record.versions[0].submitted_at.date()
    assert len(record.bylines) > 1


def test_versions_classes_and_affiliations() -> None:
    raw = (
        '<entry xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom">'
        "<id>http://arxiv.org/abs/1605.08386v3</id><title>Heat\n  bath</title>"
        "<published>2016-05-26T17:59:46Z</published>"
        "<updated>2017-01-02T03:04:05Z</updated><summary>Text.</summary>"
        "<author><name>David Stanley</name><arxiv:affiliation>MIT</arxiv:affiliation></author>"
        "<author><name>for the CMS Collaboration</name></author><arxiv:doi>10.1000/x</arxiv:doi>"
        '<arxiv:primary_category term="math.CO"/><category term="stat.CO"/><category term="math.CO"/>'
        '<category term="05C81, 37A25; G.3"/></entry>'
    )
    record = SOURCE.parse(raw.encode())
    assert isinstance(record, WorkRecord)
    assert record.title == "Heat bath"
    assert [version.number for version in record.versions] == [1, 2, 3]
    assert record.versions[2].submitted_at == datetime(2017, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert (record.submitted, record.updated) == (date(2016, 5, 26), date(2017, 1, 2))
    assert [(topic.scheme, topic.code) for topic in record.topics] == [
        ("arxiv", "math.CO"), ("arxiv", "stat.CO"), ("msc", "05C81"), ("msc", "37A25"), ("acm", "G.3")
    ]  # fmt: skip
    assert record.bylines[0].affiliations == ("MIT",)
    assert (record.bylines[1].name, record.bylines[1].is_group) == ("CMS Collaboration", True)


def test_an_unknown_id_is_no_record() -> None:
    with ReplayServer(in_turn(recorded("id-0000.0000.xml"))) as server:
        assert list(SOURCE.read(options_of(server, query="x"))) == []


@pytest.mark.parametrize("status", [200, 400])
def test_an_error_feed_says_why_in_one_line(status: int) -> None:
    reply = Reply((ATOM / "id-abc.xml").read_bytes(), status=status)
    with ReplayServer(in_turn(reply)) as server, pytest.raises(SourceError, match="incorrect id format for abc"):
        list(SOURCE.read(options_of(server, query="x")))


def test_a_refusal_without_a_feed_is_not_repeated() -> None:
    with ReplayServer(in_turn(Reply(b"Bad Request", status=400))) as server:
        with pytest.raises(SourceError, match=r"refuses the request \(400\)"):
            list(SOURCE.read(options_of(server, query="x")))
        assert len(server.requests) == 1


def test_an_empty_page_in_the_middle_is_asked_for_again() -> None:
    empty = Reply((ATOM / "id-0000.0000.xml").read_bytes().replace(b"totalResults>0", b"totalResults>1"))
    with ReplayServer(in_turn(empty, empty, recorded("id-1605.08386.xml"))) as server:
        assert len(list(SOURCE.read(options_of(server, query="x")))) == 1
    with ReplayServer(in_turn(empty)) as server, pytest.raises(SourceUnavailableError, match="empty page"):
        list(SOURCE.read(options_of(server, query="x")))


def test_broken_xml_is_asked_for_again() -> None:
    with ReplayServer(in_turn(Reply(b"<feed><entry>"), recorded("id-1605.08386.xml"))) as server:
        assert len(list(SOURCE.read(options_of(server, query="x")))) == 1


def test_options_that_cannot_work_are_refused() -> None:
    with pytest.raises(SourceError, match="needs a query"):
        SOURCE.check(SourceOptions())
    with pytest.raises(SourceError, match="private address"):
        SOURCE.check(SourceOptions(base_url="http://10.0.0.1/"))
    with pytest.raises(SourceError, match="no arXiv id"):
        SOURCE.check(SourceOptions(inputs=("abc",), allow_private_hosts=True))
