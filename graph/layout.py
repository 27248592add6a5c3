"""Where each node stands: stable, deterministic, and without two labels on one spot.

Two steps. *Forces* pull tied nodes together and push all apart, from starting points that depend on each node's own
key and kind only, to which a weak spring holds them: the same slice always lands the same, and one node more moves
the others little (after Fruchterman and Reingold, *Graph Drawing by Force-directed Placement*, 1991). *Places* then
sit the nodes on a staggered grid of label-sized cells with the least total movement (linear assignment), and let each
move inside its cell as far as its label leaves room: two labels can never overlap because two cells never do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from math import ceil, cos, pi, sin, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

from graph import lettering
from graph.elements import Kind, Node, Slice

Floats = NDArray[np.float64]

ROUNDS = 90
ANCHOR = 0.14
"""Strength of the spring to the starting point, against 1 for an edge of full weight: at half of this a new work moved
most nodes of some slices, at twice as much ties lose their pull."""
SECTORS: Mapping[Kind, tuple[float, float]] = {
    Kind.RESEARCHER: (0.62 * pi, 1.45 * pi),
    Kind.WORK: (-0.42 * pi, 0.3 * pi),
    Kind.TOPIC: (0.3 * pi, 0.62 * pi),
    Kind.INSTITUTION: (1.35 * pi, 1.62 * pi),
}
"""The part of the circle where each kind starts, in radians clockwise from the right: people left, works right, topics
below, institutions above."""


@dataclass(frozen=True, slots=True)
class Canvas:
    """The size of a drawing in pixels, its grid (cells in a full row, number of rows, odd) and its lettering."""

    name: str
    width: int
    height: int
    columns: int
    rows: int
    font: float = 13.0

    @property
    def cell(self) -> tuple[float, float]:
        """Width and height of one cell."""
        return self.width / self.columns, self.height / self.rows

    @property
    def lines(self) -> int:
        """How many lines a label may have."""
        return 2


WIDE = Canvas("wide", 720, 468, 6, 9)
NARROW = Canvas("narrow", 340, 572, 3, 11)


def canvas_for(nodes: int) -> Canvas:
    """A canvas with room for any number of nodes, at the proportions of a wide screen (the explorer)."""
    columns = max(6, 2 * ceil(sqrt(nodes * 0.62) / 2))
    rows = max(9, ceil(nodes * 1.3 / (columns - 0.5)) | 1)
    return Canvas("open", columns * 120, rows * 52, columns, rows)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node stands: the centre of its mark, the mark's radius, and its label in lines below the mark."""

    x: float
    y: float
    radius: float
    label: tuple[str, ...]


def arrange(drawn: Slice, canvas: Canvas, pins: Mapping[str, tuple[float, float]] | None = None) -> dict[str, Place]:
    """A place for every node of the slice. ``pins`` holds nodes at the cell nearest to a given point.

    Raises ValueError when the slice has more nodes than the canvas has cells.
    """
    nodes = [drawn.focus, *sorted(drawn.nodes[1:], key=lambda node: node.key)]
    cells, centre = _cells(canvas)
    if len(nodes) > len(cells):
        raise ValueError(f"{len(nodes)} nodes do not fit into {len(cells)} cells")
    wished = _forces(nodes, drawn) * np.array([canvas.width * 0.47, canvas.height * 0.45])
    wished += np.array([canvas.width / 2, canvas.height / 2])
    cost = ((wished[:, None, :] - cells[None, :, :]) ** 2).sum(axis=2)
    cost[0] += 1e9
    cost[0, centre] = 0.0
    for row, node in enumerate(nodes):
        if pins and node.key in pins:
            wished[row] = pins[node.key]
            cost[row] = ((wished[row] - cells) ** 2).sum(axis=1) * 1e4
    # A stored zero would read as no edge, so every cost is raised by one; the best assignment stays the best.
    rows, chosen = min_weight_full_bipartite_matching(csr_array(cost + 1.0))
    return {
        nodes[row].key: _settle(nodes[row], cells[cell], wished[row], canvas)
        for row, cell in zip(rows.tolist(), chosen.tolist(), strict=True)
    }


