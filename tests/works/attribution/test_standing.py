"""What comes to a large block joins what stands there; the rest is neither compared nor written."""

from __future__ import annotations

import msgspec
import pytest
from django.db import connection

from tests.works.attribution.samples import sample
from tests.works.attribution.worlds import World
from works.attribution import standing
from works.attribution.catalogue import Catalogue
from works.attribution.engine import Constraints, resolve_batch
from works.attribution.evaluation import agreement
from works.attribution.facts import describe_work
from works.attribution.resolve import mark_all_dirty, resolve_dirty
from works.attribution.statistics import Statistics
from works.load import load
from works.models import Attribution, AttributionStatistics, Author, DirtyBlock, ResolvedBlock, WorkDescription

#: Two people of one rare co-author each, and forty who share nothing with anybody.
OHM, SALE = "Bo Ohm, Ignatius Lepton", "Cy Sale, Philippa Basket"


def block_of_shangs() -> tuple[World, dict[int, int]]:
    """A world of "Y. Shang"s and the record that each authorship of the block stands on."""
    world, record = World(), {}
    for number in range(3):
        record[world.add(f"Lattice spectra {number}", f"Yue Shang, {OHM}")[0]] = 1
        record[world.add(f"Shops and baskets {number}", f"Yue Shang, {SALE}")[0]] = 2
    for number in range(40):
        record[world.add(f"Subject{number} alone", f"Y{chr(97 + number % 26)}{number}an Shang")[0]] = 10 + number
    return world, record


def resolve(world: World, record: dict[int, int], constraints: Constraints | None = None) -> dict[int, int]:
    """Label of the affected authorships of the block; those without a record are open."""
    rows = [
        msgspec.structs.replace(row, standing=record.get(row.id))
        for row in world.authorships
        if row.name.family == "Shang"
    ]
    features = {number: describe_work(facts) for number, facts in world.works.items()}
    outcome = resolve_batch(rows, features, world.statistics, constraints)
    affected = zip(rows, outcome.labels, outcome.affected, strict=True)
    return {row.id: label for row, label, is_affected in affected if is_affected}


def test_a_new_work_joins_the_record_that_shares_its_coauthors_and_touches_no_other() -> None:
    world, record = block_of_shangs()
    new = world.add("More lattice spectra", f"Yue Shang, {OHM}")[0]
    found = resolve(world, record)
    assert found.keys() == {new, *(pk for pk, author in record.items() if author == 1)}
    assert len(set(found.values())) == 1


def test_nothing_open_means_nothing_to_do() -> None:
    world, record = block_of_shangs()
    assert resolve(world, record) == {}


def test_a_new_work_that_fits_nobody_stands_alone() -> None:
    world, record = block_of_shangs()
    new = world.add("Cheese", "Yilmaz Shang, Zeno Unknown")[0]
    assert resolve(world, record).keys() == {new}


def test_a_mail_address_brings_a_record_in_whatever_its_case() -> None:
    world, record = block_of_shangs()
    for number in range(30):  # too many of one name to look at them all
        record[world.add(f"Matter{number} alone", "Yue Shang")[0]] = 100 + number
    held = world.add("Glass", "Yue Shang")[0]
    record[held] = 99
    new = world.add("Cheese", "Yue Shang")[0]
    mail = {held: "Y.Shang@Example.org", new: "y.shang@example.org"}
    world.authorships = [msgspec.structs.replace(row, email=mail.get(row.id)) for row in world.authorships]
    found = resolve(world, record)
    assert found.keys() == {new, held}
    assert found[new] == found[held]


def test_a_standing_record_is_taken_apart_where_people_decided_so() -> None:
    world, record = block_of_shangs()
    one, other, *_ = (pk for pk, author in record.items() if author == 1)
    world.add("Cheese", "Yilmaz Shang, Zeno Unknown")
    found = resolve(world, record, Constraints(cannot_link=[(one, other)]))
    assert found[one] != found[other]


