from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.author_lines import agrees
from ingest.authorline import MAX_BYLINES, parse_author_line

LINES = Path(__file__).parents[1] / "data" / "arxiv" / "author-lines.jsonl"


def names(line: str) -> list[str]:
    return [byline.name for byline in parse_author_line(line).bylines]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("A. Smith, B. Jones and C. Doe", ["A. Smith", "B. Jones", "C. Doe"]),
        ("A. Smith, B. Jones, and C. Doe", ["A. Smith", "B. Jones", "C. Doe"]),
        ("A. Smith; B. Jones & C. Doe", ["A. Smith", "B. Jones", "C. Doe"]),
        (r"A. Smith \and B. Jones", ["A. Smith", "B. Jones"]),
        ("Jean-Noël Terry et Gilles Theureau", ["Jean-Noël Terry", "Gilles Theureau"]),
        ("王伟, 李娜、张三；Bo Wu", ["王伟", "李娜", "张三", "Bo Wu"]),
        ("", []),
    ],
)
def test_separators(line: str, expected: list[str]) -> None:
    assert names(line) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Liyun Dai, Bo Liu, and", ["Liyun Dai", "Bo Liu"]),
        ("Saeid Nahavandi, and Abbas Kouzani", ["Saeid Nahavandi", "Abbas Kouzani"]),
        ("Gregory Karagiorgos 'and' Ioannis Stavrakakis", ["Gregory Karagiorgos", "Ioannis Stavrakakis"]),
        ("Authors, :, K. Aamodt", ["K. Aamodt"]),
        ("by F. X. Timmes and S. E. Woosley", ["F. X. Timmes", "S. E. Woosley"]),
        ("G. Pedaletti1, S. Wagner2,3", ["G. Pedaletti", "S. Wagner"]),
        (
            r"A. Smith$^{1,2}$, B. Jones$^*$, C. Doe\thanks{me}, K. Rostem\dag",
            ["A. Smith", "B. Jones", "C. Doe", "K. Rostem"],
        ),
        ("E. ~Giacani, G. D~RErasmo", ["E. Giacani", "G. D'Erasmo"]),
        ("Rui -Rui Du, K. -H. Kampert", ["Rui-Rui Du", "K.-H. Kampert"]),
        ("J. M&uuml;ller, JosÃ© Garc\x00Ã\xada", ["J. Müller", "José García"]),
        (r"Schr\\\"odinger, \vZeljko Ivezi\'c, R. Ko\los", ["Schrödinger", "Željko Ivezić", "R. Kołos"]),
        ("H. Hakobyan, H. Hakobyan", ["H. Hakobyan", "H. Hakobyan"]),
        ("members of KASC WG12, NA62 Collaboration", ["members of KASC WG12", "NA62 Collaboration"]),
    ],
)
def test_dirt_met_in_real_lines(line: str, expected: list[str]) -> None:
    assert names(line) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("T.W. Murphy, Jr., E.G. Adelberger", ["T.W. Murphy Jr.", "E.G. Adelberger"]),
        ("F.T. Avignone III, B.A. Shaibonov (Junior)", ["F.T. Avignone III", "B.A. Shaibonov Junior"]),
        ("Ann Lee, PhD, Bo Wu, M.D.", ["Ann Lee", "Bo Wu"]),
        (r"R. W. Heath Jr., \ Jr., C. Doe", ["R. W. Heath Jr.", "C. Doe"]),
    ],
)
def test_suffixes_belong_to_the_name_before_and_degrees_to_nobody(line: str, expected: list[str]) -> None:
    assert names(line) == expected


