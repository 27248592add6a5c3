"""A slice as SVG: built as elements, never by joining text, so that no name can break out of it.

The picture inside a page carries classes only (the page's policy allows no inline style; the rules are in
``static/css/graph.css``). The picture to download is complete in itself, with its rules, key and caption. Kinds
differ in shape as well as colour: researcher circle, work rounded square, topic triangle, institution square.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from xml.etree.ElementTree import Element, SubElement, tostring

from graph import lettering
from graph.elements import Edge, Kind, Node, Slice
from graph.layout import Canvas, Place
from graph.selection import summary

LINE_WIDTHS = (1.0, 1.5, 2.2, 3.2, 4.5)
"""Stroke widths in pixels by weight class; the class of an edge is ``tie-<n>``."""
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")

LIGHT = {
    "paper": "#ffffff",
    "ink": "#1b1d21",
    "soft": "#5b616b",
    "line": "#cfcbc0",
    Kind.RESEARCHER: "#0b5d6b",
    Kind.WORK: "#8a5a00",
    Kind.TOPIC: "#5b3f98",
    Kind.INSTITUTION: "#8c2f39",
}
DARK = {
    "paper": "#1b1e24",
    "ink": "#e9e7e1",
    "soft": "#a3a9b3",
    "line": "#4a505b",
    Kind.RESEARCHER: "#6fc3cf",
    Kind.WORK: "#e0b15a",
    Kind.TOPIC: "#b9a2f0",
    Kind.INSTITUTION: "#ef9aa2",
}
KEY_HEIGHT = 56


def clean(text: str) -> str:
    """The text without characters that XML cannot carry."""
    return _CONTROL.sub("", text)


def draw(
    drawn: Slice, places: Mapping[str, Place], canvas: Canvas, *, href: Callable[[Node], str] | None = None
) -> str:
    """The picture for a page. ``href`` gives the address a node leads to; by default the page of the thing itself."""
    svg = Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "class": f"graph-svg graph-svg-{canvas.name}",
            "viewBox": f"0 0 {canvas.width} {canvas.height}",
            "width": str(canvas.width),
            "height": str(canvas.height),
            "role": "group",
            "aria-label": clean(f"Graph of {summary(drawn)}"),
        },
    )
    _scene(svg, drawn, places, canvas, href or (lambda node: node.url))
    return tostring(svg, encoding="unicode")


def standalone(drawn: Slice, places: Mapping[str, Place], canvas: Canvas, *, caption: str, dark: bool = True) -> str:
    """The picture as a file of its own with rules, key and caption; ``dark`` adds the rules for dark screens."""
    height = canvas.height + KEY_HEIGHT
    svg = Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"0 0 {canvas.width} {height}",
            "width": str(canvas.width),
            "height": str(height),
            "role": "img",
        },
    )
    SubElement(svg, "title").text = clean(f"Graph of {summary(drawn)}")
    SubElement(svg, "desc").text = clean(" ".join((caption, *drawn.notes)))
    SubElement(svg, "style").text = stylesheet(dark=dark)
    SubElement(svg, "rect", {"class": "paper", "width": "100%", "height": "100%"})
    _scene(svg, drawn, places, canvas, lambda node: "")
    _legend(svg, drawn, canvas, caption)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(svg, encoding="unicode")


def stylesheet(*, dark: bool) -> str:
    """The rules of a picture that stands alone. Colours are those of the site's tokens, written out."""
    rules = _palette(LIGHT) + "text{font:500 13px system-ui,'Noto Sans','DejaVu Sans',Arial,sans-serif}"
    rules += ".node-focus text{font-weight:700;font-size:14px}.tie line{fill:none}.tie .reach{stroke:none}"
    rules += ".node text{paint-order:stroke;stroke-width:3px;stroke-linejoin:round}"
    rules += "".join(f".tie-{n} .line{{stroke-width:{w}px}}" for n, w in enumerate(LINE_WIDTHS))
    rules += ".node-bridge .mark{stroke-width:2px;stroke-dasharray:3 2;fill-opacity:.25}.caption{font-size:12px}"
    return rules + (f"@media (prefers-color-scheme:dark){{{_palette(DARK)}}}" if dark else "")


def _palette(colours: Mapping[str, str]) -> str:
    marks = "".join(
        f".kind-{kind} .mark{{fill:{colours[kind]};stroke:{colours[kind]}}}" for kind in (kind.value for kind in Kind)
    )
    return (
        f".paper{{fill:{colours['paper']}}}text{{fill:{colours['ink']}}}.node text{{stroke:{colours['paper']}}}"
        f".caption{{fill:{colours['soft']}}}.tie .line{{stroke:{colours['line']}}}{marks}"
    )


