"""A researcher in context: circles, similar researchers, topics and collaborators over time."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from graph import focus
from graph.context import context_of


@require_safe
@vary_on_headers("HX-Request")
def page(request: HttpRequest, author_id: int, slug: str) -> HttpResponse:
    """The fragment for htmx, the whole page for everybody else."""
    try:
        author = focus.author(author_id)
    except focus.Moved as moved:
        return redirect("researcher-context", moved.author.pk, moved.author.slug, permanent=True)
    if slug != author.slug:
        return redirect("researcher-context", author.pk, author.slug, permanent=True)
    is_fragment = request.headers.get("HX-Request") == "true"
    template = "graph/_context.html" if is_fragment else "graph/context.html"
    return render(request, template, {"author": author, "context": context_of(author)})
