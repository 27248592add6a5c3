from __future__ import annotations

import threading
from datetime import date
from typing import get_args

import pytest
from django.db import IntegrityError, connection, transaction

from tests.factories import WorkFactory
from tests.waiting import eventually, somebody_waits
from tests.works.records import record
from works.load import Loaded, WorkTakenError, ensure_topics, load, settle_search
from works.models import Authorship, DirtyBlock, Topic, Work, WorkIdentifier, WorkTopic, WorkVersion
from works.records import BylineRecord, TopicRecord, VersionRecord, WorkKind, WorkRecord

pytestmark = pytest.mark.django_db


def take_in(*records: WorkRecord) -> Loaded:
    with transaction.atomic():
        return load(records)


def test_records_name_the_kinds_of_works() -> None:
    assert list(get_args(WorkKind)) == Work.Kind.values


def test_the_database_refuses_a_kind_that_no_page_can_name() -> None:
    with pytest.raises(IntegrityError, match="work_kind_known"):
        WorkFactory.create(kind="letter")


def test_a_deletion_says_nothing_of_a_withdrawal_before_it() -> None:
    (work,) = take_in(record(is_withdrawn=True)).work_ids
    gone = record(title="", bylines=[], abstract=None, topics=[], versions=[], is_deleted=True)
    loaded = take_in(gone)
    assert loaded.changes == {work: {"is_deleted": [False, True]}}


def test_the_deletion_of_an_unknown_work_makes_none() -> None:
    gone = record(title="", bylines=[], abstract=None, topics=[], versions=[], is_deleted=True)
    loaded = take_in(gone)
    assert (loaded.unchanged, loaded.work_ids, Work.objects.count()) == (1, [0], 0)
    assert take_in(record()).created == 1


def test_a_source_with_subjects_of_its_own_leaves_those_of_others_first() -> None:
    (work,) = take_in(record()).work_ids
    enriched = record(
        source="openalex",
        rank=50,
        identifiers=[("openalex", "W1"), ("arxiv", "2105.00001")],
        topics=[TopicRecord("openalex", "T10102", "Scientometrics")],
    )
    assert take_in(enriched).work_ids == [work]
    codes = WorkTopic.objects.filter(work=work).order_by("position").values_list("topic__code", flat=True)
    assert list(codes) == ["cs.DM", "T10102"]


def authors_of(work: int) -> list[str]:
    return list(Authorship.objects.filter(work=work).order_by("position").values_list("raw_name", flat=True))


def test_a_new_work_comes_with_everything_and_can_be_searched() -> None:
    loaded = take_in(
        record(
            identifiers=[("arxiv", "2105.00001"), ("doi", "10.1/wander")],
            bylines=[
                BylineRecord("Ada Lovelace", affiliations=('The "Engine" House, London',), email="ada@example.org")
            ],
            versions=[VersionRecord(1), VersionRecord(2, None, 12)],
            topics=[TopicRecord("arxiv", "cs.DM"), TopicRecord("msc", "68T05")],
            code_links=["https://github.com/ada/engine"],
            comments="12 pages\twith a tab",
        )
    )
    work = Work.objects.get(pk=loaded.work_ids[0])
    assert (loaded.created, loaded.updated, loaded.unchanged, loaded.authorships) == (1, 0, 0, 1)
    assert (work.byline, work.author_count, work.year, work.comments) == (
        "Ada Lovelace",
        1,
        2021,
        "12 pages\twith a tab",
    )
    assert work.code_links == ["https://github.com/ada/engine"]
    assert set(work.identifiers.values_list("scheme", "value")) == {("arxiv", "2105.00001"), ("doi", "10.1/wander")}
    authorship = work.authorships.get()
    assert (authorship.block, authorship.email) == ("lovelace a", "ada@example.org")
    assert authorship.affiliations == ['The "Engine" House, London']
    assert list(WorkVersion.objects.order_by("number").values_list("number", "size_kb")) == [(1, None), (2, 12)]
    assert list(WorkTopic.objects.order_by("position").values_list("topic__scheme", "topic__code")) == [
        ("arxiv", "cs.DM"),
        ("msc", "68T05"),
    ]
    assert Work.objects.filter(search="wandering").exists()
    assert set(DirtyBlock.objects.values_list("block", flat=True)) == {"lovelace a"}


def test_the_same_record_again_writes_nothing() -> None:
    first = take_in(record())
    DirtyBlock.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("SELECT xmin::text FROM works_work UNION ALL SELECT xmin::text FROM works_authorship")
        before = cursor.fetchall()
        again = take_in(record())
        cursor.execute("SELECT xmin::text FROM works_work UNION ALL SELECT xmin::text FROM works_authorship")
        assert cursor.fetchall() == before
    assert (again.created, again.updated, again.unchanged) == (0, 0, 1)
    assert again.work_ids == first.work_ids
    assert not DirtyBlock.objects.exists()


