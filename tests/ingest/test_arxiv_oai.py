from __future__ import annotations

from datetime import date

import pytest

from ingest.sources import get_source
from ingest.sources.base import RawItem, SourceError, SourceOptions, SourceUnavailableError, fingerprint, parse_item
from tests.ingest.helpers import DATA, assert_resumes_anywhere, works_of
from tests.replay.server import ReplayServer, Reply, Request, in_turn
from works.records import Rejected, WorkRecord

SOURCE = get_source("arxiv-oai")
OAI = DATA / "oai"
PAGES = {None: "page-1.xml", "token-2": "page-2.xml", "token-3": "page-3.xml"}


def recorded(name: str) -> Reply:
    return Reply((OAI / name).read_bytes(), headers={"Content-Type": "text/xml"})


def chain(request: Request) -> Reply:
    return recorded(PAGES[request.parameters.get("resumptionToken")])


def options_of(server: ReplayServer, **more: object) -> SourceOptions:
    return SourceOptions(base_url=server.url, allow_private_hosts=True, request_interval=0, **more)  # type: ignore[arg-type]  # test short cut


@pytest.fixture(autouse=True)
def _no_waiting(pauses: list[float]) -> None:
    """No test of this module waits."""


def parsed(name: str) -> list[WorkRecord]:
    with ReplayServer(in_turn(recorded(name))) as server:
        return works_of(SOURCE, options_of(server))


def test_a_list_in_pages() -> None:
    with ReplayServer(chain) as server:
        records = works_of(
            SOURCE, options_of(server, since=date(2015, 1, 16), until=date(2015, 1, 18), sets=("physics",))
        )
    assert len(records) == 9
    assert server.requests[0].parameters == {
        "verb": "ListRecords", "metadataPrefix": "arXiv", "from": "2015-01-16", "until": "2015-01-18", "set": "physics"
    }  # fmt: skip
    assert server.requests[1].parameters == {"verb": "ListRecords", "resumptionToken": "token-2"}
    first = records[0]
    assert (first.key, first.rank, first.source) == ("0912.3200", 80, "arxiv-oai")
    assert first.title == "Discrete Dirac Operators, Critical Embeddings and Ihara-Selberg Functions"
    assert [(byline.name, byline.family, byline.given) for byline in first.bylines] == [
        ("Martin Loebl", "Loebl", "Martin"),
        ("Petr Somberg", "Somberg", "Petr"),
    ]
    assert (first.submitted, first.updated) == (date(2009, 12, 16), date(2015, 1, 15))
    assert [topic.code for topic in first.topics] == ["math.CO", "math-ph", "math.MP"]
    assert first.licence == "http://arxiv.org/licenses/nonexclusive-distrib/1.0/"


def test_a_list_goes_on_from_any_record() -> None:
    with ReplayServer(chain) as server:
        assert_resumes_anywhere(SOURCE, options_of(server))


def test_two_sets_follow_each_other_and_resume() -> None:
    with ReplayServer(chain) as server:
        options = options_of(server, sets=("physics", "math"))
        assert len(works_of(SOURCE, options)) == 18
        assert_resumes_anywhere(SOURCE, options)


def test_an_expired_token_goes_on_by_date() -> None:
    with ReplayServer(chain) as server:
        items = list(SOURCE.read(options_of(server)))
    expired = [recorded("error-badResumptionToken.xml"), recorded("page-3.xml")]
    with ReplayServer(in_turn(*expired)) as server:
        rest = list(SOURCE.read(options_of(server), items[3].cursor))
    assert len(rest) == 3
    assert server.requests[1].parameters == {"verb": "ListRecords", "metadataPrefix": "arXiv", "from": "2015-01-16"}


def test_an_expired_token_of_an_unordered_list_starts_the_list_again() -> None:
    with ReplayServer(chain) as server:
        items = list(SOURCE.read(options_of(server)))
    cursor = items[3].cursor | {"unordered": 1, "since": None}
    with ReplayServer(in_turn(recorded("error-badResumptionToken.xml"), recorded("page-3.xml"))) as server:
        list(SOURCE.read(options_of(server), cursor))
    assert "from" not in server.requests[1].parameters


