"""Features of pairs that mean something only under a condition."""

from __future__ import annotations

import numpy as np
import pytest

from tests.works.attribution.worlds import World
from works.attribution.clusters import Clusters
from works.attribution.evidence import Gathering
from works.attribution.facts import describe_work
from works.attribution.forms import SAME
from works.attribution.pairs import FEATURES, pair_features


def feature(world: World, name: str, first: int, second: int) -> float:
    """One feature of the pair of two authorships of a world."""
    works = {number: describe_work(facts) for number, facts in world.works.items()}
    gathering = Gathering(world.authorships, ["b"] * len(world.authorships), works, world.statistics)
    row = {world.authorships[index].id: at for at, index in enumerate(gathering.order)}
    rows = np.arange(gathering.size)
    i, j = np.array([row[first]]), np.array([row[second]])
    features = next(pair_features(Clusters(gathering, rows, rows), i, j, np.array([SAME])))
    return float(features[0, FEATURES.index(name)])


@pytest.mark.parametrize(("is_complete", "expected"), [(True, 1.0), (False, 0.0)])
def test_strange_co_authors_speak_against_one_person_only_where_lists_are_complete(
    is_complete: bool, expected: float
) -> None:
    world = World()
    one = world.add("Session graphs", "Ada Quill, Otto Kreuz")[0]
    other = world.add("Shop windows", "Ada Quill, Wilma Ernst", is_complete=is_complete)[0]
    world.add("Both again", "Otto Kreuz, Wilma Ernst")
    assert feature(world, "strange_coauthors", one, other) == expected


def test_a_prolific_author_has_a_rare_name_still() -> None:
    world = World()
    few = [world.add(f"Paper {n}", "Zebulon Quigglewort, Wei Wang") for n in range(2)]
    before = feature(world, "parts_rarity", few[0][0], few[1][0])
    for n in range(2, 20):
        world.add(f"Paper {n}", "Zebulon Quigglewort, Wei Wang")
    assert before > feature(world, "parts_rarity", few[0][0], few[1][0]) > 2.0
    assert feature(world, "parts_rarity", few[0][1], few[1][1]) < 2.0


def test_a_family_name_alone_says_less_than_with_an_initial() -> None:
    world = World()
    one, with_initial = (world.add(f"Paper {n}", "Hargreaves, Z. Hargreaves") for n in range(2))
    alone = feature(world, "family_rarity", one[0], with_initial[0])
    assert alone < feature(world, "family_rarity", one[1], with_initial[1])
