"""The first page: the search box, what this is, new works, researchers to start from."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from works.items import work_items
from works.models import Author, Topic, Work
from works.search import listed_page

RECENT_WORKS = 6
FEATURED_RESEARCHERS = 9
FEATURED_TOPICS = 12
NAMES_SHOWN = 8


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    recent = listed_page(Work.objects.listed(), size=RECENT_WORKS)
    context = {
        "recent": work_items(recent.rows, names=NAMES_SHOWN),
        "researchers": Author.objects.public().order_by("-work_count", "pk")[:FEATURED_RESEARCHERS],
        "topics": _topics(),
    }
    return render(request, "works/home.html", context)


def _topics() -> list[Topic]:
    """The topics with the most works, one of each name (cs.LG and stat.ML are both called Machine Learning)."""
    by_name: dict[str, Topic] = {}
    for topic in Topic.objects.filter(work_count__gt=0).order_by("-work_count", "pk")[: FEATURED_TOPICS * 2]:
        by_name.setdefault(topic.name, topic)
    return list(by_name.values())[:FEATURED_TOPICS]
