from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

from works.citations import Citation, CitedName, to_bibtex, to_csl, to_ris

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
    primary_topic="cs.CL",
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
        "  journal = {Neurons \\& Nets 7},\n"
        "  doi = {10.1109/tnnls.2023.3281354},\n"
        "  eprint = {2206.07253},\n"
        "  archiveprefix = {arXiv},\n"
        "  primaryclass = {cs.CL},\n"
        "  url = {https://bzpeer.example/works/1-teko/}\n"
        "}\n"
    )


def test_bibtex_of_a_cut_list_says_so() -> None:
    assert "and {LHCb Collaboration} and others}" in to_bibtex(replace(TEKO, is_complete=False))


def test_bibtex_braces_always_balance() -> None:
    entry = to_bibtex(replace(TEKO, title="On {broken and }{ things\\", names=(CitedName("O}{dd", "B"),)))
    assert entry.count("{") == entry.count("}")
    assert "title = {{On broken and  things}}" in entry


def test_bibtex_keeps_latex_and_balanced_braces() -> None:
    assert "{{The $B_c$ and {\\L}ukasz}}" in to_bibtex(replace(TEKO, title="The $B_c$ and {\\L}ukasz"))


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