def test_a_change_is_written_and_told() -> None:
    (work,) = take_in(record()).work_ids
    loaded = take_in(record(title="Engines that wander no more", comments="Second thoughts", updated=date(2022, 1, 1)))
    assert loaded.updated == 1
    assert loaded.changes[work]["title"][1] == "Engines that wander no more"
    changed = Work.objects.get(pk=work)
    assert (changed.title, changed.comments) == ("Engines that wander no more", "Second thoughts")
    assert changed.title_key == "engines that wander no more"
    assert Work.objects.filter(search="thoughts").count() == 0
    assert Work.objects.filter(search="wander more").count() == 1


def test_a_record_that_stands_twice_is_created_and_then_updated() -> None:
    loaded = take_in(record(), record("2105.00002", title="Something else of length"), record(comments="Later"))
    assert (loaded.created, loaded.updated) == (2, 1)
    assert loaded.work_ids[0] == loaded.work_ids[2] != loaded.work_ids[1]
    assert Work.objects.get(pk=loaded.work_ids[0]).comments == "Later"


def test_two_records_of_one_work_under_different_identifiers_both_count() -> None:
    (work,) = take_in(record(identifiers=[("doi", "10.1/a"), ("openalex", "W1")])).work_ids
    loaded = take_in(
        record(identifiers=[("doi", "10.1/a")], title="First of the two titles", updated=date(2022, 1, 1)),
        record(identifiers=[("openalex", "W1")], title="Second of the two titles", updated=date(2022, 1, 2)),
    )
    assert loaded.work_ids == [work, work]
    assert Work.objects.get(pk=work).title == "Second of the two titles"
    assert loaded.changes[work]["title"] == [record().title, "Second of the two titles"]


def test_two_arxiv_ids_are_two_works_even_under_one_doi() -> None:
    loaded = take_in(
        record("2105.00001", identifiers=[("arxiv", "2105.00001"), ("doi", "10.1/shared")]),
        record("2105.00002", identifiers=[("arxiv", "2105.00002"), ("doi", "10.1/shared")]),
    )
    assert (loaded.created, loaded.dropped_identifiers) == (2, 1)
    assert WorkIdentifier.objects.get(value="10.1/shared").work_id == loaded.work_ids[0]
    again = take_in(record("2105.00002", identifiers=[("arxiv", "2105.00002"), ("doi", "10.1/shared")]))
    assert again.unchanged == 1


def test_a_doi_belongs_to_the_first_of_two_arxiv_ids_in_whatever_order_they_come() -> None:
    shared = ("doi", "10.1/shared")
    later = record("2105.00002", identifiers=[("arxiv", "2105.00002"), shared, ("doi", "10.1/own")])
    take_in(later)
    loaded = take_in(record("2105.00001", identifiers=[("arxiv", "2105.00001"), shared]))
    (first,) = loaded.work_ids
    assert WorkIdentifier.objects.get(value="10.1/shared").work_id == first
    ((loser, fields),) = loaded.changes.items()
    assert loser == WorkIdentifier.objects.get(value="10.1/own").work_id
    assert fields == {
        "identifiers": [["arxiv:2105.00002", "doi:10.1/own", "doi:10.1/shared"], ["arxiv:2105.00002", "doi:10.1/own"]]
    }
    assert WorkIdentifier.objects.get(value="10.1/own").work_id != first
    assert take_in(later).unchanged == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("shared", [("arxiv", "2105.00001"), ("doi", "10.1/shared")])
@pytest.mark.parametrize("is_arxiv_first", [True, False])
def test_two_sources_that_bring_one_work_at_once_make_one(shared: tuple[str, str], is_arxiv_first: bool) -> None:
    arxiv = record(identifiers=list(dict.fromkeys([("arxiv", "2105.00001"), shared])))
    openalex = record(source="openalex", rank=50, title="As it was printed", identifiers=[("openalex", "W1"), shared])
    first, second = (arxiv, openalex) if is_arxiv_first else (openalex, arxiv)
    outcome: list[str] = []
    ensure_topics([first, second])

    def work() -> None:
        try:
            take_in(second)
        except WorkTakenError:
            outcome.append("to run again")
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    with transaction.atomic():
        load([first])
        thread.start()
        eventually(somebody_waits)
    thread.join()
    assert outcome == ["to run again"]
    assert take_in(second).created == 0
    assert Work.objects.count() == 1


