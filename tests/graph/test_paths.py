"""Collaboration paths against networkx, and strangers in bounded work."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice, pairwise

import networkx as nx
import numpy as np
import pytest

from graph.paths import Neighbours, connect


def fetch_from(network: nx.Graph) -> Neighbours:
    def neighbours(authors: Iterable[int]) -> Mapping[int, Mapping[int, float]]:
        return {a: {b: data.get("strength", 1.0) for b, data in network[a].items()} for a in authors}

    return neighbours


@pytest.fixture(scope="module")
def network() -> nx.Graph:
    parts = nx.powerlaw_cluster_graph(600, 2, 0.4, seed=11), nx.path_graph(12)
    return nx.disjoint_union(*parts)


def test_distances_agree_with_networkx(network: nx.Graph) -> None:
    random = np.random.default_rng(5)
    expected = dict(nx.all_pairs_shortest_path_length(network))
    for start, end in random.integers(0, len(network), (300, 2)).tolist():
        assert connect(start, end, fetch_from(network)).distance == expected[start].get(end)


def test_paths_are_the_shortest_ones_of_networkx(network: nx.Graph) -> None:
    for start, end in ((3, 450), (17, 599), (100, 101)):
        answer = connect(start, end, fetch_from(network), paths=300)
        shortest = {path for path in answer.paths if len(path) == (answer.distance or 0) + 1}
        assert shortest == {tuple(path) for path in nx.all_shortest_paths(network, start, end)}


def test_when_shortest_paths_are_few_the_next_longer_ones_follow(network: nx.Graph) -> None:
    for start, end in ((0, 1), (3, 450), (20, 21), (605, 606)):
        few = len(list(nx.all_shortest_paths(network, start, end)))
        answer = connect(start, end, fetch_from(network), paths=few + 3)
        simple = islice(nx.shortest_simple_paths(network, start, end), few + 3)
        expected = [len(path) for path in simple]
        assert [len(path) for path in answer.paths] == expected
        assert all(network.has_edge(*step) for path in answer.paths for step in pairwise(path))
        assert all(len(set(path)) == len(path) for path in answer.paths)


def test_the_strongest_path_comes_first() -> None:
    square = nx.Graph()
    square.add_edge(1, 2, strength=0.1)
    square.add_edge(2, 4, strength=0.1)
    square.add_edge(1, 3, strength=3.0)
    square.add_edge(3, 4, strength=2.0)
    assert connect(1, 4, fetch_from(square)).paths == ((1, 3, 4), (1, 2, 4))
    assert connect(1, 4, fetch_from(square), paths=1).paths == ((1, 3, 4),)


def test_an_author_is_at_no_distance_from_itself(network: nx.Graph) -> None:
    answer = connect(5, 5, fetch_from(network))
    assert (answer.distance, answer.paths) == (0, ((5,),))


def test_strangers_are_told_so(network: nx.Graph) -> None:
    answer = connect(3, 605, fetch_from(network))
    assert (answer.paths, answer.distance, answer.is_exhaustive) == ((), None, True)


def test_a_search_past_its_budget_stops_and_says_so() -> None:
    big = nx.disjoint_union(nx.random_regular_graph(6, 2000, seed=1), nx.random_regular_graph(6, 2000, seed=2))
    answer = connect(0, 3000, fetch_from(big), tie_budget=500)
    assert (answer.paths, answer.is_exhaustive) == ((), False)
    assert answer.ties_seen < 3000
