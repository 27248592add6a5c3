from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.sources import get_source
from ingest.sources.base import RawItem, SourceError, fingerprint, parse_item
from tests.ingest.helpers import DATA, assert_resumes_anywhere, options_for, works_of
from works.records import BylineRecord, Rejected, WorkRecord

SOURCE = get_source("arxiv-snapshot")
REAL, DIRTY = DATA / "arxiv" / "snapshot-40.jsonl", DATA / "arxiv" / "dirty-records.jsonl"


def line(**changes: Any) -> bytes:
    record = {
        "id": "2206.07253", "submitter": "Zhizhi Yu", "authors": "Zhizhi Yu, Yue Shang", "title": "TeKo",
        "comments": "12 pages, code at https://github.com/owner/teko", "journal-ref": "J. X 1 (2022)",
        "doi": "10.1109/TNNLS.2023.3281354", "report-no": None, "categories": "cs.LG cs.AI", "license": None,
        "abstract": "  We study\ngraphs.", "versions": [{"version": "v1", "created": "Wed, 15 Jun 2022 01:02:03 GMT"}],
        "update_date": "2022-06-16", "authors_parsed": [["Yu", "Zhizhi", ""], ["Shang", "Yue", ""]],
    }  # fmt: skip
    return json.dumps(record | changes).encode()


def work(**changes: Any) -> WorkRecord:
    parsed = SOURCE.parse(line(**changes))
    assert isinstance(parsed, WorkRecord), parsed
    return parsed


def reject(raw: bytes) -> Rejected:
    parsed = SOURCE.parse(raw, 7)
    assert isinstance(parsed, Rejected), parsed
    assert parsed.position == 7
    return parsed


def test_all_facts_of_a_record() -> None:
    record = work()
    assert record == WorkRecord(
        source="arxiv-snapshot",
        key="2206.07253",
        rank=80,
        title="TeKo",
        identifiers=[("arxiv", "2206.07253"), ("doi", "10.1109/tnnls.2023.3281354")],
        bylines=[BylineRecord("Zhizhi Yu", "Yu", "Zhizhi"), BylineRecord("Yue Shang", "Shang", "Yue")],
        abstract="We study graphs.",
        comments="12 pages, code at https://github.com/owner/teko",
        versions=record.versions,
        topics=record.topics,
        submitted=date(2022, 6, 15),
        updated=date(2022, 6, 16),
        journal_ref="J. X 1 (2022)",
        submitter="Zhizhi Yu",
        code_links=["https://github.com/owner/teko"],
    )
    assert record.versions[0].submitted_at == datetime(2022, 6, 15, 1, 2, 3, tzinfo=UTC)
    assert [topic.code for topic in record.topics] == ["cs.LG", "cs.AI"]


def test_real_records_parse_whole_and_keep_their_names() -> None:
    for record, raw in zip(works_of(SOURCE, options_for(REAL)), REAL.read_text().splitlines(), strict=True):
        printed = json.loads(raw)
        assert record.key == printed["id"]
        assert [byline.name for byline in record.bylines] == printed["authors"].split(", ")
        assert [byline.family for byline in record.bylines] == [split[0] for split in printed["authors_parsed"]]


def test_real_dirt() -> None:
    records = {record.key: record for record in works_of(SOURCE, options_for(DIRTY))}
    names = {key: [byline.name for byline in record.bylines] for key, record in records.items()}
    assert names["1808.06792"] == ["Liyun Dai", "Bo Liu", "Zhiming Liu"]
    assert names["1212.2262"][-1] == "Abbas Kouzani"
    assert names["1007.3157"] == ["John Alexandris", "Gregory Karagiorgos", "Ioannis Stavrakakis"]
    assert names["1412.8280"][-2] == "Rui-Rui Du"
    assert records["0707.1115"].bylines[1] == BylineRecord("MiniBooNE Collaboration", is_group=True)
    assert [value for scheme, value in records["1103.3693"].identifiers if scheme == "doi"] == [
        "10.3233/fi-2011-428",
        "10.3233/fi-2011-429",
    ]
    assert records["0704.0644"].is_withdrawn
    assert not records["0704.0349"].is_withdrawn


