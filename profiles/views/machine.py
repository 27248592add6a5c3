"""A researcher for other programs: Atom feed, citation files, the embeddable card and its JSON."""

from __future__ import annotations

from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.utils.feedgenerator import Atom1Feed
from django.utils.http import http_date
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from profiles.access import of_researcher
from profiles.addresses import site_of
from profiles.bibliography import FORMATS, bibliography
from profiles.feeds import feed_document, feed_state
from profiles.heads import ResearcherHead
from profiles.structured import card_facts


@require_safe
@of_researcher
def feed(request: HttpRequest, head: ResearcherHead) -> HttpResponse:
    """The newest works as Atom; 304 for a reader who has them."""
    author, site = head.author, site_of(request)
    state = feed_state(author, site)
    changed = int(state.changed.timestamp())
    unchanged: HttpResponse | None = get_conditional_response(request, etag=state.etag, last_modified=changed)
    response = unchanged or HttpResponse(feed_document(author, site, state), content_type=Atom1Feed.content_type)
    response["ETag"] = state.etag
    response["Last-Modified"] = http_date(changed)
    response["Cache-Control"] = "public, max-age=0, must-revalidate"
    return response


@require_safe
@of_researcher
def cite(request: HttpRequest, head: ResearcherHead, ending: str) -> HttpResponseBase:
    """All works as BibTeX or RIS, streamed."""
    author = head.author
    response = StreamingHttpResponse(
        bibliography(author, ending, site_of(request)), content_type=f"{FORMATS[ending][1]}; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="{author.slug}.{ending}"'
    return response


@require_safe
@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"]})  # this one page is made to stand inside other sites
@of_researcher
def card(request: HttpRequest, head: ResearcherHead) -> HttpResponse:
    """A small page about the researcher for an iframe on any site; it holds nothing personal and no form."""
    return render(request, "profiles/card.html", {"head": head, "author": head.author, "site": site_of(request)})


@require_safe
@of_researcher
def card_json(request: HttpRequest, head: ResearcherHead) -> HttpResponse:
    """The facts of the card, readable from scripts of any site."""
    return JsonResponse(
        card_facts(head, site_of(request)),
        headers={"Access-Control-Allow-Origin": "*"},
        json_dumps_params={"ensure_ascii": False},
    )