@pytest.mark.parametrize("names", [["page-1.xml"] * 2, ["page-1.xml", "page-2.xml", "page-1.xml"]])
def test_a_service_that_repeats_a_token_is_left_and_nothing_comes_twice(names: list[str]) -> None:
    items: list[RawItem] = []
    with ReplayServer(in_turn(*map(recorded, names))) as server:
        with pytest.raises(SourceUnavailableError, match=r"repeats a resumption token.*resumed"):
            items.extend(SOURCE.read(options_of(server)))
        assert len(server.requests) == len(names)
        server.answer = chain
        assert items == list(SOURCE.read(options_of(server)))[: len(items)]
        items.extend(SOURCE.read(options_of(server), items[-1].cursor))
        assert items == list(SOURCE.read(options_of(server)))


def test_a_service_that_lets_every_list_expire_is_left() -> None:
    def expiring(request: Request) -> Reply:
        return recorded("error-badResumptionToken.xml" if "resumptionToken" in request.parameters else "page-1.xml")

    with ReplayServer(expiring) as server, pytest.raises(SourceUnavailableError, match="every list expire"):
        list(SOURCE.read(options_of(server)))


def test_nothing_new_is_no_error() -> None:
    with ReplayServer(in_turn(recorded("empty-response.xml"))) as server:
        assert list(SOURCE.read(options_of(server))) == []


def test_a_refused_request_says_why_in_one_line() -> None:
    with (
        ReplayServer(in_turn(recorded("error-badArgument.xml"))) as server,
        pytest.raises(SourceError, match="BadArgument"),
    ):
        list(SOURCE.read(options_of(server)))


def test_a_page_that_is_missing_is_not_called_broken() -> None:
    page = Reply(b"<!doctype html><title>Not found<br>", status=404)
    with ReplayServer(in_turn(page)) as server, pytest.raises(SourceError, match=r"refuses the request \(404\)"):
        list(SOURCE.read(options_of(server)))


def test_503_with_retry_after(pauses: list[float]) -> None:
    busy = Reply(status=503, headers={"Retry-After": "20"})
    with ReplayServer(in_turn(busy, recorded("page-3.xml"))) as server:
        assert len(list(SOURCE.read(options_of(server)))) == 3
    assert pauses == [20.0]


def test_a_broken_page_is_asked_for_again() -> None:
    broken = Reply((OAI / "page-3.xml").read_bytes()[:2000])
    with ReplayServer(in_turn(broken, recorded("page-3.xml"))) as server:
        assert len(works_of(SOURCE, options_of(server))) == 3


def test_a_page_that_stays_broken_yields_what_it_holds_and_ends_the_run_to_be_resumed() -> None:
    whole = (OAI / "page-1.xml").read_bytes()
    broken = Reply(whole[: whole.rindex(b"<record>") + 300])
    items: list[RawItem] = []
    with ReplayServer(in_turn(broken)) as server, pytest.raises(SourceUnavailableError, match="resumed"):
        items.extend(SOURCE.read(options_of(server)))
    assert len(items) >= 2
    assert isinstance(parse_item(SOURCE, items[0]), WorkRecord)

    assert items[-1].cursor["set"] == 0


@pytest.mark.parametrize("kept", [b"<ListRecords>", b"<ListRecords>\n  <reco"])
def test_a_list_that_breaks_off_before_its_first_record_ends_in_one_line(kept: bytes) -> None:
    whole = (OAI / "page-1.xml").read_bytes()
    broken = Reply(whole[: whole.index(b"<ListRecords>")] + kept)
    with ReplayServer(in_turn(broken)) as server, pytest.raises(SourceUnavailableError, match=r"broke off .* resumed"):
        list(SOURCE.read(options_of(server)))


def test_an_ill_formed_list_without_records_has_none() -> None:
    whole = (OAI / "page-1.xml").read_bytes()
    broken = Reply(whole[: whole.index(b"<ListRecords>")] + b"<ListRecords>&nothing;</ListRecords></OAI-PMH>")
    with ReplayServer(in_turn(broken)) as server:
        assert list(SOURCE.read(options_of(server))) == []


ILL_FORMED = [
    b"&eacute;lan", b"x < y & z", b"\x07 a bare <", b"</abstract>", b"\xff\xfe", b"<!DOCTYPE html>", b"<record>"
]  # fmt: skip


def spoilt(page: str, place: int, text: bytes) -> bytes:
    """A recorded page with ``text`` in the abstract of one of its records."""
    parts = (OAI / page).read_bytes().split(b"</abstract>")
    parts[place] += text
    return b"</abstract>".join(parts)


