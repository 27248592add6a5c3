from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import msgspec

from tests.works.records import record
from works.merging import SCALARS, KnownWork, Merge, merge
from works.records import BylineRecord, TopicRecord, VersionRecord, WorkRecord
from works.rows import authorship_row, byline_text, title_key, year_of


def known(stated: WorkRecord) -> KnownWork:
    """The catalogue after this record."""
    columns: dict[str, Any] = {field: getattr(stated, field) for field in SCALARS}
    columns |= {
        field: columns[field] or ""
        for field in ("abstract", "comments", "journal_ref", "venue", "report_no", "licence", "submitter")
    }
    columns |= {
        "title_key": title_key(stated.title),
        "byline": byline_text(stated),
        "author_count": len(stated.bylines),
        "year": year_of(stated),
        "code_links": list(stated.code_links),
        "is_withdrawn": stated.is_withdrawn,
        "is_deleted": stated.is_deleted,
        "source": stated.source,
        "source_rank": stated.rank,
        "authors_complete": stated.authors_complete,
        "authors_missing": stated.authors_missing,
    }
    return KnownWork(
        id=1,
        columns=columns,
        authorships=[(number, authorship_row(byline)) for number, byline in enumerate(stated.bylines, 1)],
        identifiers=set(stated.identifiers),
        versions={version.number: version for version in stated.versions},
        topics=[(topic.scheme, topic.code) for topic in stated.topics],
    )


def merged(before: WorkRecord, after: WorkRecord, holders: dict[tuple[str, str], int] | None = None) -> Merge:
    return merge(known(before), after, holders or {})


def poorer(*authors: str, **facts: Any) -> WorkRecord:
    return record("2105.00001", *authors, **{"source": "arxiv-listing", "rank": 40} | facts)


def test_the_same_record_changes_nothing() -> None:
    assert merged(record(), record()).is_empty


def test_a_later_record_of_the_same_source_changes_facts_and_says_so() -> None:
    outcome = merged(record(), record(title="A new title of some length", updated=date(2022, 1, 1)))
    assert outcome.columns["title"] == "A new title of some length"
    assert outcome.columns["title_key"] == "a new title of some length"
    assert outcome.changes["title"] == [record().title, "A new title of some length"]
    assert outcome.changes["updated"] == ["2021-05-17", "2022-01-01"]


def test_an_older_record_of_the_same_source_changes_nothing_that_is_known() -> None:
    assert merged(record(updated=date(2022, 1, 1)), record(title="The old title", updated=date(2021, 5, 17))).is_empty


def test_a_poorer_source_fills_gaps_only() -> None:
    outcome = merged(record(comments=None), poorer(title="Another title", comments="12 pages"))
    assert outcome.changes == {"comments": ["", "12 pages"]}


def test_a_poorer_source_changes_neither_withdrawal_nor_topics_but_adds_topics() -> None:
    outcome = merged(record(), poorer(is_withdrawn=True, topics=[TopicRecord("arxiv", "cs.LG")]))
    assert outcome.topics == [("arxiv", "cs.DM"), ("arxiv", "cs.LG")]
    assert "is_withdrawn" not in outcome.changes


def test_a_richer_source_takes_the_lead_even_when_it_agrees() -> None:
    outcome = merged(poorer(), record())
    assert outcome.changes == {"source": ["arxiv-listing", "arxiv-snapshot"]}
    assert outcome.columns["source_rank"] == 80


def test_what_a_record_does_not_mention_is_kept() -> None:
    full = record(comments="12 pages", journal_ref="J. Wand. 1", licence="CC0")
    assert merged(full, record(abstract=None, topics=[], versions=[], submitted=None, updated=None)).is_empty


def test_a_cut_text_is_no_news_and_gives_way_to_the_whole() -> None:
    whole = "We study engines that wander across the country."
    assert merged(record(abstract=whole), record(abstract="We study engines that wan…")).is_empty
    outcome = merged(record(abstract="We study engines that wan…"), poorer(abstract=whole))
    assert outcome.columns["abstract"] == whole


def test_a_cut_author_list_never_replaces_a_whole_one() -> None:
    assert merged(record(), record("2105.00001", "Ada Lovelace", authors_complete=False, authors_missing=1)).is_empty


def test_a_whole_author_list_replaces_a_cut_one_whatever_the_source() -> None:
    cut = record("2105.00001", "Ada Lovelace", authors_complete=False, authors_missing=1)
    outcome = merged(cut, poorer())
    assert outcome.authorships is not None
    assert [row.raw_name for row in outcome.authorships] == ["Ada Lovelace", "Charles Babbage"]
    assert (outcome.columns["authors_complete"], outcome.columns["authors_missing"]) == (True, None)


def test_a_poorer_source_adds_affiliations_to_the_same_list_and_keeps_the_printed_names() -> None:
    stated = poorer(bylines=[BylineRecord("A. Lovelace", affiliations=("London",)), BylineRecord("C. Babbage")])
    outcome = merged(record(), stated)
    assert outcome.authorships is not None
    assert [(row.raw_name, row.affiliations) for row in outcome.authorships] == [
        ("Ada Lovelace", ("London",)),
        ("Charles Babbage", ()),
    ]


def test_affiliations_follow_the_name_when_the_order_changes() -> None:
    before = record(bylines=[BylineRecord("Ada Lovelace", affiliations=("London",)), BylineRecord("Charles Babbage")])
    outcome = merged(before, record("2105.00001", "Charles Babbage", "Ada Lovelace"))
    assert outcome.authorships is not None
    assert [(row.raw_name, row.affiliations) for row in outcome.authorships] == [
        ("Charles Babbage", ()),
        ("Ada Lovelace", ("London",)),
    ]


def test_an_identifier_that_another_work_holds_is_no_change() -> None:
    stated = record(identifiers=[("arxiv", "2105.00001"), ("doi", "10.1/x")])
    assert merged(record(), stated, {("doi", "10.1/x"): 2}).is_empty
    assert merged(record(), stated).identifiers == [("doi", "10.1/x")]


def test_versions_are_added_and_completed_but_never_redated() -> None:
    moment = datetime(2021, 5, 17, 12, tzinfo=UTC)
    stated = record(versions=[VersionRecord(1, moment, 10), VersionRecord(2, moment)])
    assert merged(record(), stated).versions == [VersionRecord(1, moment, 10), VersionRecord(2, moment)]
    later = record(versions=[VersionRecord(1, datetime(2022, 1, 1, tzinfo=UTC), 99)])
    assert merged(stated, later).is_empty


def test_the_year_stays_with_the_first_day() -> None:
    assert merged(record(), record(submitted=None, updated=date(2023, 1, 1))).changes.keys() == {"updated"}
    bare = record(submitted=None, updated=None, year=2020)
    assert merged(bare, record()).changes["year"] == [2020, 2021]


def test_a_merge_leads_to_a_state_that_the_same_record_does_not_change_again() -> None:
    before, after = poorer("A. Lovelace"), record(versions=[VersionRecord(1), VersionRecord(2)], comments="12 pages")
    once = msgspec.structs.replace(known(after), columns=known(before).columns | merged(before, after).columns)
    assert merge(once, after, {}).is_empty
