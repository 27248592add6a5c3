"""A slice ready for a page: chosen, laid out for two widths, drawn, and as a table."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from graph import selection
from graph.drawing import draw
from graph.elements import Edge, Kind, Node, Slice
from graph.findings import Finding, findings
from graph.layout import NARROW, WIDE, arrange
from graph.neighbourhoods import Focus, around
from graph.options import Options

OTHER_TIES_SHOWN = 4


@dataclass(frozen=True, slots=True)
class TieCell:
    """A tie of a table row: the other node and the reason."""

    label: str
    url: str
    reason: str


@dataclass(frozen=True, slots=True)
class TableRow:
    """One node of the drawing as a table row: why it is here and what else it is tied to."""

    node: Node
    reason: str
    ties: tuple[TieCell, ...]
    more: int


@dataclass(frozen=True, slots=True)
class SliceView:
    """Everything a template needs. ``wide`` and ``narrow`` are SVG of our own making, safe to insert.

    ``summary`` counts what the wide drawing and the table show, ``narrow_summary`` what the narrow one does.
    """

    drawn: Slice
    wide: str
    narrow: str
    summary: str
    groups: tuple[tuple[Kind, tuple[TableRow, ...]], ...]
    narrow_summary: str = ""
    findings: tuple[Finding, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing beside the focus."""
        return len(self.drawn.nodes) == 1

    @property
    def has_bridges(self) -> bool:
        """Whether some node is two steps from the focus."""
        return any(node.role == "bridge" for node in self.drawn.nodes)


def view(focus: Focus, options: Options) -> SliceView:
    """The slice round a focus under the reader's filters."""
    neighbourhood = around(focus, options.years)
    drawn = selection.choose(neighbourhood, selection.LIMIT, options.kinds)
    narrow = selection.choose(neighbourhood, selection.NARROW_LIMIT, options.kinds)
    return SliceView(
        drawn=drawn,
        wide=draw(drawn, arrange(drawn, WIDE), WIDE),
        narrow=draw(narrow, arrange(narrow, NARROW), NARROW),
        summary=selection.summary(drawn),
        groups=table(drawn),
        narrow_summary=selection.summary(narrow),
        findings=findings(neighbourhood, drawn),
    )


def table(drawn: Slice) -> tuple[tuple[Kind, tuple[TableRow, ...]], ...]:
    """The nodes by kind, in order of importance, each with its reason and its ties to other nodes than the focus."""
    nodes = {node.key: node for node in drawn.nodes}
    ties: dict[str, list[tuple[Node, Edge]]] = defaultdict(list)
    for edge in drawn.edges:
        ties[edge.source].append((nodes[edge.target], edge))
        ties[edge.target].append((nodes[edge.source], edge))
    rows: dict[Kind, list[TableRow]] = defaultdict(list)
    for node in drawn.nodes[1:]:
        to_focus = [edge.reason for other, edge in ties[node.key] if other.key == drawn.focus.key]
        others = [TieCell(o.label, o.url, edge.reason) for o, edge in ties[node.key] if o.key != drawn.focus.key]
        shown, more = tuple(others[:OTHER_TIES_SHOWN]), max(len(others) - OTHER_TIES_SHOWN, 0)
        rows[node.kind].append(TableRow(node, node.note or (to_focus or [""])[0], shown, more))
    return tuple((kind, tuple(rows[kind])) for kind in Kind if rows[kind])
