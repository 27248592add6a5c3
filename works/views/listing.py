"""The listing of all works by date, whole or of one topic, one year or one month."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from works.items import work_items
from works.models import Topic, Work
from works.query_terms import clean_query
from works.search import listed_page

PAGE_SIZE = 25
TOPICS_OFFERED = 40


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Works newest first; ``topic`` is a code, ``from`` and ``to`` are days as 2019-05-31."""
    code = clean_query(request.GET.get("topic", ""))[:64]
    topic = Topic.objects.filter(code=code).order_by("pk").first() if code else None
    first, last = _day(request.GET.get("from", "")), _day(request.GET.get("to", ""))
    works = Work.objects.listed()
    if first:
        works = works.filter(listed_on__gte=first)
    if last:
        works = works.filter(listed_on__lte=last)
    page = listed_page(works, clean_query(request.GET.get("cursor", "")), size=PAGE_SIZE, topic=topic)
    chosen = {
        "topic": topic.code if topic else "",
        "from": first.isoformat() if first else "",
        "to": last.isoformat() if last else "",
    }
    kept = {name: value for name, value in chosen.items() if value}
    context = {
        "items": work_items(page.rows),
        "page": page,
        "topic": topic,
        "chosen": {"first": chosen["from"], "last": chosen["to"]},
        "topics": Topic.objects.filter(work_count__gt=0).order_by("-work_count", "pk")[:TOPICS_OFFERED],
        "first_query": urlencode(kept),
        "next_query": urlencode(kept | {"cursor": page.next_cursor}) if page.next_cursor else "",
    }
    return render(request, "works/listing.html", context)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