@pytest.mark.parametrize(
    ("line", "persons", "groups"),
    [
        ("H. A. Tanaka, for the MiniBooNE Collaboration", ["H. A. Tanaka"], ["MiniBooNE Collaboration"]),
        ("Andy Flinders for the VERITAS collaboration", ["Andy Flinders"], ["VERITAS collaboration"]),
        ("J.A. Zensus - LOPES Collaboration", ["J.A. Zensus"], ["LOPES Collaboration"]),
        ("R. Wagner (for the MAGIC Collaboration)", ["R. Wagner"], ["MAGIC Collaboration"]),
        ("The LIGO Scientific Collaboration, the Virgo Collaboration: B. P. Abbott, R. Abbott",
         ["B. P. Abbott", "R. Abbott"], ["LIGO Scientific Collaboration", "Virgo Collaboration"]),
        ("T. Dafni, on behalf of the CAST and IAXO collaborations", ["T. Dafni"], ["CAST and IAXO collaborations"]),
        ("The CDF, D0 Collaborations, :, T. Aaltonen", ["T. Aaltonen"], ["CDF and D0 Collaborations"]),
        ("The Anh Han, Teamo Groupi", ["The Anh Han", "Teamo Groupi"], []),
    ],
)  # fmt: skip
def test_groups_are_told_from_persons(line: str, persons: list[str], groups: list[str]) -> None:
    bylines = parse_author_line(line).bylines
    assert [byline.name for byline in bylines if not byline.is_group] == persons
    assert [byline.name for byline in bylines if byline.is_group] == groups


def test_affiliations_by_number() -> None:
    line = parse_author_line(
        "Kate H. R. Rubin (1), Kurtis A. Williams (2 and 3), M. Bolte (1) ((1) UCO/Lick, Santa Cruz, CA, (2) Univ. of"
        " Texas at Austin, (3) NSF Fellow)"
    )
    assert [(byline.name, byline.affiliations) for byline in line.bylines] == [
        ("Kate H. R. Rubin", ("UCO/Lick, Santa Cruz, CA",)),
        ("Kurtis A. Williams", ("Univ. of Texas at Austin", "NSF Fellow")),
        ("M. Bolte", ("UCO/Lick, Santa Cruz, CA",)),
    ]


def test_written_affiliations_and_names_that_share_one() -> None:
    line = parse_author_line("G. Heald, P. Serra (ASTRON), Bo Wu (MIT, Cambridge)")
    assert [byline.affiliations for byline in line.bylines] == [("ASTRON",), ("ASTRON",), ("MIT, Cambridge",)]


def test_a_missing_comma_behind_an_affiliation_and_a_nickname() -> None:
    line = parse_author_line(r"Nicholas B. Suntzeff (CTIO) Jos\'{e} Maza (Chile), Xiaodong (Albert) Li")
    assert [byline.name for byline in line.bylines] == ["Nicholas B. Suntzeff", "José Maza", "Xiaodong (Albert) Li"]


@pytest.mark.parametrize(
    ("line", "complete", "missing"),
    [
        ("A. Smith, B. Jones", True, None),
        ("A. Smith, et al.", False, None),
        ("A. Smith et al", False, None),
        ("A. Smith , et al. (2 additional authors not shown)", False, 2),
        ("A. Smith, B. Jones and 1,234 others", False, 1234),
        ("A. Smith, B. Jones et al. (55 authors)", False, 53),
    ],
)
def test_lists_that_are_known_to_be_cut(line: str, complete: bool, missing: int | None) -> None:
    parsed = parse_author_line(line)
    assert (parsed.complete, parsed.missing) == (complete, missing)
    assert parsed.bylines[0].name == "A. Smith"
    assert all(byline.name != "al" and "others" not in byline.name for byline in parsed.bylines)


def test_real_lines_agree_with_arxivs_own_reading() -> None:
    pairs = [json.loads(line) for line in LINES.read_text(encoding="utf-8").splitlines()]
    agreeing = sum(agrees(parse_author_line(pair["raw_authors"]), pair["parsed_authors"]) for pair in pairs)
    assert agreeing >= 0.99 * len(pairs)


def test_three_thousand_authors() -> None:
    line = ", ".join(f"A. Author{chr(97 + number % 26)} ({number % 40 + 1})" for number in range(3303))
    assert len(parse_author_line(line).bylines) == 3303


@pytest.mark.parametrize("line", ["(" * 5000, "a, " * 50_000, "and " * 5000, "x" * 100_000, "(1) " * 3000, "$^" * 3000])
def test_hostile_lines_come_back_bounded(line: str) -> None:
    assert len(parse_author_line(line).bylines) <= MAX_BYLINES + 1


@settings(max_examples=200)
@given(st.text(max_size=100))
def test_no_line_breaks_the_parser_and_every_byline_has_a_name(line: str) -> None:
    for byline in parse_author_line(line).bylines:
        assert byline.name == byline.name.strip()
        assert any(map(str.isalpha, byline.name))
