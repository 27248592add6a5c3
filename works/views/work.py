"""The page of one work and its citation exports."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from works.citations import to_bibtex, to_csl, to_ris
from works.models import Work, WorkTopic, WorkVersion
from works.paging import number_cursor
from works.work_page import (
    NAMES_IN_PART,
    citation_of,
    describe,
    meta_tags,
    names_from,
    shown_citation,
    structured_data,
)

FORMATS: dict[str, tuple[Callable[..., str], str]] = {
    "bib": (to_bibtex, "application/x-bibtex"),
    "ris": (to_ris, "application/x-research-info-systems"),
    "json": (to_csl, "application/vnd.citationstyles.csl+json"),
}


@require_safe
def work(request: HttpRequest, work_id: int, slug: str = "") -> HttpResponse:
    """The work with everything that is known of it; another slug is sent to the right address."""
    found = _work(work_id)
    if found.is_deleted:
        return _gone(request)
    if slug != found.slug:
        return _moved(request, found.get_absolute_url())
    description = describe(found)
    citation = shown_citation(citation_of(description, request.build_absolute_uri(found.get_absolute_url())))
    context = {
        "work": found,
        "item": description,
        "meta_tags": meta_tags(citation),
        "structured_data": structured_data(citation, description),
        "bibtex": to_bibtex(citation),
        "next_start": NAMES_IN_PART,
    }
    return render(request, "works/work.html", context)


@require_safe
def authors(request: HttpRequest, work_id: int, slug: str) -> HttpResponse:
    """A further part of a very long author list, from the position ``from`` on: a fragment for htmx, else a page."""
    found = get_object_or_404(Work.objects.defer("search"), pk=work_id)
    if found.is_deleted:
        return _gone(request)
    if slug != found.slug:
        return _moved(request, reverse("work-authors", args=[found.pk, found.slug]))
    cursor = number_cursor(request.GET.get("from", "0"), 1)
    start = min(cursor[0], found.author_count) if cursor else 0
    names = names_from(found, start)
    context = {
        "work": found,
        "names": names,
        "first": start + 1,
        "last": start + len(names),
        "unread": max(0, found.author_count - start - len(names)),
        "next_start": start + NAMES_IN_PART,
    }
    template = "works/_more_authors.html" if getattr(request, "htmx", False) else "works/authors.html"
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_safe
def cite(request: HttpRequest, work_id: int, slug: str, extension: str) -> HttpResponse:
    """The citation as a file: BibTeX, RIS or CSL-JSON."""
    if extension not in FORMATS:
        raise Http404("Citations come as .bib, .ris and .json")
    found = _work(work_id)
    if found.is_deleted:
        return _gone(request)
    if slug != found.slug:
        return _moved(request, reverse("cite-work", args=[found.pk, found.slug, extension]))
    citation = citation_of(describe(found, names=None), request.build_absolute_uri(found.get_absolute_url()))
    render_citation, content_type = FORMATS[extension]
    response = HttpResponse(render_citation(citation), content_type=f"{content_type}; charset=utf-8")
    response["Content-Disposition"] = f'inline; filename="{found.slug}.{extension}"'
    return response


def _work(work_id: int) -> Work:
    topics = Prefetch("work_topics", WorkTopic.objects.select_related("topic").order_by("position"))
    versions = Prefetch("versions", WorkVersion.objects.order_by("number"))
    return get_object_or_404(Work.objects.defer("search").prefetch_related("identifiers", versions, topics), pk=work_id)


def _gone(request: HttpRequest) -> HttpResponse:
    """What stands for a work whose source deleted it."""
    return render(request, "works/gone.html", status=HTTPStatus.GONE)


def _moved(request: HttpRequest, address: str) -> HttpResponsePermanentRedirect:
    query = request.META.get("QUERY_STRING", "")
    return HttpResponsePermanentRedirect(f"{address}?{query}" if query else address)
