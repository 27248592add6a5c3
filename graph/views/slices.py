"""The slice of the research graph under a researcher, work, topic or institution: a page and its fragment."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from graph import caching, focus, options, slice
from graph.elements import Kind
from graph.neighbourhoods import Focus, node_of
from graph.views.downloads import ENDINGS
from works.models import Author


@require_safe
@vary_on_headers("HX-Request")
def researcher(request: HttpRequest, author_id: int, slug: str) -> HttpResponse:
    return _slice(request, Kind.RESEARCHER, str(author_id))


@require_safe
@vary_on_headers("HX-Request")
def work(request: HttpRequest, work_id: int, slug: str) -> HttpResponse:
    return _slice(request, Kind.WORK, str(work_id))


@require_safe
@vary_on_headers("HX-Request")
def topic(request: HttpRequest, code: str) -> HttpResponse:
    return _slice(request, Kind.TOPIC, code)


@require_safe
@vary_on_headers("HX-Request")
def institution(request: HttpRequest, institution_id: int, slug: str) -> HttpResponse:
    return _slice(request, Kind.INSTITUTION, str(institution_id))


def _slice(request: HttpRequest, kind: Kind, identifier: str) -> HttpResponse:
    """The fragment for htmx, the whole page for everybody else; a merged or renamed focus answers 301."""
    try:
        thing = focus.find(kind, identifier)
    except focus.Moved as moved:
        return redirect(f"{moved.author.get_absolute_url()}graph/", permanent=True)
    address = f"{thing.get_absolute_url()}graph/"
    if request.path != address:
        query = request.META.get("QUERY_STRING", "")
        return redirect(f"{address}{'?' if query else ''}{query}", permanent=True)
    asked = options.parse(request.GET)
    fragment = _fragment(thing, asked, address)
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(fragment)
    return render(request, "graph/slice.html", {"focus": node_of(thing), "fragment": fragment})


def _fragment(thing: Focus, asked: options.Options, address: str) -> str:
    """The slice as HTML, the same for every reader; kept in the cache when nothing is filtered."""
    node, revision = node_of(thing), thing.revision if isinstance(thing, Author) else 0
    if asked.is_default and not asked.notes:
        kept = caching.recall(node.key, revision)
        if isinstance(kept, str):
            return mark_safe(kept)  # noqa: S308  # rendered by the line below, on an earlier request
    context = {
        "focus": node,
        "view": slice.view(thing, asked),
        "address": address,
        "asked": asked,
        "kinds": options.chosen(asked.kinds),
        "endings": ENDINGS,
    }
    made = render_to_string("graph/_slice.html", context)
    if asked.is_default and not asked.notes:
        caching.remember(node.key, revision, str(made))
    return made
