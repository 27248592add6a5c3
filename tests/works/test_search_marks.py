from __future__ import annotations

from datetime import date

import pytest
from django.db import connection

from tests.factories import WorkFactory
from works.search_marks import date_marks, kind_mark, year_mark


def test_a_span_is_said_in_the_finest_unit_that_is_short_enough() -> None:
    day = date(2020, 12, 31)
    assert len(date_marks(day, day)) == 1
    assert date_marks(day, day)[0].startswith("@week ")
    assert len(date_marks(date(2021, 5, 1), date(2021, 5, 31))) in {5, 6}
    assert date_marks(date(2018, 12, 31), date(2021, 1, 1))[-1] == "@month 24253"
    assert date_marks(date(1991, 1, 1), date(1993, 1, 1))[0].startswith("@month ")
    assert date_marks(date(1991, 1, 1), date(2021, 1, 1)) == [f"@year {year}" for year in range(1991, 2022)]
    assert date_marks(date.min, date.max) == []


@pytest.mark.django_db
@pytest.mark.parametrize("submitted", [date(1, 1, 1), date(1991, 8, 14), date(2021, 12, 31), date(2024, 2, 29)])
def test_the_database_marks_works_as_this_module_does(submitted: date) -> None:
    work = WorkFactory.create(submitted=submitted, kind="article")
    with connection.cursor() as cursor:
        cursor.execute("SELECT tsvector_to_array(search) FROM works_work WHERE id = %s", [work.pk])
        lexemes = cursor.fetchone()[0]
    marks = {lexeme for lexeme in lexemes if lexeme.startswith("@")}
    assert date_marks(submitted, submitted)[0] in marks
    assert f"@month {submitted.year * 12 + submitted.month}" in marks
    assert marks >= {kind_mark("article"), year_mark(submitted.year)}
    assert len(marks) == 4


@pytest.mark.django_db
def test_a_work_without_a_day_is_marked_by_its_year() -> None:
    work = WorkFactory.create(submitted=None, year=2020)
    assert type(work).objects.get(pk=work.pk).listed_on == date(2020, 1, 1)