def owners() -> dict[int, int]:
    return dict(Attribution.objects.values_list("authorship_id", "author_id"))


def versions() -> dict[int, int]:
    """The row version of every attribution."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT authorship_id, xmin::text::bigint FROM works_attribution")
        return dict(cursor.fetchall())


@pytest.fixture
def large_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every block counts as large, and none as grown after it was resolved once."""
    monkeypatch.setattr(standing, "SMALL_BLOCK", 0)
    monkeypatch.setattr(standing, "GROWTH", 1e9)
    monkeypatch.setattr("works.attribution.catalogue.SMALL_BLOCK", 0)


@pytest.mark.django_db
@pytest.mark.usefixtures("large_blocks")
def test_works_that_come_bit_by_bit_end_up_as_if_they_came_at_once() -> None:
    works = sample(600)
    for start in range(0, len(works), 150):
        load(works[start : start + 150])
        resolve_dirty()
    by_and_by = owners()
    mark_all_dirty()
    resolve_dirty()
    at_once = owners()
    assert by_and_by.keys() == at_once.keys()
    assert agreement(*([held[pk] for pk in sorted(held)] for held in (by_and_by, at_once))) >= 0.98


@pytest.mark.django_db
@pytest.mark.usefixtures("large_blocks")
def test_what_a_new_work_does_not_concern_is_not_written() -> None:
    works = sample(300)
    load(works[:280])
    resolve_dirty()
    before, stood, revisions = versions(), owners(), dict(Author.objects.values_list("pk", "revision"))
    load(works[280:])
    resolve_dirty()
    new = Attribution.objects.exclude(pk__in=before)
    assert new.exists()
    concerned = set(new.values_list("author", flat=True))
    after = versions()
    moved = {pk for pk in before if after[pk] != before[pk]}
    assert moved <= set(Attribution.objects.filter(author__in=concerned).values_list("pk", flat=True))
    changed = {pk for pk, revision in Author.objects.values_list("pk", "revision") if revisions.get(pk) != revision}
    assert changed == concerned | {stood[pk] for pk in moved}


@pytest.mark.django_db
def test_a_large_block_is_resolved_whole_when_it_has_grown_or_facts_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("works.attribution.catalogue.SMALL_BLOCK", 0)
    monkeypatch.setattr(standing, "SMALL_BLOCK", 0)
    works = sample(40)
    load(works[:30])
    resolve_dirty()
    block, size = ResolvedBlock.objects.order_by("-authorships", "block").values_list("block", "authorships")[0]
    assert not DirtyBlock.objects.exists()
    ResolvedBlock.objects.filter(block=block).update(authorships=100 * size)
    mark(block, is_whole=False)
    assert ResolvedBlock.objects.get(block=block).authorships == 100 * size
    mark(block, is_whole=True)
    assert ResolvedBlock.objects.get(block=block).authorships == size


def mark(block: str, *, is_whole: bool) -> None:
    DirtyBlock.objects.create(block=block, is_whole=is_whole)
    resolve_dirty()


@pytest.mark.django_db
def test_a_changed_work_is_described_anew() -> None:
    first = sample(1)[0]
    load([first])
    resolve_dirty()
    before = bytes(WorkDescription.objects.get().packed)
    load([msgspec.structs.replace(first, title="Another title altogether", updated=None)])
    assert not WorkDescription.objects.exists()
    mark_all_dirty()
    resolve_dirty()
    assert bytes(WorkDescription.objects.get().packed) != before


@pytest.mark.django_db
def test_statistics_of_another_version_of_the_code_are_counted_anew() -> None:
    load(sample(5))
    resolve_dirty()
    kept = bytes(AttributionStatistics.objects.get().tables)
    AttributionStatistics.objects.update(version=0, tables=Statistics().to_bytes(), works=0)
    Catalogue.open()
    again = AttributionStatistics.objects.get()
    assert (again.works, bytes(again.tables)) == (5, kept)
