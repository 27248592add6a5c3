"""A slice as a file for other tools: GraphML, GEXF, JSON and PNG."""

from __future__ import annotations

import io
from typing import Any

import networkx as nx
import orjson
import resvg_py

from graph.drawing import clean
from graph.elements import Slice
from graph.layout import Canvas

#: Of a picture at twice its size; the explorer's largest ones have more.
MOST_PIXELS = 2_500_000


def network(drawn: Slice) -> nx.Graph:
    """The slice as a networkx graph; attributes hold text and numbers only, an unknown year is left out."""
    graph = nx.Graph(name=clean(drawn.focus.label))
    for node in drawn.nodes:
        facts = {"label": clean(node.label), "kind": str(node.kind), "role": node.role, "url": clean(node.url)}
        graph.add_node(clean(node.key), **facts, **({} if node.year is None else {"year": node.year}))
    for edge in drawn.edges:
        years = {"first_year": edge.first_year, "last_year": edge.last_year}
        graph.add_edge(
            clean(edge.source),
            clean(edge.target),
            relation=str(edge.relation),
            reason=clean(edge.reason),
            weight=round(edge.weight, 4),
            **{name: year for name, year in years.items() if year is not None},
        )
    return graph


def graphml(drawn: Slice) -> bytes:
    """GraphML 1.0."""
    stream = io.BytesIO()
    nx.write_graphml_xml(network(drawn), stream, named_key_ids=True)
    return stream.getvalue()


def gexf(drawn: Slice) -> bytes:
    """GEXF 1.2."""
    stream = io.BytesIO()
    nx.write_gexf(network(drawn), stream)
    return stream.getvalue()


def as_dict(drawn: Slice) -> dict[str, Any]:
    """The slice as plain values: ``focus``, ``nodes``, ``edges``, ``notes``."""
    return {
        "focus": drawn.focus.key,
        "nodes": [
            {
                "key": node.key,
                "kind": str(node.kind),
                "label": node.label,
                "url": node.url,
                "role": node.role,
                "note": node.note,
                "year": node.year,
            }
            for node in drawn.nodes
        ],
        "edges": [
            {
                "source": edge.source,
                "target": edge.target,
                "relation": str(edge.relation),
                "reason": edge.reason,
                "weight": round(edge.weight, 4),
                "first_year": edge.first_year,
                "last_year": edge.last_year,
            }
            for edge in drawn.edges
        ],
        "notes": list(drawn.notes),
    }


def json(drawn: Slice) -> bytes:
    """The plain values of ``as_dict`` as JSON."""
    return orjson.dumps(as_dict(drawn), option=orjson.OPT_INDENT_2)


def png(picture: str, canvas: Canvas) -> bytes:
    """A standalone SVG of this canvas as PNG, with the fonts of this machine.

    At twice its size where that is no more than ``MOST_PIXELS``: what a picture costs to render goes with its area.
    """
    zoom = 2 if 4 * canvas.width * canvas.height <= MOST_PIXELS else 1
    return bytes(resvg_py.svg_to_bytes(svg_string=picture, zoom=zoom, sans_serif_family="DejaVu Sans"))
