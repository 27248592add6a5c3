"""A slice as a file: SVG, PNG, GraphML, GEXF or JSON."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from graph import exploring, exports, focus
from graph.drawing import standalone
from graph.elements import Slice
from graph.layout import WIDE, arrange, canvas_for

CONTENT_TYPES = {
    "svg": "image/svg+xml",
    "png": "image/png",
    "graphml": "application/graphml+xml",
    "gexf": "application/gexf+xml",
    "json": "application/json",
}
ENDINGS = tuple(CONTENT_TYPES)
PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""The standalone picture carries its own rules, so it is served under a policy that allows these and nothing else."""


@require_safe
def download(request: HttpRequest, ending: str) -> HttpResponse:
    """The picture or data of an explorer state; ``focus`` alone gives the slice that the page shows."""
    state = exploring.parse(request.GET)
    if state is None or ending not in CONTENT_TYPES:
        raise Http404(
            "A file needs a focus such as researcher:12 and one of the endings svg, png, graphml, gexf, json."
        )
    try:
        thing = exploring.find_thing(state.focus)
    except focus.Moved as moved:
        return redirect(f"{request.path}?focus=researcher:{moved.author.pk}", permanent=True)
    drawn = exploring.build(state, thing)
    response = HttpResponse(_content(drawn, state, ending), content_type=CONTENT_TYPES[ending])
    response["Content-Security-Policy"] = PICTURE_POLICY
    name = state.focus.replace(":", "-").replace("/", "-")
    response["Content-Disposition"] = f'attachment; filename="bzpeer-{name}.{ending}"'
    return response


def _content(drawn: Slice, state: exploring.State, ending: str) -> bytes:
    if ending == "graphml":
        return exports.graphml(drawn)
    if ending == "gexf":
        return exports.gexf(drawn)
    if ending == "json":
        return exports.json(drawn)
    canvas = WIDE if not state.expanded else canvas_for(len(drawn.nodes))
    places = arrange(drawn, canvas, {key: (float(x), float(y)) for key, (x, y) in state.pins.items()})
    today = timezone.now().date()
    caption = f"{drawn.focus.label} · BZPEER, {today.day} {today:%B %Y}"
    picture = standalone(drawn, places, canvas, caption=caption, dark=ending == "svg")
    return exports.png(picture, canvas) if ending == "png" else picture.encode()
