"""The full explorer: one page of links and a table, which scripts turn into a map to pan, zoom and rearrange."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from graph import exploring, focus, options
from graph.drawing import draw
from graph.elements import Slice
from graph.exploring import State
from graph.layout import WIDE, arrange, canvas_for
from graph.panel import panel_of
from graph.selection import summary
from graph.slice import SliceView, table
from graph.views.downloads import ENDINGS
from works.models import Author

SUGGESTED = 12


@dataclass(frozen=True, slots=True)
class Step:
    """A link of the explorer: its words and the state it leads to."""

    label: str
    state: State


@require_safe
@vary_on_headers("HX-Request")
def explorer(request: HttpRequest) -> HttpResponse:
    """The picture of the state in the address; without a focus, a way to choose one."""
    state = exploring.parse(request.GET)
    if state is None:
        return _start(request, asked=request.GET.get("focus", ""))
    try:
        thing = exploring.find_thing(state.focus)
    except focus.Moved as moved:
        target = State(focus=f"researcher:{moved.author.pk}", options=state.options)
        return redirect(f"{request.path}?{target.query}", permanent=True)
    drawn = exploring.build(state, thing)
    if state.selected not in {node.key for node in drawn.nodes}:
        state = state.select(drawn.focus.key)
    selected = next(node for node in drawn.nodes if node.key == state.selected)
    panel = panel_of(drawn, selected)
    found = exploring.matches(drawn, state.find)
    context = {
        "state": state,
        "focus": drawn.focus,
        "view": _view(drawn, state),
        "address": reverse("graph-explorer"),
        "asked": state.options,
        "kinds": options.chosen(state.options.kinds),
        "selected": selected,
        "panel": panel,
        "ties": [(Step(node.label, state.select(node.key)), reason) for node, reason in panel.ties],
        "steps": _steps(state, drawn),
        "trail": [Step(label, earlier) for label, earlier in exploring.trail_nodes(state)],
        "found": [Step(node.label, state.select(node.key)) for node in found[:20]],
        "count": len(drawn.nodes),
        "endings": ENDINGS,
    }
    is_fragment = request.headers.get("HX-Request") == "true"
    return render(request, "graph/_explorer_step.html" if is_fragment else "graph/explorer.html", context)


def _start(request: HttpRequest, *, asked: str) -> HttpResponse:
    """Researchers to begin with; 404 when the address named a focus that is none."""
    suggested = Author.objects.public().order_by("-work_count", "pk")[:SUGGESTED]
    context = {"suggested": suggested, "asked": asked[:80]}
    return render(request, "graph/start.html", context, status=404 if asked else 200)


def _view(drawn: Slice, state: State) -> SliceView:
    canvas = WIDE if len(drawn.nodes) <= 40 else canvas_for(len(drawn.nodes))
    places = arrange(drawn, canvas, {key: (float(x), float(y)) for key, (x, y) in state.pins.items()})
    address = reverse("graph-explorer")
    svg = draw(drawn, places, canvas, href=lambda node: f"{address}?{state.select(node.key).query}")
    return SliceView(drawn, svg, "", summary(drawn), table(drawn))


def _steps(state: State, drawn: Slice) -> list[Step]:
    """What can be done with the selected node."""
    key = state.selected
    steps = []
    if key in state.expanded:
        steps.append(Step("Fold in what lies around it", state.collapse(key)))
    elif key != state.focus and len(drawn.nodes) < exploring.MOST_NODES:
        steps.append(Step("Show what lies around it", state.expand(key)))
    if key != state.focus:
        steps.append(Step("Make it the focus", state.go(key)))
        steps.append(Step("Hide it", state.hide(key)))
    if key in state.pins:
        steps.append(Step("Let it move freely", state.unpin(key)))
    if state.hidden:
        steps.append(Step(f"Show the {len(state.hidden)} hidden", state.show_all()))
    return steps
