from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import WorkFactory
from works import text_matches
from works.models import Work
from works.models.catalogue import WorkQuerySet
from works.query_terms import parse_terms
from works.text_matches import first_matches, text_query

pytestmark = pytest.mark.django_db


@pytest.fixture
def catalogue(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Ids of sixty works, a day apart and newest first; the first window holds five of them."""
    monkeypatch.setattr(text_matches, "WINDOW_WORKS", 5)
    days = [date(2021, 6, 30) - timedelta(days=n) for n in range(60)]
    return [
        WorkFactory.create(title="Stars and engines" if n % 30 == 29 else "Engines", submitted=day).pk
        for n, day in enumerate(days)
    ]


def match(words: str, wanted: int, before: tuple[date, int] | None = None) -> tuple[list[int], int]:
    """The ids found, and how many searches of the text index it took."""
    with CaptureQueriesContext(connection) as captured:
        found = first_matches(matching(words), wanted, before)
    return [row.id for row in found], sum("@@" in query["sql"] for query in captured)


def matching(words: str) -> WorkQuerySet:
    return Work.objects.listed().filter(search=text_query(parse_terms(words)))


def test_dense_matches_are_found_in_the_first_window(catalogue: list[int]) -> None:
    assert match("engines", 4) == (catalogue[:4], 1)


def test_rare_matches_are_found_in_a_longer_window_or_among_all(catalogue: list[int]) -> None:
    assert match("engines", 30) == (catalogue[:30], 2)
    assert match("stars", 1) == ([catalogue[29]], 2)
    assert match("stars", 5) == ([catalogue[29], catalogue[59]], 5)


def test_where_matches_thin_out_behind_a_window_longer_ones_are_tried(catalogue: list[int]) -> None:
    Work.objects.filter(pk__in=catalogue[6:50]).update(title="Stars", abstract="")
    assert match("engines", 12) == ([*catalogue[:6], *catalogue[50:56]], 3)


def test_the_oldest_are_found_from_the_other_end(catalogue: list[int]) -> None:
    found = first_matches(matching("engines"), 3, is_ascending=True)
    assert [row.id for row in found] == catalogue[:-4:-1]
    following = first_matches(matching("engines"), 2, found[-1].place, is_ascending=True)
    assert [row.id for row in following] == catalogue[-4:-6:-1]


def test_a_word_that_the_oldest_works_lack_is_looked_for_behind_them(catalogue: list[int]) -> None:
    found = first_matches(matching("stars"), 1, is_ascending=True)
    assert [row.id for row in found] == [catalogue[59]]
    Work.objects.filter(pk=catalogue[59]).update(title="Engines", abstract="")
    found = first_matches(matching("stars"), 1, is_ascending=True)
    assert [row.id for row in found] == [catalogue[29]]


def test_windows_start_behind_a_place(catalogue: list[int]) -> None:
    before = (date(2021, 6, 30) - timedelta(days=9), catalogue[9])
    assert match("engines", 4, before) == (catalogue[10:14], 1)


def test_works_of_one_day_are_told_apart_by_their_id() -> None:
    pks = [WorkFactory.create(title="Engines").pk for _ in range(4)]
    assert match("engines", 9, (date(2021, 5, 17), pks[2]))[0] == [pks[1], pks[0]]


def test_a_typed_mark_finds_nothing(catalogue: list[int]) -> None:
    assert match('"@year 2021"', 5)[0] == []


def test_no_date_is_too_early_for_a_window(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_matches, "WINDOW_WORKS", 1)
    pks = [WorkFactory.create(title="Engines", submitted=None).pk for _ in range(3)]
    assert match("engines", 9)[0] == pks[::-1]
