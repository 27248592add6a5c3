from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from works.citations import Citation, CitedName, to_bibtex, to_csl, to_ris, with_keys_of_their_own

TEKO = Citation(
    kind="preprint",
    title="TeKo: Text-Rich Graph Neural Networks with External Knowledge",
    url="https://bzpeer.example/works/1-teko/",
    names=(
        CitedName("Yu", "Zhizhi"),
        CitedName("Heath", "Robert W.", "Jr"),
        CitedName("LHCb Collaboration", is_group=True),
    ),
    year=2022,
    submitted=date(2022, 6, 15),
    doi="10.1109/tnnls.2023.3281354",
    arxiv="2206.07253",
    primary_class="cs.CL",
    journal_ref="Neurons & Nets 7",
    abstract="Graph networks\nhave gained.",
    key_words=("Computation and Language",),
)


def test_bibtex() -> None:
    assert to_bibtex(TEKO) == (
        "@misc{yu2022teko,\n"
        "  title = {{TeKo: Text-Rich Graph Neural Networks with External Knowledge}},\n"
        "  author = {Yu, Zhizhi and Heath, Jr, Robert W. and {LHCb Collaboration}},\n"
        "  year = {2022},\n"
        "  month = jun,\n"
        "  note = {Neurons \\& Nets 7},\n"
        "  doi = {10.1109/tnnls.2023.3281354},\n"
        "  eprint = {2206.07253},\n"
        "  archivePrefix = {arXiv},\n"
        "  primaryClass = {cs.CL},\n"
        "  url = {https://bzpeer.example/works/1-teko/}\n"
        "}\n"
    )


PUBLISHED = replace(TEKO, journal_ref="IEEE Trans. Neural Networks 35(4), 1211–1223 (2024)")


def test_a_published_preprint_is_cited_as_the_article() -> None:
    assert to_bibtex(PUBLISHED) == (
        "@article{yu2022teko,\n"
        "  title = {{TeKo: Text-Rich Graph Neural Networks with External Knowledge}},\n"
        "  author = {Yu, Zhizhi and Heath, Jr, Robert W. and {LHCb Collaboration}},\n"
        "  journal = {IEEE Trans. Neural Networks},\n"
        "  volume = {35},\n"
        "  number = {4},\n"
        "  pages = {1211--1223},\n"
        "  year = {2024},\n"
        "  doi = {10.1109/tnnls.2023.3281354},\n"
        "  eprint = {2206.07253},\n"
        "  archivePrefix = {arXiv},\n"
        "  primaryClass = {cs.CL},\n"
        "  url = {https://bzpeer.example/works/1-teko/}\n"
        "}\n"
    )
    lines = to_ris(PUBLISHED).split("\r\n")
    assert lines[0] == "TY  - JOUR"
    expected = ["PY  - 2024", "T2  - IEEE Trans. Neural Networks", "VL  - 35", "IS  - 4", "SP  - 1211", "EP  - 1223"]
    assert [line for line in lines if line[:2] in {"PY", "DA", "T2", "VL", "IS", "SP", "EP", "N1"}] == expected
    (item,) = json.loads(to_csl(PUBLISHED))
    assert item["type"] == "article-journal"
    assert item["issued"] == {"date-parts": [[2024]]}
    assert (item["container-title"], item["volume"], item["issue"]) == ("IEEE Trans. Neural Networks", "35", "4")
    assert (item["page"], item["archive_location"]) == ("1211-1223", "2206.07253")
    assert "publisher" not in item


def test_the_venue_that_a_source_states_is_the_name_of_the_journal() -> None:
    article = replace(
        PUBLISHED, kind="article", venue="IEEE Transactions on Neural Networks and Learning Systems", year=2024,
        submitted=date(2024, 4, 2),
    )  # fmt: skip
    entry = to_bibtex(article)
    assert "journal = {IEEE Transactions on Neural Networks and Learning Systems}" in entry
    assert "volume = {35}" in entry
    assert "month = apr" in entry
    stated = replace(
        article, kind="conference", venue="Proc. 9th WWW 2024", journal_ref="Proc. 9th WWW 2024 7, 11 (2024)"
    )
    assert "booktitle = {Proc. 9th WWW 2024},\n  volume = {7},\n  pages = {11}" in to_bibtex(stated)