def _cells(canvas: Canvas) -> tuple[Floats, int]:
    """The centres of all cells, row by row, and the number of the one in the middle of the canvas.

    Every second row is shifted by half a cell and has one cell less; the middle row is of the kind with an odd number.
    """
    cell_width, cell_height = canvas.cell
    middle = canvas.rows // 2
    centres: list[tuple[float, float]] = []
    middle_cell = 0
    for row in range(canvas.rows):
        is_full = ((row - middle) % 2 == 0) == (canvas.columns % 2 == 1)
        count = canvas.columns if is_full else canvas.columns - 1
        if row == middle:
            middle_cell = len(centres) + count // 2
        start = cell_width / 2 if is_full else cell_width
        centres += [(start + column * cell_width, (row + 0.5) * cell_height) for column in range(count)]
    return np.array(centres), middle_cell


def _fraction(key: str, salt: str) -> float:
    """A fixed number in 0..1 for a key."""
    return int.from_bytes(blake2b(f"{salt}:{key}".encode(), digest_size=6).digest(), "big") / 2**48


def _start(node: Node) -> tuple[float, float]:
    """The starting point of a node in a unit square round the focus: in its kind's sector; bridges stand outside."""
    low, high = SECTORS[node.kind]
    angle = low + (high - low) * _fraction(node.key, "angle")
    nearest, depth = (0.85, 0.2) if node.role == "bridge" else (0.42, 0.45)
    radius = nearest + depth * _fraction(node.key, "radius")
    return radius * cos(angle), radius * sin(angle)


def _forces(nodes: list[Node], drawn: Slice) -> Floats:
    """Wished positions in -1..1, the focus at the origin."""
    index = {node.key: row for row, node in enumerate(nodes)}
    anchors = np.array([(0.0, 0.0), *(_start(node) for node in nodes[1:])])
    ties = np.zeros((len(nodes), len(nodes)))
    for edge in drawn.edges:
        source, target = index[edge.source], index[edge.target]
        # The star round the focus says nothing about who belongs together, so that its ties pull least.
        pull = 0.05 if 0 in (source, target) else 0.25 + 0.75 * edge.weight
        ties[source, target] = ties[target, source] = pull
    spacing = 1.3 / sqrt(max(len(nodes), 2))
    x, y = anchors[:, 0].copy(), anchors[:, 1].copy()
    for round_number in range(ROUNDS):
        across, down = x[:, None] - x[None, :], y[:, None] - y[None, :]
        # A node's distance from itself is nothing; any number does, because the force it divides is nothing too.
        distance = np.sqrt(across * across + down * down) + np.eye(len(nodes)) + 1e-9
        pull = 0.5 * spacing**2 / (distance * distance * distance) - 0.35 * ties
        force_x = (pull * across).sum(axis=1) + (anchors[:, 0] - x) * (ANCHOR * 10)
        force_y = (pull * down).sum(axis=1) + (anchors[:, 1] - y) * (ANCHOR * 10)
        length = np.sqrt(force_x * force_x + force_y * force_y) + 1e-9
        step = np.minimum(length, 0.12 * (1 - round_number / ROUNDS) + 0.002) / length
        x, y = np.clip(x + force_x * step, -1.0, 1.0), np.clip(y + force_y * step, -1.0, 1.0)
        x[0] = y[0] = 0.0
    return np.stack((x, y), axis=1)


def _settle(node: Node, cell: Floats, wished: Floats, canvas: Canvas) -> Place:
    """The node in its cell: its label broken to the cell's width, then moved towards its wish while there is room."""
    cell_width, cell_height = canvas.cell
    size = canvas.font + 1 if node.role == "focus" else canvas.font
    label = lettering.wrap(node.label, size, cell_width - 8, canvas.lines)
    radius = mark_radius(node)
    line = size * 1.15
    taken_width = max(max(lettering.width(text, size) for text in label), 2 * radius)
    taken_height = 2 * radius + 2 + line * len(label)
    slack = np.maximum([(cell_width - 4 - taken_width) / 2, (cell_height - 2 - taken_height) / 2], 0.0)
    move = np.clip(wished - cell, -slack, slack) if node.role != "focus" else np.zeros(2)
    x, y = (cell + move).tolist()
    return Place(round(x, 1), round(y - taken_height / 2 + radius, 1), radius, label)


def mark_radius(node: Node) -> float:
    """Half the size of a node's mark in pixels: the focus largest, others by weight."""
    return 11.0 if node.role == "focus" else round(5.5 + 3.5 * min(max(node.weight, 0.0), 1.0), 1)
