"""Which few nodes tell most about a focus: closest collaborators, defining works, topics, institutions, and bridges.

A bridge is two steps away and joins neighbours that would fall apart without the focus: what a researcher does not
already know about the own neighbourhood. Everything else touches the focus.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from graph.elements import Edge, Kind, Node, Relation, Slice, counted

LIMIT = 40
NARROW_LIMIT = 16
BRIDGE_SHARE = 0.16
"""The part of a slice that bridges may take."""
EDGES_PER_NODE = 2.4

QUOTAS: Mapping[Kind, Mapping[Kind, float]] = {
    Kind.RESEARCHER: {Kind.RESEARCHER: 0.42, Kind.WORK: 0.28, Kind.TOPIC: 0.17, Kind.INSTITUTION: 0.13},
    Kind.WORK: {Kind.RESEARCHER: 0.56, Kind.WORK: 0.14, Kind.TOPIC: 0.15, Kind.INSTITUTION: 0.15},
    Kind.TOPIC: {Kind.RESEARCHER: 0.4, Kind.WORK: 0.3, Kind.TOPIC: 0.17, Kind.INSTITUTION: 0.13},
    Kind.INSTITUTION: {Kind.RESEARCHER: 0.45, Kind.WORK: 0.25, Kind.TOPIC: 0.2, Kind.INSTITUTION: 0.1},
}
"""How the places beside the focus are shared out, by kind of focus. Places a kind cannot fill go to the others."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A node that could be shown; a higher ``score`` is chosen first among its kind."""

    node: Node
    score: float


@dataclass(slots=True)
class Neighbourhood:
    """Everything the database offers round a focus. ``far`` holds nodes that do not touch the focus."""

    focus: Node
    near: list[Candidate] = field(default_factory=list)
    far: list[Candidate] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def choose(neighbourhood: Neighbourhood, limit: int = LIMIT, kinds: Iterable[Kind] = tuple(Kind)) -> Slice:
    """The slice of at most ``limit`` nodes, the focus first, then by importance; beside it only the ``kinds``."""
    wanted = set(kinds)
    places = max(limit - 1, 0)
    near = [candidate for candidate in neighbourhood.near if candidate.node.kind in wanted]
    far = [candidate for candidate in neighbourhood.far if candidate.node.kind in wanted]
    bridges_at_most = round(places * BRIDGE_SHARE) if far else 0
    chosen = _by_quota(near, QUOTAS[neighbourhood.focus.kind], places - bridges_at_most)
    bridges = _bridges(chosen, far, neighbourhood, bridges_at_most)
    if len(bridges) < bridges_at_most:
        chosen = _by_quota(near, QUOTAS[neighbourhood.focus.kind], places - len(bridges))
    nodes = (neighbourhood.focus, *chosen, *bridges)
    return Slice(nodes, _edges(nodes, neighbourhood.edges), tuple(neighbourhood.notes))


def _ranked(candidates: Iterable[Candidate]) -> list[Node]:
    ordered = sorted(candidates, key=lambda candidate: (-candidate.score, candidate.node.key))
    return [candidate.node for candidate in ordered]


def _by_quota(near: Sequence[Candidate], quotas: Mapping[Kind, float], places: int) -> list[Node]:
    """The best of each kind up to its share; then the places left over go round the kinds that have more to show."""
    queues = {kind: _ranked(c for c in near if c.node.kind == kind) for kind in quotas}
    taken = {kind: min(len(queues[kind]), int(places * share)) for kind, share in quotas.items()}
    free = places - sum(taken.values())
    while free > 0:
        growing = [kind for kind in quotas if taken[kind] < len(queues[kind])]
        if not growing:
            break
        neediest = min(growing, key=lambda kind: (taken[kind] / quotas[kind], kind.value))
        taken[neediest] += 1
        free -= 1
    return [node for kind in quotas for node in queues[kind][: taken[kind]]]


