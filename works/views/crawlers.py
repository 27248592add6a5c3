"""What crawlers read: the site map, in parts of bounded size, and robots.txt."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from xml.sax.saxutils import escape

from django.db.models import Max, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from works.models import Author, Institution, Topic, Work

#: Ids per part; a part lists at most this many addresses (the protocol allows 50,000).
PART_SIZE = 5_000
XMLNS = "http://www.sitemaps.org/schemas/sitemap/0.9"
#: What has pages that are to be found, by the name of its parts, with no more columns than the addresses need.
#: Topics and institutions keep no day of their last change: their pages change with every work.
SECTIONS: dict[str, QuerySet[Work] | QuerySet[Author] | QuerySet[Topic] | QuerySet[Institution]] = {
    "works": Work.objects.listed().only("title", "modified_at"),
    "researchers": Author.objects.public().only("display_name", "modified_at"),
    "topics": Topic.objects.filter(work_count__gt=0).only("code"),
    "institutions": Institution.objects.filter(work_count__gt=0).only("name"),
}


@require_safe
def sitemap_index(request: HttpRequest) -> HttpResponse:
    """The list of parts. Parts are ranges of ids, so none is ever counted or skipped through."""
    addresses = []
    for section, rows in SECTIONS.items():
        highest = rows.aggregate(highest=Max("pk"))["highest"]
        parts = 0 if highest is None else highest // PART_SIZE + 1
        addresses += [reverse("sitemap-part", args=[section, part]) for part in range(parts)]
    return _document(request, "sitemapindex", "sitemap", [(address, None) for address in addresses])


@require_safe
def sitemap_part(request: HttpRequest, section: str, part: int) -> HttpResponse:
    """The addresses of one range of ids with the day of their last change."""
    if section not in SECTIONS or part > 10**9:
        raise Http404("No such part of the site map")
    return _document(request, "urlset", "url", _dated_addresses(section, part))


def _dated_addresses(section: str, part: int) -> Iterable[tuple[str, datetime | None]]:
    """Each address once: a code that two schemes share is one page."""
    rows = SECTIONS[section].filter(pk__gte=part * PART_SIZE, pk__lt=(part + 1) * PART_SIZE).order_by("pk")
    return {row.get_absolute_url(): getattr(row, "modified_at", None) for row in rows}.items()


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Everything public may be crawled; results pages and forms need not be."""
    closed = ["/search/", "/autocomplete/", "/accounts/", "/me/", "/admin/", "/imports/"]
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in closed), ""]
    lines.append(f"Sitemap: {request.build_absolute_uri(reverse('sitemap'))}")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


def _document(
    request: HttpRequest, root: str, element: str, addresses: Iterable[tuple[str, datetime | None]]
) -> HttpResponse:
    site = request.build_absolute_uri("/").rstrip("/")
    entries = (
        f"<{element}><loc>{escape(site + address)}</loc>"
        + (f"<lastmod>{changed.date()}</lastmod>" if changed else "")
        + f"</{element}>\n"
        for address, changed in addresses
    )
    text = f'<?xml version="1.0" encoding="utf-8"?>\n<{root} xmlns="{XMLNS}">\n{"".join(entries)}</{root}>\n'
    return HttpResponse(text, content_type="application/xml; charset=utf-8")
