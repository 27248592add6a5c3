from __future__ import annotations

from datetime import date

import pytest
from django.db import connection

from tests.factories import WorkFactory
from works.search_marks import kind_mark, month_marks, week_marks, year_mark


def test_weeks_and_months_cover_both_ends() -> None:
    assert len(week_marks(date(2021, 5, 17), date(2021, 5, 17))) == 1
    assert len(week_marks(date(2021, 5, 1), date(2021, 5, 31))) in {5, 6}
    assert month_marks(date(2020, 12, 31), date(2021, 1, 1)) == ["@month 24252", "@month 24253"]


@pytest.mark.django_db
@pytest.mark.parametrize("submitted", [date(1, 1, 1), date(1991, 8, 14), date(2021, 12, 31), date(2024, 2, 29)])
def test_the_database_marks_works_as_this_module_does(submitted: date) -> None:
    work = WorkFactory.create(submitted=submitted, kind="article")
    with connection.cursor() as cursor:
        cursor.execute("SELECT tsvector_to_array(search) FROM works_work WHERE id = %s", [work.pk])
        lexemes = cursor.fetchone()[0]
    marks = {lexeme for lexeme in lexemes if lexeme.startswith("@")}
    expected = {*week_marks(submitted, submitted), *month_marks(submitted, submitted)}
    assert marks == expected | {kind_mark("article"), year_mark(submitted.year)}


@pytest.mark.django_db
def test_a_work_without_a_day_is_marked_by_its_year() -> None:
    work = WorkFactory.create(submitted=None, year=2020)
    assert type(work).objects.get(pk=work.pk).listed_on == date(2020, 1, 1)
