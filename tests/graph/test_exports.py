"""Exports read back as the same graph."""

from __future__ import annotations

import io
from dataclasses import replace

import networkx as nx
import orjson
import pytest

from graph import exports
from graph.layout import WIDE, Canvas, canvas_for
from graph.selection import choose
from tests.graph.worlds import small_world


def test_graphml_and_gexf_read_back_with_their_attributes() -> None:
    drawn = choose(small_world())
    for written, read in ((exports.graphml, nx.read_graphml), (exports.gexf, nx.read_gexf)):
        graph = read(io.BytesIO(written(drawn)))
        assert set(graph) == {node.key for node in drawn.nodes}
        assert graph.number_of_edges() == len(drawn.edges)
        assert graph.nodes["researcher:1"]["label"] == "Ada Lovelace"
        assert graph.edges["researcher:1", "researcher:10"]["reason"] == "6 works together, 2019–2022"


def test_json_holds_nodes_edges_and_notes() -> None:
    drawn = replace(choose(small_world()), notes=("Only works since 2019.",))
    data = orjson.loads(exports.json(drawn))
    assert data["focus"] == "researcher:1"
    assert len(data["nodes"]) == len(drawn.nodes)
    assert len(data["edges"]) == len(drawn.edges)
    assert data["notes"] == ["Only works since 2019."]


def test_control_characters_do_not_break_a_file() -> None:
    world = small_world()
    world.focus = replace(world.focus, label="Ada\x00\x1b Lovelace <&>")
    graph = nx.read_graphml(io.BytesIO(exports.graphml(choose(world))))
    assert graph.nodes["researcher:1"]["label"] == "Ada Lovelace <&>"


@pytest.mark.parametrize(("canvas", "zoom"), [(WIDE, 2), (canvas_for(150), 1)])
def test_a_picture_is_enlarged_unless_it_is_large(canvas: Canvas, zoom: int) -> None:
    size = f'width="{canvas.width}" height="{canvas.height}"'
    written = exports.png(f'<svg xmlns="http://www.w3.org/2000/svg" {size}></svg>', canvas)
    width, height = (int.from_bytes(written[start : start + 4]) for start in (16, 20))
    assert (width, height) == (canvas.width * zoom, canvas.height * zoom)
