from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from works.characters import mended, one_line, paragraphs


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Plain title", "Plain title"),
        ("  two  spaces\nand a break ", "two spaces and a break"),
        ("a\x00b\x07c\x9f", "abc"),
        ("zero\u200bwidth and \u202eturned", "zerowidth and turned"),
        ("M&uuml;ller &amp; S&oslash;n", "Müller & Søn"),
        ("Jos&amp;eacute;", "José"),
        ("AT&T; R&D", "AT&T; R&D"),
        ("a &notanentity; b", "a &notanentity; b"),
        ("MÃ¼ller and FranÃ§ois", "Müller and François"),
        ("naïve Ångström", "naïve Ångström"),
        ("caf\\u00e9", "café"),
        ('Schr\\\\"odinger', "Schrödinger"),
        ("Alfv\\'en waves in $p\\bar{p}$ at \\sqrt{s}", "Alfvén waves in $p\\bar{p}$ at \\sqrt{s}"),
        ("Mu\u0308ller", "Müller"),
    ],
)
def test_one_line(raw: str, expected: str) -> None:
    assert one_line(raw) == expected


def test_joiners_that_spelling_needs_stay() -> None:
    assert one_line("می\u200cخواهم") == "می\u200cخواهم"


def test_wrapped_lines_join_and_paragraphs_stay_apart() -> None:
    raw = "  First line\nwraps here.\n  Second paragraph\r\nwraps too.\n\nThird."
    assert paragraphs(raw) == "First line wraps here.\nSecond paragraph wraps too.\nThird."


@given(st.text())
def test_nothing_invisible_is_left_and_mending_twice_changes_nothing(text: str) -> None:
    result = one_line(text)
    assert "\x00" not in result
    assert result == " ".join(result.split())
    assert unicodedata.is_normalized("NFC", mended(text)) or "\ufffd" in result