@pytest.mark.parametrize("page", ["page-2.xml", "page-3.xml"])
@pytest.mark.parametrize("text", ILL_FORMED)
def test_a_record_that_is_no_xml_costs_no_more_than_itself(page: str, text: bytes) -> None:
    def answer(request: Request) -> Reply:
        name = PAGES[request.parameters.get("resumptionToken")]
        return Reply(spoilt(name, 1, text)) if name == page else recorded(name)

    with ReplayServer(chain) as server:
        whole = list(SOURCE.read(options_of(server)))
    with ReplayServer(answer) as server:
        options = options_of(server)
        items = list(SOURCE.read(options))
        assert_resumes_anywhere(SOURCE, options)
    hurt = [item for item in items if isinstance(parse_item(SOURCE, item), Rejected)]
    assert {item.raw for item in whole} > {item.raw for item in items if item not in hurt}
    assert len(items) - len(hurt) == len(whole) - 1
    reject = parse_item(SOURCE, hurt[0])
    assert isinstance(reject, Rejected)
    assert reject.reason == "The record is not XML"
    original = parse_item(SOURCE, whole[4 if page == "page-2.xml" else 7])
    assert isinstance(original, WorkRecord)
    assert reject.key == original.key
    if text not in {b"<record>", b"</abstract>", b"\xff\xfe"}:
        mended = SOURCE.parse(hurt[0].raw.replace(text, b""))
        assert isinstance(mended, WorkRecord)
        assert mended.key == reject.key


def test_a_record_without_an_end_does_not_swallow_its_neighbour() -> None:
    page = (OAI / "page-3.xml").read_bytes().replace(b"</record>", b"", 1)
    with ReplayServer(in_turn(Reply(page))) as server:
        parsed = [parse_item(SOURCE, item) for item in SOURCE.read(options_of(server))]
    assert [isinstance(record, WorkRecord) for record in parsed] == [False, True, True]


@pytest.mark.parametrize("name", ["ListRecordsBroken.xml"])
def test_no_xml_at_all(name: str) -> None:
    with ReplayServer(in_turn(recorded(name))) as server, pytest.raises(SourceUnavailableError, match=r"XML|OAI-PMH"):
        list(SOURCE.read(options_of(server)))


def test_a_page_about_something_else_is_no_empty_list() -> None:
    page = Reply(b"<html><body>Down for maintenance</body></html>")
    with ReplayServer(in_turn(page)) as server, pytest.raises(SourceUnavailableError, match="no OAI-PMH answer"):
        list(SOURCE.read(options_of(server)))


def test_an_entity_bomb_is_refused() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><OAI-PMH><ListRecords>&b;</ListRecords></OAI-PMH>'
    with ReplayServer(in_turn(Reply(bomb))) as server, pytest.raises(SourceUnavailableError, match="no XML"):
        list(SOURCE.read(options_of(server)))


def test_deleted_records() -> None:
    raw = (
        b'<record><header status="deleted"><identifier>oai:arXiv.org:2206.07253</identifier>'
        b"<datestamp>2022-07-01</datestamp></header></record>"
    )
    record = SOURCE.parse(raw)
    assert isinstance(record, WorkRecord)
    assert (record.key, record.is_deleted) == ("2206.07253", True)


def test_records_of_other_repositories_are_set_aside() -> None:
    with ReplayServer(in_turn(recorded("ListRecords.xml"))) as server:
        options = options_of(server, limit=2, metadata_prefix="oai_dc")
        rejects = [parse_item(SOURCE, item) for item in SOURCE.read(options)]
    assert all(isinstance(reject, Rejected) and reject.reason == "The arXiv id is not valid" for reject in rejects)


def single(name: str) -> WorkRecord:
    """The only record of a GetRecord answer, cut out as ``read`` would."""
    text = (OAI / name).read_text()
    start = text.index("<record>")
    record = SOURCE.parse(text[start : text.index("</record>") + len("</record>")].encode())
    assert isinstance(record, WorkRecord), record
    return record


def test_answers_without_namespace() -> None:
    record = single("one-record-no-namespace.xml")
    assert record.key == "0804.2273"
    assert record.bylines[1].family == "Van de Sompel"