@pytest.mark.parametrize("mangled", ["908.2093", 908.2093])
def test_an_id_that_was_read_as_a_number(mangled: str | float) -> None:
    assert work(id=mangled).key == "0908.2093"


def test_old_style_ids() -> None:
    assert work(id="math.GT/0309136").identifiers[0] == ("arxiv", "math/0309136")


def test_kaggle_lines_with_affiliations_and_latex() -> None:
    record = work(
        authors="C. Bal\\'azs (1), E. L. Berger (2) and the CDF Collaboration\n ((1) ANL, (2) Fermilab)",
        authors_parsed=[["Balázs", "C.", "", "ANL"], ["Berger", "E. L.", "", "Fermilab"]],
    )
    assert record.bylines == [
        BylineRecord("C. Balázs", "Balázs", "C.", affiliations=("ANL",)),
        BylineRecord("E. L. Berger", "Berger", "E. L.", affiliations=("Fermilab",)),
        BylineRecord("CDF Collaboration", is_group=True),
    ]


def test_the_longer_of_printed_and_split_names_counts() -> None:
    printed_longer = work(
        authors="Yu Jiang, Juergen Schmidt, Hexi Baoyin", authors_parsed=[["Jiang", "Yu", ""], ["Baoyin", "Hexi", ""]]
    )
    assert [(byline.name, byline.family) for byline in printed_longer.bylines] == [
        ("Yu Jiang", "Jiang"),
        ("Juergen Schmidt", None),
        ("Hexi Baoyin", "Baoyin"),
    ]
    split_longer = work(authors="Yu Jiang, et al.", authors_parsed=[["Jiang", "Yu", ""], ["Baoyin", "Hexi", "Jr"]])
    assert [byline.name for byline in split_longer.bylines] == ["Yu Jiang", "Hexi Baoyin Jr"]


@pytest.mark.parametrize(
    ("printed", "split"),
    [
        ("Yu Jiang, et al.", ["al.", "et", ""]),
        ("Yu Jiang, et. al.", ["al.", "et.", ""]),
        ("Yu Jiang et al", ["al", "et", ""]),
        ("Yu Jiang, others", ["others", "", ""]),
        ("Yu Jiang", ["et al.", "", ""]),
    ],
)
def test_et_al_is_nobody_and_makes_the_list_incomplete(printed: str, split: list[str]) -> None:
    record = work(authors=printed, authors_parsed=[["Jiang", "Yu", ""], split])
    assert (record.bylines, record.authors_complete) == ([BylineRecord("Yu Jiang", "Jiang", "Yu")], False)


def test_the_name_before_et_al_keeps_no_part_of_it() -> None:
    record = work(authors="Yu Jiang, H. Park et al.", authors_parsed=[["Jiang", "Yu", ""], ["al.", "H. Park et", ""]])
    assert record.bylines == [BylineRecord("Yu Jiang", "Jiang", "Yu"), BylineRecord("H. Park")]
    assert not record.authors_complete
    only_split = work(authors="", authors_parsed=[["Jiang", "Yu", ""], ["al.", "H. Park et", ""]])
    assert [byline.name for byline in only_split.bylines] == ["Yu Jiang", "H. Park"]


def test_a_work_by_et_al_alone_has_no_author() -> None:
    assert reject(line(authors="et al.", authors_parsed=[["al.", "et", ""]])).reason == "The work has no author"


