from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from works.identifiers import (
    ArxivId,
    arxiv_id,
    doi,
    find_dois,
    normalised_title,
    openalex_id,
    orcid,
    parse_arxiv_id,
    ror,
    title_key,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2206.07253", ArxivId("2206.07253", None)),
        ("arXiv:0704.0001v2", ArxivId("0704.0001", 2)),
        ("https://arxiv.org/pdf/2206.07253v1.pdf", ArxivId("2206.07253", 1)),
        ("http://export.arxiv.org/abs/hep-th/9901001v3", ArxivId("hep-th/9901001", 3)),
        ("oai:arXiv.org:math/0309136", ArxivId("math/0309136", None)),
        ("math.GT/0309136", ArxivId("math/0309136", None)),
        ("10.48550/arXiv.2206.07253", ArxivId("2206.07253", None)),
    ],
)
def test_arxiv_ids_in_every_spelling(text: str, expected: ArxivId) -> None:
    assert parse_arxiv_id(text) == expected


@pytest.mark.parametrize(
    ("mangled", "restored"),
    [("908.2093", "0908.2093"), ("704.1", "0704.1000"), ("1803.0102", "1803.01020"), ("1501.1", "1501.10000")],
)
def test_ids_that_were_read_as_numbers_get_their_zeros_back(mangled: str, restored: str) -> None:
    assert arxiv_id(mangled) == restored


@pytest.mark.parametrize(
    "text",
    ["", "abc", "1313.0001", "0704.00001", "0000.0000", "9901.123", "hep-th/9913001", "hep-th/5001001", "0703.0001"],
)
def test_what_is_no_arxiv_id(text: str) -> None:
    assert arxiv_id(text) is None


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("10.1145/3534678.3539149", ["10.1145/3534678.3539149"]),
        ("https://doi.org/10.1103/PhysRevD.51.4315", ["10.1103/physrevd.51.4315"]),
        ("10.3233/FI-2011-428; 10.3233/FI-2011-429", ["10.3233/fi-2011-428", "10.3233/fi-2011-429"]),
        ("10.5120/5056-7374 10.5120/5056-7374", ["10.5120/5056-7374"]),
        ("10.1007/978_84 10.1007/978_21\n  10.1145/1370256", ["10.1007/978_84", "10.1007/978_21", "10.1145/1370256"]),
        ("10.1103/PhysRevLett.107.112002;", ["10.1103/physrevlett.107.112002"]),
        ("10. 1145/3154499", ["10.1145/3154499"]),
        ("10.1007/s11390- 016-1673-z", ["10.1007/s11390-016-1673-z"]),
        (
            "10.1002/(SICI)1521-3994(200003)321:1<65::AID-ASNA65>3.0.CO;2-D",
            ["10.1002/(sici)1521-3994(200003)321:1<65::aid-asna65>3.0.co;2-d"],
        ),
        ("(see doi:10.1000/abc(1))", ["10.1000/abc(1)"]),
        ("none", []),
        ("10.1000/", []),
    ],
)
def test_all_dois_of_a_field(field: str, expected: list[str]) -> None:
    assert find_dois(field) == expected
    assert doi(field) == (expected[0] if expected else None)


def test_orcid_check_digit() -> None:
    assert orcid("https://orcid.org/0000-0002-1825-0097") == "0000-0002-1825-0097"
    assert orcid("000000021694233x") == "0000-0002-1694-233X"
    assert orcid("0000-0002-1825-0098") is None
    assert orcid("nothing") is None


def test_ror_check_digits() -> None:
    assert ror("https://ror.org/03yrm5c26") == "03yrm5c26"
    assert ror("03YRM5C26") == "03yrm5c26"
    assert ror("03yrm5c27") is None
    assert ror("13yrm5c26") is None


def test_openalex_ids() -> None:
    assert openalex_id("https://openalex.org/W2741809807") == "W2741809807"
    assert openalex_id("w1") == "W1"
    assert openalex_id("X12") is None


def test_titles_agree_whatever_their_marks() -> None:
    assert normalised_title("Schrödinger's  cat!") == normalised_title("SCHRODINGER S CAT")
    assert title_key("A b", "Jo Doe") == title_key("a B.", "jo doe") != title_key("A b", "Al Doe")


@given(st.text(max_size=80))
def test_no_text_breaks_the_recognisers(text: str) -> None:
    for recognise in (arxiv_id, doi, orcid, ror, openalex_id):
        found = recognise(text)
        assert found is None or recognise(found) == found


@given(st.integers(7, 49), st.integers(1, 12), st.integers(1, 99999))
def test_every_arxiv_id_is_its_own_normal_form(year: int, month: int, number: int) -> None:
    if year == 7 and month < 4:
        month += 4
    text = f"{year:02}{month:02}.{number:05}" if year >= 15 else f"{year:02}{month:02}.{number % 9999 + 1:04}"
    assert arxiv_id(text) == text
    assert arxiv_id(repr(float(text))) == text
