from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.factories import AttributionFactory, AuthorFactory, AuthorshipFactory
from works.attribution.catalogue import Catalogue
from works.attribution.facts import AuthorshipFacts
from works.attribution.persist import save_clusters
from works.attribution.resolve import resolve_dirty
from works.load import mark_dirty
from works.models import Attribution, Author, Authorship, DirtyBlock, TouchedAuthor
from works.names import Name

pytestmark = pytest.mark.django_db


def printed(count: int) -> list[Authorship]:
    return [AuthorshipFactory.create(raw_name="Yue Shang") for _ in range(count)]


def save(authorships: Sequence[Authorship], labels: Sequence[int]) -> None:
    facts = [AuthorshipFacts(a.pk, a.work_id, a.position, Name("Shang", "Yue")) for a in authorships]
    save_clusters(facts, labels, [0.9] * len(labels), [[] for _ in labels])


def owners(authorships: Sequence[Authorship]) -> list[int]:
    found = dict(Attribution.objects.values_list("authorship_id", "author_id"))
    return [found[authorship.pk] for authorship in authorships]


def test_a_cluster_keeps_the_id_that_most_of_it_had() -> None:
    works = printed(5)
    save(works, [0, 0, 0, 1, 1])
    first, second = owners(works)[0], owners(works)[3]
    save(works, [0, 0, 1, 1, 1])
    assert owners(works) == [first, first, second, second, second]


def test_a_record_without_works_points_to_where_most_of_them_went() -> None:
    works = printed(3)
    save(works, [0, 0, 1])
    kept, emptied = owners(works)[0], owners(works)[2]
    save(works, [0, 0, 0])
    record = Author.objects.get(pk=emptied)
    assert (record.status, record.merged_into_id) == (Author.Status.MERGED, kept)
    assert Author.objects.get(pk=kept).work_count == 3


def test_a_claimed_record_is_never_redirected_by_the_machine() -> None:
    works = printed(3)
    save(works, [0, 0, 1])
    claimed = Author.objects.get(pk=owners(works)[2])
    Author.objects.filter(pk=claimed.pk).update(level=2)
    save(works, [0, 0, 0])
    claimed.refresh_from_db()
    assert (claimed.status, claimed.merged_into_id) == (Author.Status.ACTIVE, None)


def test_what_a_person_decided_stays_with_its_record() -> None:
    works = printed(3)
    chosen = AuthorFactory.create(display_name="Yue Shang")
    AttributionFactory.create(authorship=works[2], author=chosen, decided_by=Attribution.DecidedBy.OWNER)
    save(works, [0, 0, 1])
    assert owners(works)[2] == chosen.pk
    assert Attribution.objects.get(authorship=works[2]).decided_by == Attribution.DecidedBy.OWNER


def test_saving_the_same_clusters_again_changes_nothing() -> None:
    works = printed(4)
    save(works, [0, 0, 1, 1])
    before = list(Attribution.objects.order_by("pk").values_list("pk", "author", "decided_at"))
    TouchedAuthor.objects.all().delete()
    save(works, [5, 5, 2, 2])
    assert list(Attribution.objects.order_by("pk").values_list("pk", "author", "decided_at")) == before
    assert not TouchedAuthor.objects.exists()


def test_resolving_takes_the_marks_away_and_leaves_later_ones() -> None:
    works = printed(2)
    mark_dirty([works[0].block])
    newest = DirtyBlock.objects.latest("pk").pk
    mark_dirty([works[0].block])
    Catalogue.recount()
    assert resolve_dirty(up_to=newest) == 2
    assert Attribution.objects.count() == 2
    assert list(DirtyBlock.objects.values_list("block", flat=True)) == [works[0].block]