def _bridges(
    chosen: Sequence[Node], far: Sequence[Candidate], neighbourhood: Neighbourhood, at_most: int
) -> list[Node]:
    """Far nodes that touch two or more chosen ones, those first that join most groups still apart.

    Groups hold together by writing together: a common topic or institution makes nobody acquainted.
    """
    labels = {node.key: node.label for node in chosen}
    focus = neighbourhood.focus.key
    groups = {key: key for key in labels}

    def root(key: str) -> str:
        while groups[key] != key:
            groups[key] = groups[groups[key]]
            key = groups[key]
        return key

    touches: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for edge in neighbourhood.edges:
        if focus in (edge.source, edge.target):
            continue
        inside = [key for key in (edge.source, edge.target) if key in labels]
        if len(inside) == 2 and edge.relation in (Relation.COLLABORATION, Relation.AUTHORSHIP):
            groups[root(edge.source)] = root(edge.target)
        elif len(inside) == 1:
            outside = edge.target if inside[0] == edge.source else edge.source
            touches[outside].append((edge.weight, inside[0]))
    scores = {candidate.node.key: candidate.score for candidate in far}
    waiting = {c.node.key: c.node for c in far if len({key for _, key in touches[c.node.key]}) >= 2}
    bridges: list[Node] = []
    while waiting and len(bridges) < at_most:
        joined = {key: {root(other) for _, other in touches[key]} for key in waiting}
        best = min(waiting, key=lambda key: (-len(joined[key]), -scores[key], key))
        node = waiting.pop(best)
        first, *others = sorted(joined[best])
        for other in others:
            groups[other] = first
        between = [labels[key] for _, key in sorted(set(touches[best]), reverse=True)]
        bridges.append(replace(node, role="bridge", note=_bridge_note(node, between, apart=len(others) > 0)))
    return bridges


def _bridge_note(node: Node, between: Sequence[str], *, apart: bool) -> str:
    names = list(dict.fromkeys(between))
    shown = " and ".join(names[:2]) if len(names) == 2 else f"{names[0]}, {names[1]} and {len(names) - 2} more"
    tie = {Kind.WORK: "Written by", Kind.RESEARCHER: "Works with"}.get(node.kind, "Shared by")
    return f"{tie} {shown}" + (", who are otherwise apart here" if apart else "")


def _edges(nodes: Sequence[Node], edges: Iterable[Edge]) -> tuple[Edge, ...]:
    """The edges between the nodes, thinned to what a reader can follow.

    The ties of the focus and of bridges come first, so that no node stands alone; then others by weight, up to
    ``EDGES_PER_NODE`` times as many edges as nodes. Two nodes have one edge: the first given.
    """
    roles = {node.key: node.role for node in nodes}
    focus = nodes[0].key
    pairs: dict[frozenset[str], Edge] = {}
    for edge in edges:
        if edge.source in roles and edge.target in roles and edge.source != edge.target:
            pairs.setdefault(frozenset((edge.source, edge.target)), edge)

    def rank(edge: Edge) -> tuple[int, float, str, str]:
        ends = (edge.source, edge.target)
        order = 0 if focus in ends else 1 if "bridge" in (roles[edge.source], roles[edge.target]) else 2
        return order, -edge.weight, edge.source, edge.target

    ordered = sorted(pairs.values(), key=rank)
    return tuple(ordered[: int(len(nodes) * EDGES_PER_NODE)])


def summary(drawn: Slice) -> str:
    """The slice in one sentence, for people who do not see the drawing."""
    beside = Counter(node.kind for node in drawn.nodes[1:])
    parts = [counted(beside[kind], kind.value) for kind in Kind if beside[kind]]
    if not parts:
        return f"{drawn.focus.label} with nothing around it yet"
    listed = ", ".join(parts[:-1]) + " and " + parts[-1] if len(parts) > 1 else parts[0]
    return f"{drawn.focus.label} with {listed}"