def test_a_reference_that_cannot_be_taken_apart_is_cited_as_printed() -> None:
    assert "N1  - Neurons & Nets 7" in to_ris(TEKO)
    assert json.loads(to_csl(TEKO))[0]["note"] == "Neurons & Nets 7"
    article = replace(TEKO, kind="article")
    assert "journal = {Neurons \\& Nets 7}" in to_bibtex(article)
    assert "note =" not in to_bibtex(article)


def test_bibtex_of_a_cut_list_says_so() -> None:
    assert "and {LHCb Collaboration} and others}" in to_bibtex(replace(TEKO, is_complete=False))


def test_bibtex_braces_always_balance() -> None:
    entry = to_bibtex(replace(TEKO, title="On {broken and }{ things\\", names=(CitedName("O}{dd", "B"),)))
    assert entry.count("{") == entry.count("}")
    assert "title = {{On broken and  things}}" in entry


def test_a_stray_backslash_does_not_swallow_the_comma_of_a_name() -> None:
    entry = to_bibtex(replace(TEKO, names=(CitedName("Li\\", "X."),)))
    assert "author = {Li, X.}" in entry


def test_bibtex_keeps_latex_and_balanced_braces() -> None:
    assert "{{The $B_c$ and {\\L}ukasz}}" in to_bibtex(replace(TEKO, title="The $B_c$ and {\\L}ukasz"))


@given(
    st.builds(
        replace,
        st.just(TEKO),
        **{
            field: st.text('ab {}\\$_^%&~,"', max_size=30) for field in ("title", "journal_ref", "doi", "primary_class")
        },
        names=st.lists(st.builds(CitedName, st.text("a{}\\$", min_size=1, max_size=9), st.text("b{}\\", max_size=9))),
    )
)
def test_whatever_a_field_holds_no_entry_swallows_the_next(citation: Citation) -> None:
    depth = 0
    for brace in re.findall(r"[{}]", to_bibtex(citation)):
        depth += 1 if brace == "{" else -1
        assert depth >= 0
    assert depth == 0


@pytest.mark.parametrize(
    ("title", "written"),
    [
        ("A_b & 5% of x^2", r"A\_b \& 5\% of x\^{}2"),
        ("The $B_c$ at $x^2$ and a_b", r"The $B_c$ at $x^2$ and a\_b"),
        ("It costs $5", r"It costs \$5"),
        (r"For \$5 in $x_1$", r"For \$5 in $x_1$"),
        (r"Half of \{ a brace", "Half of  a brace"),
    ],
)
def test_bibtex_escapes_signs_outside_formulas(title: str, written: str) -> None:
    assert f"title = {{{{{' '.join(written.split())}}}}}" in to_bibtex(replace(TEKO, title=title)).replace("  a", " a")


def test_keys_are_unique_within_a_file() -> None:
    keys = [citation.key for citation in with_keys_of_their_own([TEKO, replace(TEKO, doi=""), TEKO])]
    assert keys == ["yu2022teko", "yu2022teko-2", "yu2022teko-3"]


def test_ris_and_csl_know_no_latex() -> None:
    dirty = replace(TEKO, title=r"Schr\"{o}dinger in $\alpha$ & more", abstract=r"A $\beta$ abstract")
    assert "TI  - Schrödinger in α & more" in to_ris(dirty)
    assert "AB  - A β abstract" in to_ris(dirty)
    (item,) = json.loads(to_csl(dirty))
    assert (item["title"], item["abstract"]) == ("Schrödinger in α & more", "A β abstract")


def test_ris() -> None:
    lines = to_ris(TEKO).split("\r\n")
    assert lines[0] == "TY  - UNPB"
    assert "AU  - Heath, Robert W., Jr" in lines
    assert "AU  - LHCb Collaboration" in lines
    assert "DA  - 2022/06/15/" in lines
    assert "AB  - Graph networks have gained." in lines
    assert lines[-2:] == ["ER  - ", ""]


def test_csl() -> None:
    (item,) = json.loads(to_csl(TEKO))
    assert item["issued"] == {"date-parts": [[2022, 6, 15]]}
    assert item["author"][1] == {"family": "Heath", "given": "Robert W.", "suffix": "Jr"}
    assert item["author"][2] == {"literal": "LHCb Collaboration"}
    assert item["publisher"] == "arXiv"


def test_a_work_of_which_little_is_known() -> None:
    bare = Citation(kind="other", title="Untitled notes", url="https://bzpeer.example/works/2/", names=())
    assert to_bibtex(bare).startswith("@misc{anonymousuntitled,")
    assert "PY  -" not in to_ris(bare)
    assert json.loads(to_csl(bare))[0]["id"] == "anonymousuntitled"
