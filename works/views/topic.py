"""Topics: the index, and the page of one."""

from __future__ import annotations

from collections import defaultdict

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from works.items import work_items
from works.models import Topic, Work
from works.query_terms import clean_query
from works.search import listed_page
from works.taxonomy import topic_name

#: Archives whose name is not that of a category.
ARCHIVES = {
    "econ": "Economics",
    "eess": "Electrical Engineering and Systems Science",
    "math": "Mathematics",
    "nlin": "Nonlinear Sciences",
    "physics": "Physics",
    "q-fin": "Quantitative Finance",
    "stat": "Statistics",
}


@require_safe
def topics(request: HttpRequest) -> HttpResponse:
    """Every topic that has works, under its archive (Computer Science, Mathematics) or scheme."""
    archives: dict[str, list[Topic]] = defaultdict(list)
    for row in Topic.objects.filter(work_count__gt=0).order_by("scheme", "code"):
        is_arxiv = row.scheme == Topic.Scheme.ARXIV
        archives[row.code.split(".")[0] if is_arxiv else row.get_scheme_display()].append(row)
    groups = [
        (ARCHIVES.get(name) or topic_name("arxiv", name), rows) for name, rows in archives.items() if len(rows) > 1
    ]
    single = [rows[0] for rows in archives.values() if len(rows) == 1]
    if single:
        groups.append(("Other archives", single))
    return render(request, "works/topics.html", {"groups": groups})


@require_safe
def topic(request: HttpRequest, code: str) -> HttpResponse:
    """One topic with its works, newest first, and the graph around it."""
    found = Topic.objects.filter(code=code).order_by("pk").first() if "\0" not in code else None
    if found is None:
        raise Http404("No topic has this code")
    page = listed_page(Work.objects.listed(), clean_query(request.GET.get("cursor", "")), topic=found)
    items = work_items(page.rows)
    context = {
        "topic": found,
        "items": items,
        "page": page,
        "first_query": "",
        "next_query": urlencode({"cursor": page.next_cursor}) if page.next_cursor else "",
    }
    return render(request, "works/topic.html", context)
