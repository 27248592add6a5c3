"""The circles among a researcher's collaborators: who works with whom when the researcher is left out.

Louvain communities (Blondel, Guillaume, Lambiotte, Lefebvre, *Fast unfolding of communities in large networks*, 2008)
of the collaborators' own ties; a fixed seed makes the same circles every time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import networkx as nx

SMALLEST = 3
"""Fewer people are no circle."""


@dataclass(frozen=True, slots=True)
class Circle:
    """Members by strength of their tie with the researcher; ``subjects`` are the topics most of them share."""

    members: tuple[int, ...]
    subjects: tuple[str, ...]


def circles(
    strength: Mapping[int, float], ties: Sequence[tuple[int, int, float]], topics: Mapping[int, Sequence[str]]
) -> list[Circle]:
    """The circles among collaborators, largest first.

    ``strength`` maps each collaborator to the strength of the tie with the researcher, ``ties`` are those among them,
    and ``topics`` the topics of each.
    """
    network = nx.Graph()
    network.add_nodes_from(sorted(strength))
    network.add_weighted_edges_from(sorted(ties))
    found = nx.community.louvain_communities(network, weight="weight", seed=1)
    large = [group for group in found if len(group) >= SMALLEST]
    ordered = sorted(large, key=lambda group: (-len(group), min(group)))
    return [_circle(group, strength, topics) for group in ordered]


def _circle(group: set[int], strength: Mapping[int, float], topics: Mapping[int, Sequence[str]]) -> Circle:
    members = tuple(sorted(group, key=lambda person: (-strength[person], person)))
    counts: dict[str, int] = {}
    for person in members:
        for topic in topics.get(person, ()):
            counts[topic] = counts.get(topic, 0) + 1
    shared = [topic for topic, count in counts.items() if count * 2 > len(members)]
    return Circle(members, tuple(sorted(shared, key=lambda topic: (-counts[topic], topic))[:3]))
