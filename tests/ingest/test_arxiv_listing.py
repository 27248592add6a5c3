from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.sources import get_source
from ingest.sources.base import RawItem, SourceError, UnusableRecordError, parse_item
from ingest.sources.listing_text import parse_text_entry, split_title_and_authors, text_entries
from tests.ingest.helpers import DATA, assert_resumes_anywhere, options_for, parsed_items, works_of
from works.records import Rejected, WorkRecord

SOURCE = get_source("arxiv-listing")
PAGES = DATA / "listing"


def works(name: str) -> list[WorkRecord]:
    return works_of(SOURCE, options_for(PAGES / name))


def test_search_listing_as_text() -> None:
    first, second, third = works("arxiv-search.txt")
    assert first.title == "Practice on Long Behavior Sequence Modeling in Tencent Advertising"
    assert (len(first.bylines), first.authors_complete, first.authors_missing) == (25, False, 2)
    assert first.bylines[-1].name == "Shudong Huang"
    assert (first.submitted, first.updated, first.announced) == (date(2025, 9, 10), None, date(2025, 10, 1))
    assert (second.submitted, second.updated) == (date(2025, 10, 20), date(2025, 12, 8))
    assert second.authors_complete
    assert "Shudong Huang" not in [byline.name for byline in third.bylines]
    for work in (first, second, third):
        assert work.abstract is not None
        assert "…" not in work.abstract
        assert "More" not in work.abstract


def test_search_listing_as_html() -> None:
    complete, empty = parsed_items(SOURCE, options_for(PAGES / "arxiv-search.html"))
    assert isinstance(complete, WorkRecord)
    assert complete.key == "2206.07253"
    assert complete.identifiers == [("arxiv", "2206.07253"), ("doi", "10.1145/3534678.3539149")]
    assert complete.title == r"TeKo: Text-Rich Networks & $\alpha$-graphs"
    assert [byline.name for byline in complete.bylines] == ["Zhizhi Yu", "Yue Shang"]
    assert (complete.authors_complete, complete.authors_missing) == (False, 6)
    assert complete.abstract == "Graph networks have gained popularity."
    assert (complete.submitted, complete.updated) == (date(2022, 6, 15), date(2022, 6, 20))
    assert (complete.comments, complete.journal_ref) == ("9 pages, https://github.com/owner/teko", "KDD 2022")
    assert complete.report_no == "ABC-1"
    assert [(topic.scheme, topic.code) for topic in complete.topics] == [
        ("arxiv", "cs.LG"), ("arxiv", "nlin.SI"), ("msc", "68T05"), ("msc", "05C99"), ("acm", "I.2.6")
    ]  # fmt: skip
    assert complete.code_links == ["https://github.com/owner/teko"]
    assert isinstance(empty, Rejected)
    assert empty.reason == "The title is empty"


def test_search_listing_copied_with_ids_and_numbers() -> None:
    page = (
        "Showing 1-2 of 2 results\n1. arXiv:2206.07253 [pdf, other] cs.LG cs.AI\nTeKo\nAuthors: Zhizhi Yu, Yue Shang\n"
        "Abstract: Graphs.\nSubmitted 15 June, 2022; originally announced June 2022.\nComments: 9 pages\n"
        "2. arXiv:hep-th/9901001 [pdf] hep-th\nStrings\nAuthors: Bo Wu\nSubmitted 1 January, 1999;\n"
        "originally announced January 1999.\n"
    )
    first, second = (parse_text_entry(entry) for entry in text_entries(page, date(2026, 1, 1)))
    assert (first.key, first.title, first.comments, first.abstract) == ("2206.07253", "TeKo", "9 pages", "Graphs.")
    assert [topic.code for topic in first.topics] == ["cs.LG", "cs.AI"]
    assert (second.key, second.title, second.abstract) == ("hep-th/9901001", "Strings", None)


