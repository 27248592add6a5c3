"""Names in numbers: the same answers as the comparison of names."""

from __future__ import annotations

import numpy as np
import pytest

from works.attribution.clusters import Clusters
from works.attribution.evidence import Gathering
from works.attribution.facts import AuthorshipFacts, WorkFacts, describe_work
from works.attribution.forms import NEAR, SAME, VARIANT, form_code, linked_first_names
from works.attribution.hashing import hash_of
from works.attribution.pairs import CONFLICT, ONE_INITIAL, TWO_INITIALS, name_relation
from works.attribution.statistics import Statistics
from works.names import parse_name


def relation(first: str, second: str) -> int:
    """How the engine sees two names of one block."""
    names = [parse_name(first), parse_name(second)]
    works = {number: describe_work(WorkFacts(f"Work {number}", [name])) for number, name in enumerate(names)}
    rows = [AuthorshipFacts(number, number, 0, name) for number, name in enumerate(names)]
    gathering = Gathering(rows, ["block", "block"], works, Statistics())
    clusters = Clusters(gathering, np.arange(2), np.arange(2))
    return int(name_relation(clusters, np.array([0]), np.array([1]))[0])


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("Yang Wang", "Yifang Wang", CONFLICT),
        ("Jianmin Li", "Jianming Li", CONFLICT),
        ("X. F. Li", "Xiaoming Li", CONFLICT),
        ("Robert A. Heath", "Robert B. Heath", CONFLICT),
        ("Anna Maria Rossi", "Anna Martina Rossi", CONFLICT),
        ("Robert Heath Jr", "Robert Heath III", CONFLICT),
        ("Xiao Ming Li", "Xiao-Ming Li", SAME),
        ("Ai Ti Aw", "AiTi Aw", SAME),
        ("José Guilherme Camargo Souza", "José G. Camargo Souza", SAME),
        ("Bill Zollinger", "William Zollinger", VARIANT),
        ("Evgeniy Zollinger", "Yevgenii Zollinger", VARIANT),
        ("Srini Zollinger", "Srinivasan Zollinger", NEAR),
        ("Johnathan Zollinger", "Jonathan Zollinger", NEAR),
        ("Y. Wang", "Yifang Wang", ONE_INITIAL),
        ("X.-M. Li", "Xiaoming Li", ONE_INITIAL),
        ("Y. Wang", "Y. F. Wang", TWO_INITIALS),
    ],
)
def test_relation_of_two_names(first: str, second: str, expected: int) -> None:
    assert relation(first, second) == expected
    assert relation(second, first) == expected


def test_a_single_chinese_character_is_a_whole_name() -> None:
    assert form_code(parse_name("王伟")).first_name == "伟"


def test_links_are_only_between_names_of_one_block() -> None:
    codes, _ = linked_first_names([["bill", "anna"], ["william", "otto"]])
    assert len(codes) == 0
    codes, grades = linked_first_names([["bill", "william"]])
    low, high = sorted((hash_of("given", "bill"), hash_of("given", "william")))
    assert codes.tolist() == [low << 32 | high]
    assert grades.tolist() == [VARIANT]
