from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection

from tests.works.records import record
from works.copying import array_literal, escaped, work_rows

NASTY = ["plain", 'a "quoted" one', "back\\slash", "comma, brace } {", "NULL", "", "tab\tand\nline\rend", "é漢"]


@pytest.mark.django_db
@pytest.mark.parametrize("text", NASTY)
def test_any_text_comes_out_as_it_went_in(text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE copied (one text, many text[]) ON COMMIT DROP")
        with cursor.copy("COPY copied FROM STDIN") as copy:
            copy.write(f"{escaped(text)}\t{escaped(array_literal([text, text]))}\n")
        cursor.execute("SELECT one, many FROM copied")
        assert cursor.fetchall() == [(text, [text, text])]


@pytest.mark.django_db
def test_arrays_of_texts_and_of_numbers() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::text[], %s::int[], %s::text[]", [array_literal(NASTY), array_literal([1, -2]), "{}"])
        assert cursor.fetchone() == (NASTY, [1, -2], [])


def test_nul_is_left_out() -> None:
    assert escaped("a\0b") == "ab"


def test_a_row_has_a_column_for_each_name() -> None:
    from works.copying import WORK_COLUMNS

    (row,) = work_rows([7], [record(code_links=["https://github.com/a/b"])], datetime(2024, 1, 1, tzinfo=UTC))
    assert len(row.split("\t")) == len(WORK_COLUMNS.split(","))
