from __future__ import annotations

import pytest

from works.accents import accents_to_unicode, without_braces


@pytest.mark.parametrize(
    ("latex", "expected"),
    [
        (r"Schr\"odinger", "Schrödinger"),
        (r"Schr{\"o}dinger", "Schrödinger"),
        (r"Schr\"{o}dinger", "Schrödinger"),
        (r"Garc\'{\i}a", "García"),
        (r"Garc\'\i a", "García"),
        (r"Ji\v{r}\'\i Borovi\v{c}ka", "Jiří Borovička"),
        (r"Erd{\H o}s and Erd\H{o}s", "Erdős and Erdős"),
        (r"Fran\c cois, Fran\c{c}ois", "François, François"),
        (r"{\O}ystein \O{}rn", "Øystein Ørn"),
        (r"\L ukasz Wa{\l}\k{e}sa", "Łukasz Wałęsa"),
        (r"\AA ngstr\"om, Stra{\ss}e", "Ångström, Straße"),
        (r"G\' andara", "Gándara"),
        (r"$\'e$ \'e", r"$\'e$ é"),
        (r"\textbf{x} \hat{x} \ref{a}", r"\textbf{x} \hat{x} \ref{a}"),
        ("no commands", "no commands"),
    ],
)
def test_accents_become_unicode_and_other_commands_stay(latex: str, expected: str) -> None:
    assert accents_to_unicode(latex) == expected


def test_grouping_braces_go() -> None:
    assert without_braces("{van {der}} Berg") == "van der Berg"
    assert without_braces("{" * 3000) == "{" * 3000