def test_affiliations_and_collaborations() -> None:
    text = (OAI / "records-many-with-affiliations.xml").read_text()
    chunks = [chunk.partition("</record>")[0] for chunk in text.split("<record>")[1:]]
    declared = '<record xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
    records = [SOURCE.parse(f"{declared}{chunk}</record>".encode()) for chunk in chunks]
    works = {record.key: record for record in records if isinstance(record, WorkRecord)}
    assert len(works) == len(records)
    icecube = works["1512.07978"]
    assert [(byline.name, byline.is_group) for byline in icecube.bylines] == [
        ("Teresa Maria Montaruli", False),
        ("IceCube Collaboration", True),
    ]
    assert works["1601.03238"].bylines[0].is_group
    assert any(byline.affiliations for work in works.values() for byline in work.bylines)


def test_a_colon_behind_a_collaboration_is_nobody() -> None:
    record = single("record-8.xml")
    assert record.bylines[0].name == "Super-Kamiokande Collaboration"
    assert record.bylines[0].is_group
    assert record.bylines[1].name == "K. Abe"


def test_et_al_is_nobody_and_makes_the_list_incomplete() -> None:
    et_al = b"<author><keyname>al.</keyname><forenames>et</forenames></author></authors>"
    with ReplayServer(chain) as server:
        first = next(iter(SOURCE.read(options_of(server))))
    raw = first.raw.replace(b"</authors>", et_al, 1)
    whole, cut = SOURCE.parse(first.raw), SOURCE.parse(raw)
    assert isinstance(whole, WorkRecord)
    assert isinstance(cut, WorkRecord)
    assert whole.authors_complete
    assert (cut.bylines, cut.authors_complete) == (whole.bylines, False)


def test_dublin_core() -> None:
    record = single("GetRecord-oai_dc.xml")
    assert (record.key, record.rank) == ("1507.03011", 70)
    assert [(byline.name, byline.family) for byline in record.bylines] == [
        ("J. E. Young", "Young"),
        ("Rachel Kuzio de Naray", "de Naray"),
        ("Sharon X. Wang", "Wang"),
    ]
    assert [topic.code for topic in record.topics] == ["astro-ph.GA"]
    assert (record.submitted, record.comments) == (date(2015, 7, 10), "13 pages, 7 figures")
    assert record.abstract is not None
    assert record.abstract.startswith("We introduce the MUSCEL Program")


def test_classes_stay_apart_from_categories() -> None:
    raw = (
        "<record><header><identifier>oai:arXiv.org:2206.07253</identifier></header><metadata><arXiv><id>2206.07253</id>"
        "<created>2022-06-15</created><authors><author><keyname>Heath</keyname><forenames>Robert W.</forenames>"
        "<suffix>Jr.</suffix></author></authors><title>T</title><categories>math.CO cs.DM</categories>"
        "<msc-class>05C50 (Primary), 68R10</msc-class><acm-class>G.2.2; F.2.2</acm-class><abstract>A</abstract>"
        "<doi>10.1000/a, 10.1000/b</doi></arXiv></metadata></record>"
    )
    record = SOURCE.parse(raw.encode())
    assert isinstance(record, WorkRecord)
    assert [(topic.scheme, topic.code) for topic in record.topics] == [
        ("arxiv", "math.CO"), ("arxiv", "cs.DM"), ("msc", "05C50"), ("msc", "68R10"), ("acm", "G.2.2"), ("acm", "F.2.2")
    ]  # fmt: skip
    assert record.identifiers[1:] == [("doi", "10.1000/a"), ("doi", "10.1000/b")]
    assert (record.bylines[0].name, record.bylines[0].suffix) == ("Robert W. Heath Jr.", "Jr.")


def test_the_raw_record_is_the_same_wherever_it_stood() -> None:
    with ReplayServer(chain) as server:
        once = [fingerprint(SOURCE, item.raw) for item in SOURCE.read(options_of(server))]
        again = [fingerprint(SOURCE, item.raw) for item in SOURCE.read(options_of(server))]
    assert once == again
    assert len(set(once)) == 9


def test_options_that_cannot_work_are_refused() -> None:
    with pytest.raises(SourceError, match="prefixes"):
        SOURCE.check(SourceOptions(metadata_prefix="marc", allow_private_hosts=True))
    with pytest.raises(SourceError, match="later than the last"):
        SOURCE.check(SourceOptions(since=date(2020, 1, 2), until=date(2020, 1, 1), allow_private_hosts=True))
    with pytest.raises(SourceError, match="private address"):
        SOURCE.check(SourceOptions(base_url="http://127.0.0.1/oai"))
