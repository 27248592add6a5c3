from __future__ import annotations

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import WorkFactory
from works.search import WorkFilters, search_works
from works.unspaced import pairs


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("量子力学", "量子 子力 力学"),
        ("データ・ベース", "デー ータ ベー ース"),
        ("DNA配列 by 王", "配列"),
        ("양자역학은", "양자 자역 역학 학은"),
        ("Étale cohomology", ""),
        ("plain", ""),
    ],
)
def test_pairs_of_neighbours(text: str, expected: str) -> None:
    assert pairs(text) == expected


@pytest.mark.django_db(transaction=False)
@given(st.text(alphabet=st.sampled_from("aé -。々力学データ양자\U00020000ﾃ｡"), max_size=12))
def test_the_database_makes_the_same_pairs(text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT bzpeer_pairs(%s)", [text])
        assert cursor.fetchone()[0].strip() == pairs(text)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "typed", ["量子力学の基礎", "量子", "力学", "量子 基礎", '"量子力学"', "研究 OR 基礎", "量子 -研究"]
)
def test_a_part_of_an_unbroken_title_finds_it(typed: str) -> None:
    WorkFactory.create(title="量子力学の基礎")
    WorkFactory.create(title="力と量と子の学")
    found = search_works(typed, WorkFilters()).page.rows
    assert [work.title for work in found] == ["量子力学の基礎"]


@pytest.mark.django_db
def test_abstracts_are_found_by_their_parts_too() -> None:
    work = WorkFactory.create(title="Untitled", abstract="本論文では深層学習を用いる。")
    assert search_works("深層学習", WorkFilters()).page.rows == [work]