@pytest.mark.parametrize("name", ["arxiv-list.html", "arxiv-list.txt"])
def test_a_list_of_a_category(name: str) -> None:
    found = parsed_items(SOURCE, options_for(PAGES / name))
    first, second = (record for record in found if isinstance(record, WorkRecord))
    assert first.identifiers == [("arxiv", "2206.07253")]
    assert first.title == r"TeKo: Text-Rich Networks & $\alpha$-graphs"
    assert [byline.name for byline in first.bylines] == ["Zhizhi Yu", "Yue Shang"]
    assert [topic.code for topic in first.topics] == ["cs.LG", "math-ph"]
    assert (first.comments, first.journal_ref) == ("9 pages, https://github.com/owner/teko", "KDD 2022")
    assert first.abstract == "Graph networks have gained popularity."
    assert (second.key, second.title, second.abstract) == ("hep-th/9901001", "Strings", None)
    assert [byline.name for byline in second.bylines] == ["Bo Wu"]
    assert [topic.code for topic in second.topics] == ["hep-th"]
    # Of the page's text, its heading alone is neither an entry nor known furniture.
    rest = [record.raw for record in found if isinstance(record, Rejected)]
    assert rest == (["Information Retrieval"] if name.endswith(".txt") else [])


def pasted(text: str) -> list[WorkRecord | UnusableRecordError]:
    found: list[WorkRecord | UnusableRecordError] = []
    for entry in text_entries(text, date(2026, 1, 1)):
        try:
            found.append(parse_text_entry(entry))
        except UnusableRecordError as refusal:
            found.append(refusal)
    return found


TEXT_PAGES = ["arxiv-search.txt", "arxiv-list.txt", "category-feed.txt", "collaborating-authors.txt", "profile.txt"]


@pytest.mark.parametrize("name", TEXT_PAGES)
@pytest.mark.parametrize(
    ("before", "after"),
    [("  ", ""), ("\t", "\r"), ("\u00a0", "\u00a0"), ("", "\u200b"), ("\ufeff\u200d", "\u2060"), ("", "\n")],
)
def test_what_cannot_be_seen_at_the_ends_of_lines_changes_nothing(name: str, before: str, after: str) -> None:
    text = (PAGES / name).read_text()
    spoilt = "\n".join(f"{before}{line}{after}" for line in text.split("\n"))
    works = [record for record in pasted(text) if isinstance(record, WorkRecord)]
    assert [record for record in pasted(spoilt) if isinstance(record, WorkRecord)] == works
    assert len(works) >= 2


@pytest.mark.parametrize("first", TEXT_PAGES)
@pytest.mark.parametrize("second", TEXT_PAGES)
def test_pages_of_two_kinds_pasted_together_are_both_read(first: str, second: str) -> None:
    pages = [(PAGES / name).read_text() for name in (first, second)]
    apart = [record.title for page in pages for record in pasted(page) if isinstance(record, WorkRecord)]
    together = [record.title for record in pasted("\n".join(pages)) if isinstance(record, WorkRecord)]
    assert together == apart


def test_what_belongs_to_no_entry_is_set_aside_with_its_text_and_can_be_mended() -> None:
    search = (PAGES / "arxiv-search.txt").read_text()
    page = f"My reading list\n{search}\nA work without authors\nAbstract:\nNothing but text.\n"
    before, *works, after = text_entries(page, date(2026, 1, 1))
    assert before == "My reading list"
    assert after == "A work without authors\nAbstract:\nNothing but text."
    assert len(works) == 3
    for rest in (before, after):
        with pytest.raises(UnusableRecordError, match="belongs to no entry"):
            parse_text_entry(rest)
    mended = parse_text_entry(after.replace("Abstract", "Authors: Ada Amber\nAbstract"))
    assert (mended.title, mended.abstract) == ("A work without authors", "Nothing but text.")


def test_a_dash_in_an_abstract_begins_no_entry() -> None:
    (record,) = pasted(
        "-\nTitle of it\nAuthors:\nBo Wu\nAbstract:\nOne thing\n-\nand another.\nSubmitted 1 May, 2020;\n"
    )
    assert isinstance(record, WorkRecord)
    assert record.abstract is not None
    assert record.abstract.startswith("One thing")
    assert record.abstract.endswith("and another.")


