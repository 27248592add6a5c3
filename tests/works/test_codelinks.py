from __future__ import annotations

import pytest

from works.codelinks import MAX_LINKS, find_code_links


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Code: https://github.com/owner/repo.", ["https://github.com/owner/repo"]),
        ("github.com/Owner/repo.git and https://github.com/owner/REPO/tree/main", ["https://github.com/Owner/repo"]),
        (r"at \url{https://github.com/a/b\_c}", ["https://github.com/a/b_c"]),
        ("https://gitlab.com/group/sub/project/-/tree/main", ["https://gitlab.com/group/sub/project"]),
        ("https://gitlab.inria.fr/team/code", ["https://gitlab.inria.fr/team/code"]),
        ("https://huggingface.co/datasets/org/name", ["https://huggingface.co/datasets/org/name"]),
        ("https://bitbucket.org/owner/code", ["https://bitbucket.org/owner/code"]),
        ("https://doi.org/10.5281/zenodo.1234567", ["https://doi.org/10.5281/zenodo.1234567"]),
        ("zenodo.org/record/1234567#.X", ["https://doi.org/10.5281/zenodo.1234567"]),
        ("project page https://name.github.io/project/", ["https://name.github.io/project"]),
        ("see https://github.com/ owner/repo", ["https://github.com/owner/repo"]),
        ("we studied GitHub and GitLab users", []),
        ("https://example.org/code", []),
    ],
)
def test_links_to_code(text: str, expected: list[str]) -> None:
    assert find_code_links(text) == expected


def test_links_of_several_texts_are_each_named_once() -> None:
    assert find_code_links("github.com/a/b", None, "https://github.com/a/b, github.com/c/d") == [
        "https://github.com/a/b",
        "https://github.com/c/d",
    ]


def test_a_text_full_of_links_is_bounded() -> None:
    assert len(find_code_links(" ".join(f"github.com/a/r{number}" for number in range(500)))) == MAX_LINKS
