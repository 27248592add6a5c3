"""The explorer's state, all of it in the address: what is in focus, what was expanded, hidden, pinned and selected."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from django.http import Http404, QueryDict

from graph import focus, options, selection
from graph.elements import Edge, Node, Slice, parse_key
from graph.neighbourhoods import Focus, around, node_of
from graph.options import Options

MOST_NODES = 400
EXPANDED_NODES = 26
MOST_EXPANSIONS = 16
LONGEST_TRAIL = 8
LARGEST_COORDINATE = 20_000
_COORDINATE = re.compile(r"-?[0-9]{1,5}")


@dataclass(frozen=True, slots=True)
class State:
    """Node keys throughout. ``trail`` are the earlier focuses, oldest first; ``pins`` are points on the canvas."""

    focus: str
    expanded: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    pins: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    selected: str = ""
    trail: tuple[str, ...] = ()
    find: str = ""
    options: Options = field(default_factory=Options)

    @property
    def pinned(self) -> list[str]:
        """The pins as they stand in an address: ``key@x,y``."""
        return [f"{key}@{x},{y}" for key, (x, y) in self.pins.items()]

    @property
    def query(self) -> str:
        """The query string that leads back to this state."""
        asked = QueryDict(mutable=True)
        asked["focus"] = self.focus
        lists = {"expand": self.expanded, "hide": self.hidden, "trail": self.trail}
        for name, keys in lists.items():
            if keys:
                asked.setlist(name, list(keys))
        if self.pins:
            asked.setlist("pin", self.pinned)
        if self.selected:
            asked["select"] = self.selected
        if self.find:
            asked["find"] = self.find
        rest = self.options.query
        return asked.urlencode(safe=":@,") + (f"&{rest}" if rest else "")

    def select(self, key: str) -> State:
        """The side panel shows another node."""
        return replace(self, selected=key)

    def expand(self, key: str) -> State:
        """What lies round a node joins the picture."""
        kept = tuple(known for known in self.expanded if known != key)
        return replace(self, expanded=(*kept, key)[-MOST_EXPANSIONS:], selected=key)

    def collapse(self, key: str) -> State:
        """What came with a node leaves again."""
        return replace(self, expanded=tuple(known for known in self.expanded if known != key))

    def hide(self, key: str) -> State:
        """A node leaves the picture."""
        selected = "" if self.selected == key else self.selected
        return replace(self, hidden=(*(known for known in self.hidden if known != key), key), selected=selected)

    def show_all(self) -> State:
        """Hidden nodes come back."""
        return replace(self, hidden=())

    def unpin(self, key: str) -> State:
        """A node goes where the layout puts it."""
        return replace(self, pins={known: point for known, point in self.pins.items() if known != key})

    def go(self, key: str) -> State:
        """Another node becomes the focus; the present one joins the trail, or the trail is cut back to the node."""
        trail = self.trail[: self.trail.index(key)] if key in self.trail else (*self.trail, self.focus)
        return State(focus=key, trail=trail[-LONGEST_TRAIL:], options=self.options)


def parse(query: QueryDict) -> State | None:
    """The state an address asks for, None without a usable focus; parts that make no sense are left out."""
    key = query.get("focus", "")
    if parse_key(key) is None:
        return None
    return State(
        focus=key,
        expanded=_keys(query.getlist("expand"))[-MOST_EXPANSIONS:],
        hidden=_keys(query.getlist("hide")),
        pins=dict(pin for pin in map(_pin, query.getlist("pin")) if pin),
        selected=next(iter(_keys([query.get("select", "")])), ""),
        trail=_keys(query.getlist("trail"))[-LONGEST_TRAIL:],
        find=query.get("find", "").replace("\0", "").strip()[:80],
        options=options.parse(query),
    )


def _keys(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if "\0" not in text and parse_key(text)))[:MOST_NODES]


def _pin(text: str) -> tuple[str, tuple[int, int]] | None:
    key, _, point = text.rpartition("@")
    x, _, y = point.partition(",")
    if parse_key(key) is None or not all(_COORDINATE.fullmatch(part) for part in (x, y)):
        return None
    # A node dropped above or left of the drawing stays at its edge.
    return key, (min(max(int(x), 0), LARGEST_COORDINATE), min(max(int(y), 0), LARGEST_COORDINATE))


def find_thing(key: str) -> Focus:
    """The thing behind a node key. Raises Http404 or ``focus.Moved``."""
    parsed = parse_key(key)
    if parsed is None:
        raise Http404("This is no address of a node.")
    return focus.find(*parsed)


def build(state: State, thing: Focus) -> Slice:
    """The picture of a state: the slice of the focus, joined by the slices of expanded nodes, without hidden ones."""
    base = selection.choose(around(thing, state.options.years), selection.LIMIT, state.options.kinds)
    parts = [base]
    for key in state.expanded:
        if key == state.focus:
            continue
        try:
            other = find_thing(key)
        except (Http404, focus.Moved):
            continue
        parts.append(
            selection.choose(around(other, state.options.years), EXPANDED_NODES, state.options.kinds),
        )
    joined = join(parts, MOST_NODES)
    return joined.keep(node.key for node in joined.nodes if node.key not in state.hidden)


def join(parts: Iterable[Slice], most: int) -> Slice:
    """Several slices as one: the first gives the focus; of a node or edge that occurs twice the first is taken."""
    nodes: dict[str, Node] = {}
    edges: dict[frozenset[str], Edge] = {}
    notes: dict[str, None] = {}
    for number, part in enumerate(parts):
        for node in part.nodes:
            if node.key not in nodes and len(nodes) < most:
                nodes[node.key] = node if number == 0 or node.role != "focus" else replace(node, role="near")
        for edge in part.edges:
            edges.setdefault(frozenset((edge.source, edge.target)), edge)
        notes.update(dict.fromkeys(part.notes))
    kept = tuple(edge for edge in edges.values() if edge.source in nodes and edge.target in nodes)
    return Slice(tuple(nodes.values()), kept, tuple(notes))


def trail_nodes(state: State) -> list[tuple[str, State]]:
    """The names of the earlier focuses with the states that go back to them; what is gone is left out."""
    found = []
    for key in state.trail:
        try:
            found.append((node_of(find_thing(key)).label, state.go(key)))
        except (Http404, focus.Moved):
            continue
    return found


def matches(drawn: Slice, text: str) -> list[Node]:
    """The nodes whose label holds the text, whatever its case."""
    wanted = text.casefold()
    return [node for node in drawn.nodes if wanted and wanted in node.label.casefold()]
