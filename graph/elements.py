"""The parts of a drawn graph: nodes, edges with the reason they exist, and the slice that holds them.

Plain values shared by selection, layout, drawing and exports. A node key is ``<kind>:<id>`` and is what addresses carry
(``/graph/?focus=researcher:12``).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum


class Kind(StrEnum):
    """What a node stands for. Each kind has a shape as well as a colour."""

    RESEARCHER = "researcher"
    WORK = "work"
    TOPIC = "topic"
    INSTITUTION = "institution"

    @property
    def plural(self) -> str:
        """The word pages and tables use for several of them."""
        return f"{self.value}s"


class Relation(StrEnum):
    """What an edge says."""

    COLLABORATION = "collaboration"
    AUTHORSHIP = "authorship"
    SUBJECT = "subject"
    AFFILIATION = "affiliation"
    NEIGHBOUR = "neighbour"


@dataclass(frozen=True, slots=True)
class Node:
    """One thing in the picture.

    ``label`` is the full text; drawings shorten it. ``weight`` (0 to 1) sets the size of the mark. ``role`` is
    ``focus``, ``near`` (touches the focus) or ``bridge`` (two steps away, joins what otherwise is apart). ``note``
    says in one sentence why the node was chosen.
    """

    key: str
    kind: Kind
    label: str
    url: str = ""
    weight: float = 0.5
    role: str = "near"
    note: str = ""
    year: int | None = None

    @property
    def id(self) -> str:
        """The part of the key after the kind."""
        return self.key.partition(":")[2]


@dataclass(frozen=True, slots=True)
class Edge:
    """A tie between two node keys, with its reason in words; ``weight`` (0 to 1) sets the width of the line."""

    source: str
    target: str
    relation: Relation
    reason: str
    weight: float = 0.3
    first_year: int | None = None
    last_year: int | None = None


@dataclass(frozen=True, slots=True)
class Slice:
    """The bounded part of the research graph shown on one page. The focus is the first node."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    notes: tuple[str, ...] = ()

    @property
    def focus(self) -> Node:
        """The node the slice was made for."""
        return self.nodes[0]

    def keep(self, keys: Iterable[str]) -> Slice:
        """The same slice with only the named nodes (the focus always stays) and the edges between them."""
        wanted = {self.focus.key, *keys}
        return replace(
            self,
            nodes=tuple(node for node in self.nodes if node.key in wanted),
            edges=tuple(edge for edge in self.edges if edge.source in wanted and edge.target in wanted),
        )

    def count(self, kind: Kind) -> int:
        """How many nodes of one kind there are, the focus included."""
        return sum(node.kind == kind for node in self.nodes)


def key_of(kind: Kind, identifier: int | str) -> str:
    """The node key of a thing."""
    return f"{kind.value}:{identifier}"


def parse_key(text: str) -> tuple[Kind, str] | None:
    """The kind and id behind a node key, or None when the text is not one."""
    kind, _, identifier = text.strip().partition(":")
    if kind not in set(Kind) or not identifier or len(identifier) > 120:
        return None
    return Kind(kind), identifier


def years_phrase(first: int | None, last: int | None) -> str:
    """``2019``, ``2019–2022``, or nothing when no year is known."""
    if first is None and last is None:
        return ""
    if first is None or last is None or first == last:
        return str(last if last is not None else first)
    return f"{first}–{last}"


def counted(number: int, singular: str, plural: str | None = None) -> str:
    """``1 work``, ``3 works``."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"