def test_category_feed() -> None:
    records = {record.title.split(":")[0]: record for record in works("category-feed.txt")}
    assert len(records) == 6
    proteins = records["Exploring evolution-aware & -free protein language models as protein function predictors"]
    assert [byline.name for byline in proteins.bylines] == ["Mingyang Hu", "Fajie Yuan", "Kevin K. Yang"]
    assert not proteins.authors_complete
    assert all(record.comments is None for record in records.values())
    assert (proteins.submitted, proteins.topics[0].code) == (date(2022, 6, 14), "q-bio.QM")
    assert records["LeanVAE"].authors_complete
    assert records["LeanVAE"].code_links == ["https://github.com/owner/LeanVAE"]
    assert records["VARD"].topics[0].code == "cs.CV"


def test_a_day_without_year_is_the_last_one_before_the_page_was_read() -> None:
    page = "CLJan 26\nA study of agentsJin Su, Bo Wu\nText.\nCLDec 24\nAnother studyJin Su\nText."
    records = [parse_text_entry(entry) for entry in text_entries(page, date(2026, 3, 1))]
    assert [record.submitted for record in records] == [date(2026, 1, 26), date(2025, 12, 24)]


@pytest.mark.parametrize(
    ("line", "title", "authors"),
    [
        (
            "Fine-Tuning with Value-based RLFengyuan Dai, Bo Wu et al.",
            "Fine-Tuning with Value-based RL",
            "Fengyuan Dai, Bo Wu et al.",
        ),
        (
            "Pruning, Expanding and MaskingBinzong Geng, Min Yang",
            "Pruning, Expanding and Masking",
            "Binzong Geng, Min Yang",
        ),
        (
            "StackRec: Iterative StackingJulian McAuley, Jo de la Cruz",
            "StackRec: Iterative Stacking",
            "Julian McAuley, Jo de la Cruz",
        ),
        ("Is it so?Émile Borel", "Is it so?", "Émile Borel"),
    ],
)
def test_titles_and_authors_that_run_together(line: str, title: str, authors: str) -> None:
    assert split_title_and_authors(line) == (title, authors)


def test_a_line_without_a_place_to_cut_is_refused() -> None:
    with pytest.raises(UnusableRecordError, match="told apart"):
        split_title_and_authors("a title without any author behind it")


def test_collaborating_authors_page() -> None:
    records = works("collaborating-authors.txt")
    assert len(records) == 3
    assert records[1].title == "MIM: Multi-modal Content Interest Modeling Paradigm for User Behavior Modeling"
    byline = records[0].bylines[0]
    assert (byline.name, byline.family, byline.given) == ("Pengjie Wang", "Wang", "Pengjie")
    assert all(not record.authors_complete and record.rank == 10 for record in records)


def test_researcher_profile() -> None:
    records = works("profile.txt")
    assert [(record.year, record.bylines[0].name) for record in records] == [
        (2026, "Yue Shang"), (2022, "Yue Shang"), (2022, "Yue Shang"), (2021, "Yue Shang"), (2020, "Yue Shang")
    ]  # fmt: skip
    assert records[0].title == "Is Grokking a Computational Glass Relaxation?"


@pytest.mark.parametrize(
    "name", ["arxiv-search.txt", "arxiv-search.html", "arxiv-list.html", "category-feed.txt", "profile.txt"]
)
def test_reading_goes_on_from_any_entry(name: str) -> None:
    assert_resumes_anywhere(SOURCE, options_for(PAGES / name))


@pytest.mark.parametrize("content", [b"", b"hello world\n", b"<html><body><p>nothing</p></body></html>", b"\0\1\2"])
def test_other_pages_are_refused_in_one_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "page"
    path.write_bytes(content)
    with pytest.raises(SourceError) as refusal:
        SOURCE.check(options_for(path))
    assert "\n" not in str(refusal.value)
    assert b"\0" in content or "arxiv.org/list" in str(refusal.value)


def test_a_text_page_saved_as_html_is_read_by_its_text(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    rows = "".join(f"<div>{line}</div>" for line in (PAGES / "category-feed.txt").read_text().splitlines())
    path.write_text(f"<html><head><style>x</style></head><body>{rows}</body></html>")
    assert len(works_of(SOURCE, options_for(path))) == 6


@given(st.text(max_size=200))
def test_no_entry_breaks_the_parser(text: str) -> None:
    parsed = parse_item(SOURCE, RawItem(1, f"Listing: search\n\n{text}".encode("utf-8", "replace"), {}))
    assert not isinstance(parsed, Rejected) or parsed.reason != "The parser failed on this record"
