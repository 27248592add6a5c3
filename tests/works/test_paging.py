from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from works.paging import MAX_ID, date_cursor, encode_cursor, number_cursor


def test_a_cursor_survives_the_address() -> None:
    assert date_cursor(encode_cursor(date(2020, 2, 29), 17)) == (date(2020, 2, 29), 17)
    assert number_cursor(encode_cursor(1, 250, 17), 3) == (1, 250, 17)


@pytest.mark.parametrize(
    "text", ["", "~", "2020-02-30~1", "2020-02-29~-1", f"2020-02-29~{MAX_ID + 1}", "2020-02-29~" + "9" * 5000, "x~1"]
)
def test_a_tampered_date_cursor_is_no_cursor(text: str) -> None:
    assert date_cursor(text) is None


@pytest.mark.parametrize("text", ["", "1", "1~2~3", "1~", "a~b", "٣~4"])
def test_a_tampered_number_cursor_is_no_cursor(text: str) -> None:
    assert number_cursor(text, 2) is None


@given(st.text(max_size=60))
def test_no_text_breaks_a_cursor(text: str) -> None:
    date_cursor(text)
    number_cursor(text, 2)
