from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given as given_that
from hypothesis import strategies as st

from tests.works.records import record
from works.names import block_key, name_key, parse_name, plain_keys
from works.records import BylineRecord
from works.rows import BYLINE_AUTHORS, TITLE_KEY_LENGTH, authorship_row, byline_text, title_key, year_of

ODD_WORDS = """
A A. JP J.-P. Jean-Pierre Yu. Xiao-ming Maria McGaugh O'Neil And By Al Et Jr Jr. III Md Md. Dr. Prof Sr Lv Mueller van
WANG Ng Jürgen ~ Phd
"""
WORDS = st.sampled_from(ODD_WORDS.split()) | st.from_regex(r"[A-Z][a-z]{0,9}[.-]?", fullmatch=True)


@pytest.mark.parametrize(
    "title",
    ["Schrödinger's cat: a survey", "SCHRODINGER’S CAT — A Survey", "  schrodinger s cat, a survey. "],
)
def test_spellings_of_one_title_have_one_key(title: str) -> None:
    assert title_key(title) == "schrodinger s cat a survey"


def test_a_title_key_is_bounded_and_keeps_other_scripts() -> None:
    assert len(title_key("long " * 1000)) <= TITLE_KEY_LENGTH
    assert title_key("量子 力学") == "量子 力学"
    assert title_key("!?") == ""


def test_a_printed_name_is_split_and_keyed_beside_what_the_source_says() -> None:
    row = authorship_row(BylineRecord("Laurens van der Maaten", affiliations=("Delft",), orcid="0000-0002-1825-0097"))
    assert (row.raw_name, row.family, row.given) == ("Laurens van der Maaten", "van der Maaten", "Laurens")
    assert row.block == "maaten l"
    assert (row.affiliations, row.orcid, row.email) == (("Delft",), "0000-0002-1825-0097", "")


def test_the_split_of_the_source_wins_over_ours() -> None:
    row = authorship_row(BylineRecord("Nguyen Van Tran", family="Nguyen", given="Van Tran"))
    assert (row.family, row.given) == ("Nguyen", "Van Tran")


def test_a_collaboration_has_no_block() -> None:
    row = authorship_row(BylineRecord("LHCb Collaboration", is_group=True))
    assert (row.is_group, row.block) == (True, "")


def test_the_one_line_author_list_is_bounded() -> None:
    names = [f"Author {number}" for number in range(BYLINE_AUTHORS + 5)]
    assert byline_text(record("1", *names)).count(",") == BYLINE_AUTHORS - 1


def test_the_year_is_that_of_the_first_version_else_of_any_day_else_the_bare_one() -> None:
    assert year_of(record(submitted=date(2019, 1, 1), updated=date(2021, 1, 1))) == 2019
    assert year_of(record(submitted=None, updated=date(2021, 1, 1))) == 2021
    assert year_of(record(submitted=None, updated=None, year=1999)) == 1999
    assert year_of(record(submitted=None, updated=None)) is None


@given_that(family=WORDS, given=st.lists(WORDS, min_size=1, max_size=4).map(" ".join))
def test_the_short_cut_for_plain_names_leads_to_the_same_keys(family: str, given: str) -> None:
    keys = plain_keys(family, given)
    if keys is not None:
        name = parse_name(f"{given} {family}", family=family, given=given, suffix=None)
        assert (name.family, name.given, name.suffix, name.is_group) == (family, given, "", False)
        assert keys == (name_key(name), block_key(name))


@pytest.mark.parametrize(("family", "given"), [("Pierre", "Jean-Paul M."), ("McGaugh", "Stacy"), ("Lv", "Y.")])
def test_plain_names_take_the_short_cut(family: str, given: str) -> None:
    assert plain_keys(family, given) is not None