def test_a_published_version_finds_its_preprint_beside_another_doi() -> None:
    arxiv = ("arxiv", "2105.00001")
    (work,) = take_in(record(identifiers=[arxiv, ("doi", "10.1/conference")])).work_ids
    journal = record(
        source="crossref", rank=60, title="As it was printed", identifiers=[("doi", "10.1/journal"), arxiv]
    )
    assert take_in(journal).work_ids == [work]
    unrelated = record(source="crossref", rank=60, identifiers=[("doi", "10.1/other")])
    assert take_in(unrelated).work_ids != [work]


def test_of_one_batch_the_first_arxiv_id_takes_a_shared_doi_over() -> None:
    ids = ["2105.00005", "2105.00003", "2105.00004"]
    records = [
        record(id_, title=f"A title of {id_}", identifiers=[("arxiv", id_), ("doi", "10.1/shared")]) for id_ in ids
    ]
    take_in(records[0])
    loaded = take_in(records[2], records[1])
    assert WorkIdentifier.objects.get(value="10.1/shared").work_id == loaded.work_ids[1]


def test_a_record_without_identifiers_finds_its_work_by_title_and_author() -> None:
    (work,) = take_in(record()).work_ids
    listed = record(None, "A. Lovelace", title=record().title.upper(), rank=40, authors_complete=False)
    assert take_in(listed).work_ids == [work]
    other = take_in(record(None, "Grace Hopper"))
    assert other.created == 1


def test_a_short_title_never_leads_to_a_work() -> None:
    take_in(record(title="Erratum"))
    assert take_in(record(None, title="Erratum")).created == 1


def test_a_person_keeps_the_row_through_a_new_order_and_another_spelling() -> None:
    (work,) = take_in(record("2105.00001", "Ada Lovelace", "Charles Babbage", "Luigi Menabrea")).work_ids
    rows = dict(Authorship.objects.filter(work=work).values_list("raw_name", "pk"))
    take_in(record("2105.00001", "L. F. Menabrea", "Ada Lovelace", "Mary Somerville", updated=date(2022, 1, 1)))
    now = dict(Authorship.objects.filter(work=work).values_list("raw_name", "pk"))
    assert authors_of(work) == ["L. F. Menabrea", "Ada Lovelace", "Mary Somerville"]
    assert now["Ada Lovelace"] == rows["Ada Lovelace"]
    assert now["L. F. Menabrea"] == rows["Luigi Menabrea"]
    assert now["Mary Somerville"] not in rows.values()
    assert {"babbage c", "somerville m", "menabrea l"} <= set(DirtyBlock.objects.values_list("block", flat=True))


def test_a_cut_author_list_is_kept_as_such_and_completed_later() -> None:
    (work,) = take_in(record("2105.00001", "Ada Lovelace", authors_complete=False, authors_missing=1)).work_ids
    assert Work.objects.filter(pk=work, authors_complete=False, authors_missing=1).exists()
    take_in(record(updated=date(2022, 1, 1)))
    assert authors_of(work) == ["Ada Lovelace", "Charles Babbage"]
    assert Work.objects.filter(pk=work, authors_complete=True, authors_missing=None, author_count=2).exists()


def test_versions_and_topics_follow_the_record() -> None:
    (work,) = take_in(record()).work_ids
    take_in(
        record(
            versions=[VersionRecord(1), VersionRecord(2)],
            topics=[TopicRecord("arxiv", "cs.LG"), TopicRecord("arxiv", "cs.DM")],
            updated=date(2022, 1, 1),
        )
    )
    assert WorkVersion.objects.filter(work=work).count() == 2
    topics = WorkTopic.objects.filter(work=work).order_by("position").values_list("topic__code", flat=True)
    assert list(topics) == ["cs.LG", "cs.DM"]
    assert Topic.objects.get(code="cs.LG").name == "Machine Learning"


def test_three_thousand_authors_on_one_work() -> None:
    names = [f"Member{number} Person" for number in range(3_303)]
    loaded = take_in(record("2507.06261", *names))
    assert loaded.authorships == 3_303
    assert Work.objects.get().author_count == 3_303


def test_the_search_index_is_left_to_whoever_sorts_it_already() -> None:
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("REINDEX INDEX work_search")
            settle_search()
            cursor.execute("ROLLBACK")
    finally:
        other.close()
    settle_search()


def test_the_number_of_queries_does_not_grow_with_the_batch(django_assert_num_queries: object) -> None:
    from django.test.utils import CaptureQueriesContext

    def queries(first: int, count: int) -> int:
        records = [
            record(f"2105.{first + number:05d}", title=f"A long enough title {first + number}")
            for number in range(count)
        ]
        with CaptureQueriesContext(connection) as captured:
            take_in(*records)
        return len(captured)

    queries(1, 1)
    assert queries(100, 2) == queries(200, 50)