@pytest.mark.parametrize(
    ("printed", "split", "expected"),
    [
        ("Hans MÃ¼ller", ["MÃ¼ller", "Hans", ""], BylineRecord("Hans Müller", "Müller", "Hans")),
        ("Pedro LÃ³pez", ["LÃ³pez", "Pedro", ""], BylineRecord("Pedro López", "López", "Pedro")),
        ("RenÃª Xu", ["Xu", "RenÃª", ""], BylineRecord("Renê Xu", "Xu", "Renê")),
        ("JÃ¶rg Bo", ["Bo", "JÃ¶rg", ""], BylineRecord("Jörg Bo", "Bo", "Jörg")),
        ("João Sá", ["Sá", "João", ""], BylineRecord("João Sá", "Sá", "João")),
        ("JOÃO SÃ", ["SÃ", "JOÃO", ""], BylineRecord("JOÃO SÃ", "SÃ", "JOÃO")),
        ("Mª Paz Šiša", ["Šiša", "Mª Paz", ""], BylineRecord("Mª Paz Šiša", "Šiša", "Mª Paz")),
    ],
)
@pytest.mark.parametrize("behind", ["", ", Bo Wu", ", CDF Collaboration", " (MIT)"])
def test_garbled_letters_of_a_name_are_mended(
    printed: str, split: list[str], expected: BylineRecord, behind: str
) -> None:
    more = {", Bo Wu": [["Wu", "Bo", ""]], ", CDF Collaboration": [["CDF Collaboration", "", ""]]}.get(behind, [])
    first = work(authors=printed + behind, authors_parsed=[split, *more]).bylines[0]
    assert (first.name, first.family, first.given) == (expected.name, expected.family, expected.given)


def test_suffixes_stay_with_their_name() -> None:
    record = work(authors="George A. Baker, Jr, Bo Wu", authors_parsed=[["Baker", "George A.", "Jr"], ["Wu", "Bo", ""]])
    assert record.bylines[0] == BylineRecord("George A. Baker Jr", "Baker", "George A.", "Jr")


@pytest.mark.parametrize(
    ("printed", "split", "expected"),
    [
        ("Nan Zhang", ["Zhang", "Nan", ""], BylineRecord("Nan Zhang", "Zhang", "Nan")),
        ("A. Badía -Majós", ["-Majós", "A. Badía", ""], BylineRecord("A. Badía-Majós")),
        ("Rui -Rui Du", ["Du", "Rui -Rui", ""], BylineRecord("Rui-Rui Du", "Du", "Rui-Rui")),
        ("W.E.Harris", ["Harris", "W. E.", ""], BylineRecord("W.E.Harris", "Harris", "W. E.")),
        ("J. de la Cruz", ["de la Cruz", "J.", ""], BylineRecord("J. de la Cruz", "de la Cruz", "J.")),
        (". Nasteva", ["Nasteva", ".", ""], BylineRecord("Nasteva", "Nasteva")),
    ],
)
def test_split_names_join_the_printed_ones(printed: str, split: list[str], expected: BylineRecord) -> None:
    assert work(authors=printed, authors_parsed=[split]).bylines == [expected]
    assert work(
        authors=f"{printed}, LHCb collaboration", authors_parsed=[split, ["LHCb collaboration", "", ""]]
    ).bylines == [
        expected,
        BylineRecord("LHCb collaboration", is_group=True),
    ]


def test_a_suffix_behind_a_comma_takes_no_author_away() -> None:
    record = work(
        authors="Thomas L. Duvall, Jr and Shravan M. Hanasoge",
        authors_parsed=[["Duvall", "Thomas L.", "Jr"], ["Hanasoge", "Shravan M.", ""]],
    )
    assert [byline.name for byline in record.bylines] == ["Thomas L. Duvall Jr", "Shravan M. Hanasoge"]


def test_dates_in_the_future_are_unknown() -> None:
    tomorrow_year = (datetime.now(UTC) + timedelta(days=400)).date()
    record = work(
        update_date=tomorrow_year.isoformat(),
        versions=[{"version": "v1", "created": f"Mon, 1 Jan {tomorrow_year.year + 1} 00:00:00 GMT"}],
    )
    assert (record.updated, record.submitted, record.versions[0].submitted_at) == (None, None, None)


