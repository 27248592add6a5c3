"""The researcher page and what belongs to it: the list of works as a fragment, and the reason of each work."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from profiles.access import of_researcher
from profiles.addresses import site_of
from profiles.collaborators import all_collaborators
from profiles.evidence import told
from profiles.heads import ResearcherHead
from profiles.history import story_of
from profiles.pages import researcher_page, viewer_towards
from profiles.published import DOUBTFUL_BELOW
from profiles.requests import PageRequest, viewer_of
from profiles.signed_out import kept_for_signed_out
from profiles.structured import json_ld
from works.items import work_items
from works.models import Attribution

WORKS_TARGET = "published"
"""Id of the part of the page that htmx swaps when the controls of the list are used."""


@require_safe
@kept_for_signed_out
@vary_on_headers("Cookie", "HX-Request", "HX-Target")
@of_researcher
def researcher(request: PageRequest, head: ResearcherHead) -> HttpResponse:
    """The whole page; for htmx's controls of the list only the list."""
    page = researcher_page(head, request.GET)
    viewer = viewer_of(request)
    context = {
        "page": page,
        "head": head,
        "author": head.author,
        "address": head.author.get_absolute_url(),
        "site": site_of(request),
        "viewer": viewer_towards(viewer, head.author) if viewer else None,
    }
    is_fragment = request.htmx.target == WORKS_TARGET and not request.htmx.history_restore_request
    if is_fragment:
        return render(request, "profiles/_published.html", context)
    return render(request, "profiles/researcher.html", {**context, "json_ld": json_ld(page, site_of(request))})


@require_safe
@of_researcher
def by_id(request: HttpRequest, head: ResearcherHead) -> HttpResponse:
    """The address with the id alone leads to the page."""
    return redirect(head.author, permanent=True)


@require_safe
@of_researcher
def collaborators(request: HttpRequest, head: ResearcherHead) -> HttpResponse:
    """Everybody who wrote with the researcher."""
    page = all_collaborators(head.author, request.GET.get("cursor", ""))
    context = {"author": head.author, "page": page, "next_query": page.next_cursor and f"cursor={page.next_cursor}"}
    return render(request, "profiles/collaborators.html", context)


@require_safe
@vary_on_headers("HX-Request")
@of_researcher
def why(request: PageRequest, head: ResearcherHead, authorship_id: int) -> HttpResponse:
    """Why a work is on this page: evidence, confidence, who decided and when."""
    found = Attribution.objects.select_related("authorship", "work").filter(author=head.author, pk=authorship_id)
    attribution = found.filter(work__is_deleted=False).first()
    if attribution is None:
        raise Http404("This work is not on this page.")
    context = {
        "author": head.author,
        "attribution": attribution,
        "source": work_items([attribution.work], names=0)[0],
        "reasons": told(attribution),
        "story": story_of(attribution),
        "position": attribution.authorship.position + 1,
        "is_machine": attribution.decided_by == Attribution.DecidedBy.MACHINE,
        "percent": round(attribution.confidence * 100),
        "is_doubtful": attribution.confidence < DOUBTFUL_BELOW,
    }
    return render(request, "profiles/_why.html" if request.htmx else "profiles/why.html", context)


@require_safe
@of_researcher
def works(request: HttpRequest, head: ResearcherHead) -> HttpResponse:
    """The list of works is a part of the page."""
    query = request.META.get("QUERY_STRING", "")
    return redirect(f"{head.author.get_absolute_url()}{'?' if query else ''}{query}#{WORKS_TARGET}")
