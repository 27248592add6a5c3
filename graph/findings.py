"""What a slice says that its focus may not know, in a few sentences: whom one has not met, who holds groups together,
which close tie has gone quiet.

Groups and joints come from all ties between the people shown, also those that the drawing leaves out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import networkx as nx

from graph.elements import Edge, Kind, Node, Relation, Slice, counted
from graph.selection import Neighbourhood

QUIET_YEARS = 5
"""A close tie is quiet when its last work lies so many years before the newest work of the focus with anybody shown."""
CLOSEST = 10
GROUPS_NAMED = 3
SMALLEST_PART = 2
"""People that a joint must hold to the others before it is worth a sentence."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence; ``reach`` is a researcher to whom the focus has a way over others, or None."""

    sentence: str
    reach: Node | None = None


def findings(neighbourhood: Neighbourhood, drawn: Slice) -> tuple[Finding, ...]:
    """At most three findings about a drawn slice, the most surprising first."""
    found = (
        _unmet(drawn, neighbourhood.edges),
        _groups(drawn, neighbourhood.edges),
        _quiet(drawn, neighbourhood.edges),
    )
    return tuple(finding for finding in found if finding is not None)


def _unmet(drawn: Slice, edges: Iterable[Edge]) -> Finding | None:
    """The first bridge: the best placed person, or a work, that the focus has no part in."""
    bridges = [node for node in drawn.nodes if node.role == "bridge"]
    if not bridges:
        return None
    best = bridges[0]
    shown = {node.key: node.label for node in drawn.nodes if node.role == "near" and node.kind == Kind.RESEARCHER}
    ties = sorted((edge for edge in edges if best.key in (edge.source, edge.target)), key=lambda edge: -edge.weight)
    ends = (edge.target if edge.source == best.key else edge.source for edge in ties)
    known = [shown[key] for key in dict.fromkeys(ends) if key in shown]
    apart = ", who are apart otherwise" if best.note.endswith("apart here") else ""
    focus = drawn.focus.label
    if best.kind == Kind.RESEARCHER and drawn.focus.kind == Kind.RESEARCHER:
        return Finding(f"{best.label} has never written with {focus}, but with {_listed(known)}{apart}", best)
    if best.kind == Kind.WORK:
        return Finding(f"“{best.label}” is another work of {_listed(known)}")
    return None


def _groups(drawn: Slice, edges: Iterable[Edge]) -> Finding | None:
    """Into which groups the people shown fall without the focus, or who alone holds them together."""
    if drawn.focus.kind == Kind.WORK:
        return None  # everybody shown wrote the work together
    people = {node.key: node for node in drawn.nodes if node.role == "near" and node.kind == Kind.RESEARCHER}
    network = nx.Graph()
    network.add_nodes_from(people)
    network.add_edges_from(
        (edge.source, edge.target)
        for edge in edges
        if edge.relation == Relation.COLLABORATION and edge.source in people and edge.target in people
    )
    order = {key: number for number, key in enumerate(people)}
    parts = sorted(nx.connected_components(network), key=lambda part: (-len(part), min(order[key] for key in part)))
    groups = [part for part in parts if len(part) >= SMALLEST_PART]
    without = f"Without {drawn.focus.label}, the" if drawn.focus.kind == Kind.RESEARCHER else "The"
    who = f"{without} {counted(len(people), 'person', 'people')} shown"
    if len(groups) > 1:
        named = [f"{people[min(part, key=order.__getitem__)].label} ({len(part)})" for part in groups[:GROUPS_NAMED]]
        more = f" and {len(groups) - GROUPS_NAMED} more" if len(groups) > GROUPS_NAMED else ""
        return Finding(f"{who} fall into groups that have not written with each other, around {_listed(named)}{more}")
    return _joint(network, groups[0], people, order) if groups else None


def _joint(network: nx.Graph, group: set[str], people: dict[str, Node], order: dict[str, int]) -> Finding | None:
    """The one person without whom the largest part would fall off."""
    best: tuple[int, int, str, list[str]] | None = None
    for joint in nx.articulation_points(network.subgraph(group)):
        rest = sorted(
            nx.connected_components(network.subgraph(group - {joint})), key=lambda part: (-len(part), min(part))
        )
        away = sorted({key for part in rest[1:] for key in part}, key=order.__getitem__)
        if len(away) >= SMALLEST_PART and (best is None or (-len(away), order[joint]) < best[:2]):
            best = (-len(away), order[joint], joint, away)
    if best is None:
        return None
    _, _, joint, away = best
    return Finding(
        f"Only {people[joint].label} joins {_listed([people[key].label for key in away])} to the others shown"
    )


def _quiet(drawn: Slice, edges: Iterable[Edge]) -> Finding | None:
    """The closest collaborator with whom there has been nothing for years."""
    focus = drawn.focus
    if focus.kind != Kind.RESEARCHER:
        return None
    people = {node.key: node for node in drawn.nodes if node.role == "near" and node.kind == Kind.RESEARCHER}
    ties = [edge for edge in edges if edge.source == focus.key and edge.target in people and edge.last_year is not None]
    newest = max((edge.last_year or 0 for edge in ties), default=0)
    for edge in sorted(ties, key=lambda edge: (-edge.weight, edge.target))[:CLOSEST]:
        if (edge.last_year or newest) <= newest - QUIET_YEARS:
            name = people[edge.target].label
            return Finding(f"No work with {name} since {edge.last_year}, once among the closest: {edge.reason}")
    return None


def _listed(names: Sequence[str], most: int = 3) -> str:
    """``A, B and C``; of more than ``most`` the rest is counted."""
    shown = [*names[:most], *([f"{len(names) - most} more"] if len(names) > most else [])]
    return ", ".join(shown[:-1]) + " and " + shown[-1] if len(shown) > 1 else "".join(shown)