def test_versions_come_in_order_whatever_their_order_in_the_file() -> None:
    record = work(
        versions=[
            {"version": "v2", "created": "Fri, 17 Jun 2022 00:00:00 GMT"},
            {"version": "v1", "created": "garbage"},
        ]
    )
    assert [(version.number, version.submitted_at is None) for version in record.versions] == [(1, True), (2, False)]
    assert record.submitted is None


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (line(title="  "), "The title is empty"),
        (line(title=None), "The title is empty"),
        (line(id="nonsense"), "The arXiv id is not valid"),
        (line(authors=":, and", authors_parsed=[]), "The work has no author"),
        (b'{"id": "2206.07253", "title": "cut he', "The line is not valid JSON"),
        (b'{"id": "2206.07253"}', "A field is missing or has the wrong type"),
        (line(versions="none"), "A field is missing or has the wrong type"),
        (b"\x00\x01\x02", "The line is not valid JSON"),
        (b"[]", "A field is missing or has the wrong type"),
    ],
)
def test_rejects_say_why(raw: bytes, reason: str) -> None:
    rejected = reject(raw)
    assert rejected.reason == reason
    assert "\0" not in rejected.raw + rejected.detail


def test_control_characters_and_nul_are_dropped_not_fatal() -> None:
    assert work(title="Graph\u0000s and\u0007 trees").title == "Graphs and trees"
    raw = line(title="Tab here").replace(b"Tab here", b"Tab\x00\there")
    parsed = SOURCE.parse(raw)
    assert isinstance(parsed, WorkRecord)
    assert parsed.title == "Tab here"


def test_a_line_in_latin_1_is_read_as_such() -> None:
    parsed = SOURCE.parse(line(title="Poincare").replace(b"Poincare", b"Poincar\xe9"))
    assert isinstance(parsed, WorkRecord)
    assert parsed.title == "Poincaré"


def test_three_thousand_authors_and_repeated_ones() -> None:
    split = [[f"Family{chr(97 + number % 26)}", "A.", ""] for number in range(3303)]
    record = work(authors=", ".join(f"A. {family}" for family, _, _ in split), authors_parsed=split)
    assert len(record.bylines) == 3303


def test_the_fingerprint_is_of_the_raw_line() -> None:
    assert fingerprint(SOURCE, line()) == fingerprint(SOURCE, line())
    assert fingerprint(SOURCE, line()) != fingerprint(SOURCE, line(title="Other"))
    assert len(fingerprint(SOURCE, b"")) == 16


def test_reading_goes_on_from_any_item() -> None:
    assert_resumes_anywhere(SOURCE, options_for(REAL, DIRTY))


def test_a_corrected_reject_parses() -> None:
    rejected = reject(line(title=""))
    corrected = rejected.raw.replace('"title": ""', '"title": "Found"')
    assert isinstance(SOURCE.parse(corrected.encode()), WorkRecord)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"PK\x03\x04rest", "is a ZIP archive; unpack it first"),
        (b"%PDF-1.7", "is a PDF document"),
        (b"hello\nworld\n", "is no arXiv snapshot: it holds no JSON lines"),
        (b'{"id": "https://ror.org/03yrm5c26", "name": "X"}\n', "ROR organisations (use the source ror)"),
        (b'{"id": "https://openalex.org/W1"}\n', "OpenAlex records (use the source openalex)"),
        (b"[1, 2]\n", "JSON, but not one object a line"),
        (b"\x1f\x8b\x08garbage", "archive is damaged"),
    ],
)
def test_files_of_the_wrong_kind_are_refused_in_one_line(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(SourceError) as refusal:
        SOURCE.check(options_for(path))
    assert message in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none", tmp_path):
        with pytest.raises(SourceError, match=r"no file|is a folder"):
            SOURCE.check(options_for(path))
    with pytest.raises(SourceError, match="needs a file"):
        SOURCE.check(options_for())


@given(st.binary(max_size=200))
def test_no_bytes_break_the_parser(raw: bytes) -> None:
    assert isinstance(parse_item(SOURCE, RawItem(1, raw, {})), Rejected)
