"""A researcher for other programs: Atom feed, citation files, the embeddable card and its JSON."""

from __future__ import annotations

from datetime import UTC, datetime, time

from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import format_html_join
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from profiles.access import of_researcher
from profiles.addresses import site_of
from profiles.bibliography import FORMATS, bibliography
from profiles.heads import ResearcherHead
from profiles.structured import card_facts
from works.characters import one_line
from works.markup import plain_text
from works.models import Work
from works.text_matches import in_listing_order

FEED_LENGTH = 50


@require_safe
@of_researcher
def feed(request: HttpRequest, head: ResearcherHead) -> HttpResponse:
    """The newest works as Atom. An entry keeps its id whatever happens to its title."""
    site, author = site_of(request), head.author
    atom = Atom1Feed(
        title=f"{author.display_name}: published work",
        link=site + author.get_absolute_url(),
        description=f"New works of {author.display_name}",
        feed_url=site + reverse("researcher-feed", args=[author.pk, author.slug]),
        author_name=author.display_name,
    )
    newest = Work.objects.listed().filter(attributions__author=author).defer("search")
    for work in newest.order_by(*in_listing_order(by_index=False))[:FEED_LENGTH]:
        atom.add_item(
            title=plain_text(work.title),
            link=site + work.get_absolute_url(),
            unique_id=f"{site}/works/{work.pk}",
            description=_as_html(work.abstract),
            author_name=one_line(work.byline),
            pubdate=datetime.combine(work.listed_on, time(), UTC),
            updateddate=datetime.combine(work.updated or work.listed_on, time(), UTC),
        )
    return HttpResponse(atom.writeString("utf-8"), content_type=atom.content_type)


def _as_html(abstract: str) -> str:
    """The abstract as the HTML that summaries of Atom are: text from outside, escaped, in its paragraphs."""
    parts = [plain_text(part) for part in abstract.splitlines()]
    return format_html_join("", "<p>{}</p>", ((part,) for part in parts if part))


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
