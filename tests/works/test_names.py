"""Names as real sources print them, and the laws that any name obeys."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from works.names import (
    Agreement,
    Name,
    block_key,
    block_keys,
    compare_names,
    name_key,
    parse_name,
)

GIVEN = [
    "Yue",
    "Xiao-Ming",
    "José",
    "J.-P.",
    "R. W.",
    "Anna Maria",
    "Łukasz",
    "Evgeny",
    "Ø.",
    "O'Neil",
    "Иван",
]
FAMILY = [
    "Shang",
    "Müller",
    "van der Berg",
    "Forbes-Riley",
    "García López",
    "LeCun",
    "O'Brien",
    "Петров",
    "Ng",
]
names = st.builds(Name, family=st.sampled_from(FAMILY), given=st.sampled_from(["", *GIVEN]))


@pytest.mark.parametrize(
    ("printed", "family", "given_name", "suffix"),
    [
        ("Trevor Darrell", "Darrell", "Trevor", ""),
        ("Wang, Pengjie", "Wang", "Pengjie", ""),
        ("WANG Wei", "WANG", "Wei", ""),
        ("Wei WANG", "WANG", "Wei", ""),
        ("Robert W. Heath Jr.", "Heath", "Robert W.", "Jr"),
        ("Heath, Jr., Robert W.", "Heath", "Robert W.", "Jr"),
        ("Robert W. Heath, III", "Heath", "Robert W.", "III"),
        ("Laurens van der Maaten", "van der Maaten", "Laurens", ""),
        ("Luc Van Gool", "Van Gool", "Luc", ""),
        ("Gerard 't Hooft", "'t Hooft", "Gerard", ""),
        ("Le Song", "Song", "Le", ""),
        ("Nguyen Van Tran", "Tran", "Nguyen Van", ""),
        ("Santiago Ramón y Cajal", "Ramón y Cajal", "Santiago", ""),
        ("Madonna", "Madonna", "", ""),
        ("王伟", "王", "伟", ""),
        ("欧阳明", "欧阳", "明", ""),
        ("김민수", "김", "민수", ""),
        ("Dr. Ada Smith PhD", "Smith", "Ada", ""),
        # Marks and mistakes found in arXiv records.
        ("G. Pedaletti1", "Pedaletti", "G.", ""),
        (r"M. Grabalosa G\' andara", "Gándara", "M. Grabalosa", ""),
        (r"Kurt G{\"o}del", "Gödel", "Kurt", ""),
        (r"\L{}ukasz Kaiser", "Kaiser", "Łukasz", ""),
        (r"F. Nov{\'\i}k", "Novík", "F.", ""),
        ("Rui -Rui Du", "Du", "Rui-Rui", ""),
        ("and Abbas Kouzani", "Kouzani", "Abbas", ""),
        ("D. Bliss et al", "Bliss", "D.", ""),
        ("E. ~Giacani", "Giacani", "E.", ""),
        ("Ana Ruiz (1,2)", "Ruiz", "Ana", ""),
    ],
)
def test_a_printed_name_is_split(printed: str, family: str, given_name: str, suffix: str) -> None:
    assert parse_name(printed) == Name(family, given_name, suffix)


@pytest.mark.parametrize(
    "printed",
    [
        "for the MiniBooNE Collaboration",
        "LHCb collaboration",
        "The H1 Collaboration",
        "CMS Collaborations",
        "DeepSeek Team",
        "BigScience Workshop Contributors",
        ":",
        "and",
        "Authors",
    ],
)
def test_a_group_or_stray_mark_is_no_person(printed: str) -> None:
    assert parse_name(printed).is_group


@pytest.mark.parametrize("printed", ["The Anh Han", "Di Jin", "Van Nguyen", "Group Smith"])
def test_a_person_is_no_group(printed: str) -> None:
    assert not parse_name(printed).is_group


def test_the_split_of_the_source_is_used_and_cleaned() -> None:
    name = parse_name("Maria Garcia Lopez", family="Garcia Lopez", given="Maria")
    assert (name.family, name.given) == ("Garcia Lopez", "Maria")
    name = parse_name("R. Heath", family="Heath Jr.", given="R.", suffix="")
    assert (name.family, name.suffix) == ("Heath", "Jr")
    assert parse_name("LHCb collaboration", family="LHCb collaboration").is_group


def test_a_family_name_of_one_letter_stays() -> None:
    assert parse_name("Weinan E").family == "E"


def test_display_and_inverted_forms() -> None:
    name = parse_name("Heath, Jr., Robert W.")
    assert name.display == "Robert W. Heath Jr"
    assert name.inverted == "Heath, Robert W., Jr"
    assert parse_name("王伟").display == "王伟"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Jürgen Müller", "Juergen Mueller"),
        ("Jürgen Müller", "Muller, J."),
        ("Laurens van der Maaten", "L. Maaten"),
        ("Maria Garcia-Lopez", "Maria Garcia Lopez"),
        ("Иван Петров", "I. Petrov"),
        ("Wang, Wei", "WANG Wei"),
        ("Ming Lü", "Ming Lv"),
    ],
)
def test_spellings_share_a_block(first: str, second: str) -> None:
    assert block_key(parse_name(first)) == block_key(parse_name(second))


def test_blocks_keep_families_apart() -> None:
    assert block_key(parse_name("Wei Xue")) != block_key(parse_name("Wei Xu"))
    assert block_key(parse_name("Madonna")) == "madonna"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Wang Xiaoming", "Xiaoming Wang"),
        ("Yann LeCun", "Yann Le Cun"),
        ("J. Trevor Darrell", "Trevor Darrell"),
        ("Bill Clinton", "William Clinton"),
        ("Kate Forbes", "Kate Forbes-Riley"),
        ("Nakamoto Satoshi", "Satoshi Nakamoto"),
        ("Hsiao-Ming Wang", "Xiaoming Wang"),
        ("Shinichi Itoh", "Shin-ichi Ito"),
        ("Ahmed Alsayed", "Ahmed El Sayed"),
        ("Sean MacDonald", "Sean Mc Donald"),
    ],
)
def test_other_customs_share_an_alternative_block(first: str, second: str) -> None:
    assert set(block_keys(parse_name(first))) & set(block_keys(parse_name(second)))


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("Robert W. Heath", "robert w heath", Agreement.EQUAL),
        ("José García", "Jose Garcia", Agreement.EQUAL),
        ("Xiao-Ming Li", "Xiaoming Li", Agreement.EQUAL),
        ("Li, Xiaoming", "Xiaoming Li", Agreement.EQUAL),
        ("Maria Garcia Lopez", "Maria Garcia-Lopez", Agreement.VARIANT),
        ("Xiao Ming Li", "Xiaoming Li", Agreement.VARIANT),
        ("Wang Xiaoming", "Xiaoming Wang", Agreement.VARIANT),
        ("Jürgen Müller", "Juergen Mueller", Agreement.VARIANT),
        ("Robert Heath", "Robert W. Heath", Agreement.VARIANT),
        ("Bill Clinton", "William Clinton", Agreement.VARIANT),
        ("Trevor Darrell", "J. Trevor Darrell", Agreement.VARIANT),
        ("Ana García", "Ana García López", Agreement.VARIANT),
        ("Evgeniy Kouznetsov", "Yevgenii Kuznetsov", Agreement.VARIANT),
        ("Venkatesh R.", "R. Venkatesh", Agreement.EQUAL),
        ("Anand Kumar S.", "S. Anand Kumar", Agreement.EQUAL),
        ("Satoshi Nakamoto", "Nakamoto Satoshi", Agreement.VARIANT),
        ("Hsiao-Ming Wang", "Xiaoming Wang", Agreement.VARIANT),
        ("Chih-Jen Lin", "Zhiren Lin", Agreement.VARIANT),
        ("Young-Ho Lee", "Yeongho Lee", Agreement.VARIANT),
        ("Jung Hyun Choi", "Jeong-Hyeon Choe", Agreement.VARIANT),
        ("Wei Lü", "Wei Lyu", Agreement.VARIANT),
        ("Shin-ichi Ito", "Shinichi Itoh", Agreement.VARIANT),
        ("Ahmed El Sayed", "Ahmed Alsayed", Agreement.VARIANT),
        ("Khalid al-Mansour", "Khalid Mansour", Agreement.VARIANT),
        ("Sean Mc Donald", "Sean MacDonald", Agreement.VARIANT),
        ("R. W. Heath", "Robert W. Heath Jr", Agreement.INITIAL),
        ("J.-P. Serre", "Jean-Pierre Serre", Agreement.INITIAL),
        ("X.-M. Li", "Xiaoming Li", Agreement.INITIAL),
        ("Yu. Ivanov", "Yuri Ivanov", Agreement.INITIAL),
        ("X. F. Li", "Xiaoming Li", Agreement.CONFLICT),
        ("Yang Wang", "Yifang Wang", Agreement.CONFLICT),
        ("Jianmin Li", "Jianming Li", Agreement.CONFLICT),
        ("Jing Li", "Qing Li", Agreement.CONFLICT),
        ("Min-Ho Lee", "Min-Hee Lee", Agreement.CONFLICT),
        ("Wei Zhou", "Wei Zho", Agreement.CONFLICT),
        ("James Thomas", "Thomas James", Agreement.CONFLICT),
        ("Robert A. Heath", "Robert B. Heath", Agreement.CONFLICT),
        ("Robert Heath Jr", "Robert Heath III", Agreement.CONFLICT),
        ("LHCb Collaboration", "Lhcb Smith", Agreement.CONFLICT),
    ],
)
def test_compatibility_is_graded(first: str, second: str, expected: Agreement) -> None:
    assert compare_names(parse_name(first), parse_name(second)) is expected


@given(st.text(max_size=60))
def test_any_text_is_read(text: str) -> None:
    name = parse_name(text)
    assert block_keys(name)[0] == block_key(name)
    assert compare_names(name, name) is Agreement.EQUAL
    assert "\x00" not in name.display + name_key(name)


@given(names, names)
def test_comparison_is_symmetric(first: Name, second: Name) -> None:
    assert compare_names(first, second) is compare_names(second, first)


@given(names)
def test_inverted_form_reads_back_as_the_same_name(name: Name) -> None:
    if name.given:
        assert name_key(parse_name(name.inverted)) == name_key(name)


@given(names)
def test_case_and_accents_never_matter(name: Name) -> None:
    lowered = Name(name.family.lower(), name.given.lower())
    assert block_key(lowered) == block_key(name)
    assert name_key(lowered) == name_key(name)


@given(names)
def test_the_initial_form_stays_in_the_block(name: Name) -> None:
    if name.given:
        short = Name(name.family, name.given[0] + ".")
        assert block_key(short) == block_key(name)
        assert compare_names(short, name) >= Agreement.INITIAL
