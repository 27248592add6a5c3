"""Topics: the index, and the page of one."""

from __future__ import annotations

from itertools import groupby

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from works.items import work_items
from works.models import Topic, Work
from works.query_terms import clean_query
from works.search import newest_works

RESEARCHERS_SHOWN = 12


@require_safe
def topics(request: HttpRequest) -> HttpResponse:
    """Every topic that has works, under its archive ("cs", "math") or scheme."""
    rows = Topic.objects.filter(work_count__gt=0).order_by("scheme", "code")
    groups = [
        (label, list(members))
        for label, members in groupby(rows, key=lambda topic: (topic.get_scheme_display(), topic.code.split(".")[0]))
    ]
    return render(request, "works/topics.html", {"groups": groups})


@require_safe
def topic(request: HttpRequest, code: str) -> HttpResponse:
    """One topic with its works, newest first, and the researchers of its newest works."""
    found = Topic.objects.filter(code=code).order_by("pk").first() if "\0" not in code else None
    if found is None:
        raise Http404("No topic has this code")
    page = newest_works(Work.objects.listed().in_topic(found), clean_query(request.GET.get("cursor", "")))
    items = work_items(page.rows)
    context = {
        "topic": found,
        "items": items,
        "page": page,
        "first_query": "",
        "next_query": urlencode({"cursor": page.next_cursor}) if page.next_cursor else "",
    }
    return render(request, "works/topic.html", context)
