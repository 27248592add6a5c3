"""Derived counts: incremental equals full, large works make no collaborations, sums are exact."""

from __future__ import annotations

import random

import pytest

from graph import edges
from graph.edges import Changes
from graph.models import AuthorInstitution, AuthorTopic, Collaboration
from tests.factories import AuthorFactory, AuthorshipInstitutionFactory, InstitutionFactory, printed_work
from works.models import Attribution, Author, Work

pytestmark = pytest.mark.django_db


def authors(count: int) -> list[Author]:
    return [AuthorFactory.create() for _ in range(count)]


def test_strength_sums_one_over_the_number_of_other_authors() -> None:
    ada, ben, cho = authors(3)
    printed_work([ada, ben], year=2019)
    printed_work([ada, ben, cho], year=2022)
    edges.rebuild()
    tie = Collaboration.objects.get(a=ada, b=ben)
    assert (tie.works, tie.strength, tie.trust_strength) == (2, 1.5, 1.5)
    assert (tie.first_year, tie.last_year) == (2019, 2022)
    assert Collaboration.objects.get(a=ben, b=cho).strength == 0.5


def test_works_with_more_than_25_authors_carry_no_trust() -> None:
    people = authors(26)
    printed_work(people)
    edges.rebuild()
    tie = Collaboration.objects.get(a=people[0], b=people[1])
    assert tie.strength == pytest.approx(1 / 25)
    assert tie.trust_strength == 0


def test_a_work_with_too_many_authors_makes_no_collaborations_but_counts_its_topics() -> None:
    people = authors(edges.MAXIMUM_AUTHORS + 1)
    printed_work(people, topics=["hep-ex"])
    edges.rebuild()
    assert not Collaboration.objects.exists()
    assert AuthorTopic.objects.count() == len(people)


def test_deleted_works_count_nowhere() -> None:
    ada, ben = authors(2)
    printed_work([ada, ben], topics=["cs.LG"], is_deleted=True)
    edges.rebuild()
    assert not Collaboration.objects.exists()
    assert not AuthorTopic.objects.exists()


def test_an_institution_named_twice_on_one_work_counts_once() -> None:
    ada = AuthorFactory.create()
    work = printed_work([ada])
    place, other = InstitutionFactory.create(), InstitutionFactory.create()
    authorship = work.authorships.get()
    AuthorshipInstitutionFactory.create(authorship=authorship, institution=place)
    AuthorshipInstitutionFactory.create(authorship=authorship, institution=other)
    edges.rebuild()
    assert list(AuthorInstitution.objects.values_list("works", flat=True)) == [1, 1]


def test_refreshing_the_touched_equals_a_rebuild_after_any_series_of_changes() -> None:
    """Works come, go, change year, and move between authors; after each step both ways agree to the bit."""
    chance = random.Random(20260101)
    people = authors(12)
    place = InstitutionFactory.create()
    for _ in range(15):
        change = chance.choice(["add", "add", "delete", "year", "move"])
        works = list(Work.objects.filter(is_deleted=False))
        if change == "add" or not works:
            chosen = chance.sample(people, chance.randint(1, 6))
            work = printed_work(chosen, topics=chance.sample(["cs.LG", "cs.IR", "math.CO"], 2), year=2010)
            AuthorshipInstitutionFactory.create(authorship=work.authorships.first(), institution=place)
            touched = {author.pk for author in chosen}
        else:
            work = chance.choice(works)
            touched = set(work.attributions.values_list("author", flat=True))
            if change == "delete":
                Work.objects.filter(pk=work.pk).update(is_deleted=True)
            elif change == "year":
                Work.objects.filter(pk=work.pk).update(year=chance.randint(2000, 2020))
            else:
                stranger = chance.choice([author for author in people if author.pk not in touched])
                moved = work.attributions.first()
                assert moved is not None
                Attribution.objects.filter(pk=moved.pk).update(author=stranger)
                touched.add(stranger.pk)
        edges.refresh(touched)
        incremental = edges.digests()
        edges.rebuild()
        assert edges.digests() == incremental, change


def test_refresh_names_everyone_whom_a_change_concerns() -> None:
    ada, ben, cho = authors(3)
    pair = {ada.pk, ben.pk}
    work = printed_work([ada, ben], year=2010)
    printed_work([ben, cho])
    assert edges.refresh([ada.pk]) == Changes(authors=pair, close=pair, trusting=pair)
    assert edges.refresh([ada.pk]) == Changes(set(), set(), set())
    Work.objects.filter(pk=work.pk).update(year=2011)
    assert edges.refresh([ada.pk]) == Changes(authors=pair, close=set(), trusting=set())
    printed_work([ada, ben])
    assert edges.refresh([ada.pk]) == Changes(authors=pair, close=set(), trusting=pair)
    Work.objects.filter(attributions__author=ada).update(is_deleted=True)
    assert edges.refresh([ada.pk]) == Changes(authors=pair, close=pair, trusting=pair)


def test_a_rebuild_keeps_the_constraints_and_indexes_of_its_tables() -> None:
    from django.db import connection

    def describe() -> set[str]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT indexdef FROM pg_indexes WHERE tablename LIKE 'graph_%%'"
                " UNION SELECT conname || pg_get_constraintdef(oid) FROM pg_constraint"
                " WHERE conrelid::regclass::text LIKE 'graph_%%'"
            )
            return {row for (row,) in cursor.fetchall()}

    before = describe()
    edges.rebuild()
    edges.rebuild()
    assert describe() == before
