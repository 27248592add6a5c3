"""The SVG: well formed, safe with any text, complete when it stands alone."""

from __future__ import annotations

from dataclasses import replace
from xml.etree.ElementTree import Element

import pytest

from graph.drawing import draw, standalone
from graph.elements import Kind, Slice
from graph.layout import WIDE, arrange
from graph.selection import choose
from tests.graph.worlds import parse_svg, small_world

SVG = "{http://www.w3.org/2000/svg}"


def picture(drawn: Slice) -> Element:
    return parse_svg(draw(drawn, arrange(drawn, WIDE), WIDE))


def test_edges_come_before_nodes_so_that_nodes_lie_over_them() -> None:
    assert [group.get("class") for group in picture(choose(small_world()))] == ["ties", "nodes"]


def test_each_node_is_a_link_that_says_what_it_is_and_why() -> None:
    drawn = choose(small_world())
    links = list(picture(drawn).iter(f"{SVG}a"))
    assert len(links) == len(drawn.nodes)
    spoken = {link.get("aria-label") for link in links}
    assert "Researcher Ben Okri: 6 works together, 2019–2022" in spoken
    assert "Researcher Zoe Quist: Works with Chen Wei and Ben Okri, who are otherwise apart here" in spoken


def test_each_edge_carries_its_reason() -> None:
    drawn = choose(small_world())
    titles = [tie.findtext(f"{SVG}title") for tie in picture(drawn)[0]]
    assert titles == [edge.reason for edge in drawn.edges]


def test_kinds_differ_in_shape() -> None:
    shapes = {}
    for node in picture(choose(small_world()))[1]:
        mark = next(part for part in node if part.get("class") == "mark")
        kind = (node.get("class") or "").split("kind-")[1]
        shapes[kind] = (mark.tag.removeprefix(SVG), mark.get("rx") is not None)
    assert shapes == {
        Kind.RESEARCHER: ("circle", False),
        Kind.WORK: ("rect", True),
        Kind.TOPIC: ("path", False),
        Kind.INSTITUTION: ("rect", False),
    }


@pytest.mark.parametrize(
    "name", ["</text><script>alert(1)</script>", '" onload="x', "A & B < C", "bell\x07 null\x00 \ud800"]
)
def test_no_name_breaks_out_of_the_picture(name: str) -> None:
    world = small_world()
    world.focus = replace(world.focus, label=name)
    drawn = choose(world)
    svg = draw(drawn, arrange(drawn, WIDE), WIDE)
    root = parse_svg(svg)
    assert "<script" not in svg
    assert not any(name.startswith("on") for part in root.iter() for name in part.attrib)
    svg.encode()


def test_the_page_picture_has_no_inline_style() -> None:
    drawn = choose(small_world())
    svg = draw(drawn, arrange(drawn, WIDE), WIDE)
    assert "style" not in svg


def test_the_downloaded_picture_is_complete_in_itself() -> None:
    drawn = choose(small_world())
    svg = standalone(drawn, arrange(drawn, WIDE), WIDE, caption="BZPEER · Ada Lovelace")
    root = parse_svg(svg)
    text = " ".join(root.itertext())
    assert ".mark" in text
    assert "prefers-color-scheme:dark" in text
    assert "BZPEER · Ada Lovelace" in text
    assert {"researchers", "works", "topics", "institutions"} <= set(text.split())
    assert "var(" not in svg
    assert "http" not in svg.replace("http://www.w3.org/2000/svg", "")
