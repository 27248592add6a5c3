"""Marks: lexemes in a work's text vector that are no words, so that the text index also narrows by kind, year and date.

PostgreSQL cannot combine a text index with an index on dates. A query such as "learning" would read every one of its
hundreds of thousands of matches to find the newest. With the week and the month of each work in its vector, the index
itself yields "learning, of the last two weeks". No typed word becomes a mark: the parser of words drops the "@".
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

#: The same days and numbers as the generated column computes in SQL.
EPOCH: Final = date(1, 1, 1)
DAYS_IN_WEEK: Final = 7
#: A span is said in weeks, months or years, whichever is the finest that needs no more marks than this.
MAX_MARKS: Final = 60

LISTED_ON_SQL: Final = "COALESCE(submitted, make_date(LEAST(GREATEST(COALESCE(year, 1), 1), 9999), 1, 1))"
MARKS_SQL: Final = (
    "array_to_tsvector(ARRAY["
    "'@kind ' || kind,"
    f" '@year ' || EXTRACT(YEAR FROM {LISTED_ON_SQL})::int::text,"
    f" '@week ' || (({LISTED_ON_SQL} - DATE '0001-01-01') / {DAYS_IN_WEEK})::text,"
    f" '@month ' || (EXTRACT(YEAR FROM {LISTED_ON_SQL})::int * 12"
    f" + EXTRACT(MONTH FROM {LISTED_ON_SQL})::int)::text"
    "])"
)


def kind_mark(kind: str) -> str:
    return f"@kind {kind}"


def year_mark(year: int) -> str:
    return f"@year {year}"


def date_marks(first: date, last: date) -> list[str]:
    """Marks that every work of the days from ``first`` to ``last`` has one of; empty when it would take too many."""
    for unit, number in (("week", _week), ("month", _month), ("year", _year)):
        if number(last) - number(first) < MAX_MARKS:
            return [f"@{unit} {count}" for count in range(number(first), number(last) + 1)]
    return []


def any_mark(marks: Iterable[str]) -> str:
    """A text query, in the spelling of a ``tsquery`` cast, that matches any of the marks."""
    return " | ".join(f"'{mark}'" for mark in marks)


def _week(day: date) -> int:
    return (day - EPOCH).days // DAYS_IN_WEEK


def _month(day: date) -> int:
    return day.year * 12 + day.month


def _year(day: date) -> int:
    return day.year