def _scene(
    svg: Element, drawn: Slice, places: Mapping[str, Place], canvas: Canvas, href: Callable[[Node], str]
) -> None:
    """Edges first, then nodes over them, in the order a reader would tab through: focus, top to bottom."""
    edges = SubElement(svg, "g", {"class": "ties", "aria-hidden": "true"})
    for edge in drawn.edges:
        _tie(edges, edge, places)
    nodes = SubElement(svg, "g", {"class": "nodes"})
    reasons = _reasons(drawn)
    for node in sorted(drawn.nodes, key=lambda node: _reading_order(node, places)):
        _mark(nodes, node, places[node.key], canvas, href(node), reasons.get(node.key, ""))


def _reading_order(node: Node, places: Mapping[str, Place]) -> tuple[bool, float, float]:
    place = places[node.key]
    return node.role != "focus", place.y, place.x


def _reasons(drawn: Slice) -> dict[str, str]:
    """Why each node is here: its tie with the focus, or what it bridges."""
    reasons = {node.key: node.note for node in drawn.nodes if node.note}
    for edge in drawn.edges:
        for here, other in ((edge.source, edge.target), (edge.target, edge.source)):
            if other == drawn.focus.key:
                reasons.setdefault(here, edge.reason)
    return reasons


def _tie(parent: Element, edge: Edge, places: Mapping[str, Place]) -> None:
    start, end = places[edge.source], places[edge.target]
    weight = min(int(edge.weight * len(LINE_WIDTHS)), len(LINE_WIDTHS) - 1)
    group = SubElement(
        parent,
        "g",
        {"class": f"tie tie-{weight} tie-{edge.relation}", "data-source": edge.source, "data-target": edge.target},
    )
    SubElement(group, "title").text = clean(edge.reason)
    ends = {"x1": f"{start.x:g}", "y1": f"{start.y:g}", "x2": f"{end.x:g}", "y2": f"{end.y:g}"}
    SubElement(group, "line", {"class": "reach", **ends})
    SubElement(group, "line", {"class": "line", **ends})


def _mark(parent: Element, node: Node, place: Place, canvas: Canvas, address: str, reason: str) -> None:
    attributes = {"class": f"node node-{node.role} kind-{node.kind}", "data-key": node.key}
    if address:
        spoken = f"{node.kind.value.capitalize()} {node.label}" + (f": {reason}" if reason else "")
        group = SubElement(parent, "a", {**attributes, "href": clean(address), "aria-label": clean(spoken)})
    else:
        group = SubElement(parent, "g", attributes)
    SubElement(group, "title").text = clean(f"{node.label} — {reason}" if reason else node.label)
    group.append(shape(node.kind, place.x, place.y, place.radius))
    size = canvas.font + 1 if node.role == "focus" else canvas.font
    text = SubElement(group, "text", {"text-anchor": "middle"})
    for number, line in enumerate(place.label):
        baseline = place.y + place.radius + 2 + size * (0.95 + 1.15 * number)
        SubElement(text, "tspan", {"x": f"{place.x:g}", "y": f"{baseline:.1f}"}).text = clean(line)


def shape(kind: Kind, x: float, y: float, radius: float) -> Element:
    """The mark of a kind, centred on a point."""
    if kind == Kind.RESEARCHER:
        return Element("circle", {"class": "mark", "cx": f"{x:g}", "cy": f"{y:g}", "r": f"{radius:g}"})
    if kind == Kind.TOPIC:
        top, base = y - radius, y + radius * 0.8
        path = f"M{x:g} {top:g}L{x + radius:g} {base:g}H{x - radius:g}Z"
        return Element("path", {"class": "mark", "d": path})
    side = radius * 1.8
    corner = {"rx": f"{radius / 2:g}"} if kind == Kind.WORK else {}
    box = {"x": f"{x - side / 2:g}", "y": f"{y - side / 2:g}", "width": f"{side:g}", "height": f"{side:g}"}
    return Element("rect", {"class": "mark", **box, **corner})


def _legend(svg: Element, drawn: Slice, canvas: Canvas, caption: str) -> None:
    """The key of the kinds that occur, and the caption, under the picture."""
    kinds: Sequence[Kind] = [kind for kind in Kind if drawn.count(kind)]
    row = SubElement(svg, "g")
    left = 16.0
    for kind in kinds:
        entry = SubElement(row, "g", {"class": f"kind-{kind}"})
        entry.append(shape(kind, left, canvas.height + 16, 6))
        label = SubElement(entry, "text", {"class": "caption", "x": f"{left + 12:g}", "y": f"{canvas.height + 20}"})
        label.text = kind.plural
        left += 22 + lettering.width(kind.plural, 12)
    line = SubElement(svg, "text", {"class": "caption", "x": "10", "y": f"{canvas.height + 44}"})
    line.text = clean(lettering.fit(caption, 12, canvas.width - 20))
