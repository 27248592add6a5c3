"""Standing, distances and the k shortest paths on a given co-authorship network, compared with networkx."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Mapping
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import networkx as nx
import numpy as np

from graph import paths, standing

SEED = 2024
SEEDS, PAIRS = 40, 400
PATHS = 5
"""Paths of each pair whose lengths are compared."""


def check(path: Path) -> dict[str, Any]:
    """Largest differences, and how many pairs of authors have other shortest paths than networkx finds.

    ``path`` leads to an edge list of two columns (``#`` starts a comment).
    """
    network = read(path)
    chance = Random(SEED)
    nodes = sorted(network)
    seeds = chance.sample(nodes, SEEDS)
    ties = np.array(network.edges, dtype=np.int64)
    graph = standing.build(ties[:, 0], ties[:, 1], np.ones(len(ties)))
    return {
        "nodes": len(nodes),
        "ties": len(ties),
        "standing_against_definition": _largest(
            graph, standing.flow(graph, np.array(seeds)), definition(network, seeds)
        ),
        "standing_against_pagerank": _largest(
            graph, standing.flow(graph, np.array(seeds), steps=400, damping=0.85), from_pagerank(network, seeds, 0.85)
        ),
        "pairs_compared": PAIRS,
        "pairs_whose_shortest_paths_differ": sum(_differs(network, *chance.sample(nodes, 2)) for _ in range(PAIRS)),
    }


def read(path: Path) -> nx.Graph:
    """The network without loops; plain or gzipped."""
    text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    rows = (line.split() for line in text.decode().splitlines() if line.strip() and not line.startswith("#"))
    return nx.Graph((int(a), int(b)) for a, b, *_ in rows if a != b)


def definition(network: nx.Graph, seeds: Iterable[int]) -> Mapping[int, float]:
    """The damped share of walks that end at a seed, as loops over the network."""
    reached = dict.fromkeys(network, 0.0) | dict.fromkeys(seeds, 1.0)
    total = dict.fromkeys(network, 0.0)
    for step in range(standing.STEPS):
        reached = {node: sum(reached[other] for other in network[node]) / network.degree[node] for node in network}
        for node, share in reached.items():
            total[node] += (1 - standing.DAMPING) * standing.DAMPING**step * share
    return total


def from_pagerank(network: nx.Graph, seeds: Iterable[int], damping: float) -> Mapping[int, float]:
    """The same without early stop, from networkx's personalised PageRank: rank by degree, without the start itself."""
    restart = {seed: network.degree[seed] for seed in seeds}
    mass = sum(restart.values())
    rank = nx.pagerank(network, alpha=damping, personalization=restart, tol=1e-15, max_iter=5000)
    return {
        node: (rank[node] - (1 - damping) * restart.get(node, 0) / mass) / damping * mass / network.degree[node]
        for node in network
    }


def _largest(graph: standing.CollaborationGraph, found: standing.Floats, expected: Mapping[int, float]) -> float:
    pairs = zip(graph.author_ids.tolist(), found.tolist(), strict=True)
    return float(f"{max(abs(flow - expected[author]) for author, flow in pairs):.2e}")


def _differs(network: nx.Graph, start: int, end: int) -> bool:
    """Whether the distance, or the lengths of the shortest simple paths, are not those of networkx."""
    expected = []
    if nx.has_path(network, start, end):
        expected = [len(path) for path in islice(nx.shortest_simple_paths(network, start, end), PATHS)]

    def neighbours(authors: Iterable[int]) -> paths.Ties:
        return {author: dict.fromkeys(network[author], 1.0) for author in authors}

    found = paths.connect(start, end, neighbours, paths=PATHS)
    distance = expected[0] - 1 if expected else None
    return found.distance != distance or [len(path) for path in found.paths] != expected
