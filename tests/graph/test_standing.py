"""Standing: agreement with networkx, and what fake accounts can and cannot gain."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

from graph import standing
from graph.standing import CollaborationGraph
from graph.trust import FULL_FLOW, STANDING_MAXIMUM, standing_points


def graph_of(network: nx.Graph) -> CollaborationGraph:
    """The same ties as the module sees them."""
    ties = [(a, b, data.get("weight", 1.0)) for a, b, data in network.edges(data=True) if a != b]
    first, second, weight = (np.array(column) for column in zip(*ties, strict=True))
    return standing.build(first.astype(np.int64), second.astype(np.int64), weight.astype(np.float64))


def flows_of(network: nx.Graph, seeds: list[int], **options: float) -> dict[int, float]:
    graph = graph_of(network)
    flows = standing.flow(graph, np.array(seeds, dtype=np.int64), **options)  # type: ignore[arg-type]  # steps is whole
    return dict(zip(graph.author_ids.tolist(), flows.tolist(), strict=True))


def reference(network: nx.Graph, seeds: list[int], *, steps: int, damping: float) -> dict[int, float]:
    """The definition written as loops over a networkx graph: damped share of walks that end at a seed."""
    reached = {node: float(node in seeds) for node in network}
    total = dict.fromkeys(network, 0.0)
    for step in range(steps):
        reached = {
            node: sum(tie.get("weight", 1.0) * reached[other] for other, tie in network[node].items())
            / network.degree(node, weight="weight")
            for node in network
        }
        for node in network:
            total[node] += (1 - damping) * damping**step * reached[node]
    return total


@pytest.fixture(scope="module")
def coauthors() -> nx.Graph:
    """A weighted network with a heavy tail of degrees, as collaborations have."""
    network = nx.powerlaw_cluster_graph(400, 4, 0.6, seed=7)
    random = np.random.default_rng(7)
    for _, _, data in network.edges(data=True):
        data["weight"] = float(random.uniform(0.04, 5))
    return network


def test_agrees_with_the_definition_in_loops(coauthors: nx.Graph) -> None:
    seeds = [0, 17, 230]
    expected = reference(coauthors, seeds, steps=standing.STEPS, damping=standing.DAMPING)
    found = flows_of(coauthors, seeds)
    assert max(abs(found[node] - expected[node]) for node in coauthors) < 1e-12


@pytest.mark.parametrize("damping", [0.5, 0.85])
def test_without_early_stop_it_is_personalised_pagerank_by_degree(coauthors: nx.Graph, damping: float) -> None:
    seeds = [3, 77, 150]
    degree = dict(coauthors.degree(weight="weight"))
    restart = {seed: degree[seed] for seed in seeds}
    rank = nx.pagerank(coauthors, alpha=damping, personalization=restart, tol=1e-14, max_iter=2000)
    found = flows_of(coauthors, seeds, steps=400, damping=damping)
    mass = sum(restart.values())
    for node in coauthors:
        at_start = (1 - damping) * restart.get(node, 0.0) / mass
        expected = (rank[node] - at_start) / damping * mass / degree[node]
        assert found[node] == pytest.approx(expected, abs=1e-6)


def test_trust_is_conserved(coauthors: nx.Graph) -> None:
    graph = graph_of(coauthors)
    seeds = np.array([5, 6])
    started = graph.degrees[graph.positions(seeds)].sum()
    received = (standing.flow(graph, seeds) * graph.degrees).sum()
    assert received == pytest.approx(started * (1 - standing.DAMPING**standing.STEPS))


def test_removing_a_seed_takes_away_exactly_what_flowed_from_it(coauthors: nx.Graph) -> None:
    both, one, other = (flows_of(coauthors, seeds) for seeds in ([2, 90], [2], [90]))
    assert all(both[node] - one[node] == pytest.approx(other[node], abs=1e-12) for node in coauthors)


def test_a_seed_out_of_reach_changes_nothing() -> None:
    network = nx.union(nx.cycle_graph(5), nx.relabel_nodes(nx.path_graph(4), lambda n: n + 10))
    with_far, without = flows_of(network, [0, 12]), flows_of(network, [0])
    assert all(with_far[node] == without[node] for node in range(5))


@pytest.mark.parametrize("attack_edges", [0, 1, 5, 40])
@pytest.mark.parametrize("fakes_know_each_other", ["ring", "clique of cliques"])
def test_a_thousand_fakes_gain_at_most_what_their_attack_edges_carry(
    coauthors: nx.Graph, attack_edges: int, fakes_know_each_other: str
) -> None:
    fakes = nx.cycle_graph(1000) if fakes_know_each_other == "ring" else nx.connected_caveman_graph(50, 20)
    world = nx.disjoint_union(coauthors, fakes)
    first_fake = len(coauthors)
    random = np.random.default_rng(attack_edges)
    weights = []
    for edge in range(attack_edges):
        weight = float(random.uniform(0.04, 1))
        world.add_edge(edge * 3, first_fake + int(random.integers(1000)), weight=weight)
        weights.append(weight)
    graph = graph_of(world)
    flows = standing.flow(graph, np.arange(0, 120, 3))
    is_fake = graph.author_ids >= first_fake
    gained = (flows * graph.degrees)[is_fake].sum()
    assert gained <= standing.carried(np.array(weights)) + 1e-12
    assert (gained > 0) == (attack_edges > 0)


def test_more_fakes_behind_the_same_edges_do_not_gain_more() -> None:
    """Ten or ten thousand accounts behind one attack edge: the region's points stay under the same bound."""
    honest = nx.powerlaw_cluster_graph(300, 3, 0.5, seed=3)
    bound = standing.carried(np.array([1.0])) / FULL_FLOW * STANDING_MAXIMUM
    for size in (10, 1000, 10_000):
        world = nx.disjoint_union(honest, nx.cycle_graph(size))
        world.add_edge(0, len(honest))
        graph = graph_of(world)
        flows = standing.flow(graph, np.arange(50))[graph.author_ids >= len(honest)]
        assert sum(standing_points(flow) for flow in flows.tolist()) <= bound


def test_unknown_seeds_and_an_empty_graph_are_harmless() -> None:
    nothing = np.array([], dtype=np.int64)
    empty = standing.build(nothing, nothing, np.array([]))
    assert standing.flow(empty, np.array([1])).size == 0
    network = nx.path_graph(3)
    assert set(flows_of(network, [99]).values()) == {0.0}
    assert flows_of(network, [0, 0, 99]) == flows_of(network, [0])


def test_points_reach_their_maximum_at_full_flow() -> None:
    flows = (0.0, FULL_FLOW / 2, FULL_FLOW, 1.0)
    assert [standing_points(flow) for flow in flows] == [0, 7.5, 15, 15]
