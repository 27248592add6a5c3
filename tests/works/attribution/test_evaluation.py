"""The figures against hand-made cases of known outcome."""

from __future__ import annotations

import pytest

from works.attribution.evaluation import Labelled, agreement, b_cubed, evaluate, gold_name_key, pairwise


def rows(*pairs: str) -> list[Labelled]:
    """ "a1" is a labelled authorship of person a in predicted author 1."""
    return [Labelled("Ada Quill", pair[0], pair[1]) for pair in pairs]


def test_a_perfect_prediction() -> None:
    scores = b_cubed(rows("a1", "a1", "b2"))
    assert (scores.precision, scores.recall, scores.f1) == (1.0, 1.0, 1.0)


def test_one_cluster_for_two_people() -> None:
    # Bagga and Baldwin: (2/3 + 2/3 + 1/3) / 3.
    assert b_cubed(rows("a1", "a1", "b1")).precision == pytest.approx(5 / 9)
    assert b_cubed(rows("a1", "a1", "b1")).recall == 1.0
    assert pairwise(rows("a1", "a1", "b1")).precision == pytest.approx(1 / 3)


def test_one_person_in_two_clusters() -> None:
    assert b_cubed(rows("a1", "a2")).recall == pytest.approx(0.5)
    assert pairwise(rows("a1", "a2")).precision == 1.0
    assert pairwise(rows("a1", "a2")).recall == 0.0


def test_macro_is_the_mean_over_names() -> None:
    found = evaluate([*rows("a1", "a2"), Labelled("Ben Orr", "c", "3")])
    assert found.by_name == {"orr b": 1.0, "quill a": pytest.approx(2 / 3)}
    assert found.macro_f1 == pytest.approx(5 / 6)
    assert (found.authorships, found.persons, found.clusters) == (3, 2, 3)


def test_bands_of_names_by_the_people_who_bear_them() -> None:
    found = evaluate([*rows("a1", "a2", "b2"), Labelled("Ben Orr", "c", "3"), Labelled("Cy Sale", "d", "4")])
    alone, shared = found.bands
    assert (alone.least, alone.names, alone.authorships, alone.b_cubed.f1) == (1, 2, 2, 1.0)
    assert (shared.least, shared.names, shared.authorships) == (2, 1, 3)
    assert shared.b_cubed.precision == pytest.approx(2 / 3)


def test_nothing_labelled_scores_nothing() -> None:
    assert evaluate([]).b_cubed.f1 == 0.0


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Robert W. Heath Jr.", "heath r"),
        ("Kate Forbes-Riley", "forbesriley k"),
        ("Wang, Wei", "wang w"),
        ("Daniel Smith 0002", "smith d"),
        ("Madonna", "madonna"),
    ],
)
def test_name_keys_are_those_of_the_scorer(name: str, key: str) -> None:
    assert gold_name_key(name) == key


def test_agreement_of_two_clusterings_ignores_their_numbers() -> None:
    assert agreement([1, 1, 2, 2], ["x", "x", "y", "y"]) == 1.0
    assert agreement([1, 1, 1], [1, 1, 2]) == pytest.approx(0.5)
