"""The results page and the suggestions of the search box."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from works.addresses import name_url, search_url
from works.items import work_items
from works.models import Topic, Work
from works.name_search import (
    exact_keys,
    records_named,
    search_institutions,
    search_researchers,
    search_topics,
    similar_names,
)
from works.portraits import portraits
from works.query_terms import clean_query
from works.search import WorkFilters, search_works
from works.suggestions import suggestions

KINDS = {"works": "Works", "researchers": "Researchers", "topics": "Topics", "institutions": "Institutions"}
SORTS = {"": "Best match", "newest": "Newest first", "oldest": "Oldest first"}
YEARS = range(1500, 3000)
CURSOR_LENGTH = 80


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """The query string, checked: what makes no sense has become "not given"."""

    q: str = ""
    kind: str = "works"
    topic: str = ""
    year: str = ""
    type: str = ""
    sort: str = ""
    cursor: str = ""

    @classmethod
    def read(cls, query: QueryDict) -> SearchRequest:
        def choice(name: str, choices: Any, default: str = "") -> str:
            value = query.get(name, "")
            return value if value in choices else default

        year = query.get("year", "")
        return cls(
            q=clean_query(query.get("q", "")),
            kind=choice("kind", KINDS, "works"),
            topic=clean_query(query.get("topic", ""))[:64],
            year=year if year.isascii() and year.isdigit() and int(year[:5]) in YEARS else "",
            type=choice("type", Work.Kind.values),
            sort=choice("sort", SORTS),
            cursor=clean_query(query.get("cursor", ""))[:CURSOR_LENGTH],
        )

    def query(self, **changes: str) -> str:
        """The same request as a query string with some values changed; every change starts at the first page."""
        values = {name: getattr(self, name) for name in self.__slots__} | {"cursor": ""} | changes
        if values["kind"] == "works":
            values["kind"] = ""
        return urlencode({name: value for name, value in values.items() if value})


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Works, researchers, topics or institutions that match ``q``, a page at a time."""
    wanted = SearchRequest.read(request.GET)
    shown = {"works": _works, "researchers": _researchers, "topics": _topics, "institutions": _institutions}
    context = shown[wanted.kind](wanted)
    page = context["page"]
    context |= {
        "wanted": wanted,
        "q": wanted.q,
        "kind": wanted.kind,
        "tabs": [(wanted.query(kind=kind, topic="", year="", type=""), label, kind) for kind, label in KINDS.items()],
        "first_query": wanted.query(),
        "next_query": wanted.query(cursor=page.next_cursor) if page.next_cursor else "",
    }
    return render(request, "works/search.html", context)


@require_safe
def autocomplete(request: HttpRequest) -> HttpResponse:
    """The list of suggestions for htmx; a person who opens the address gets the results page."""
    query = clean_query(request.GET.get("q", ""))
    if not getattr(request, "htmx", False):
        return HttpResponseRedirect(search_url(query))
    prefix = request.GET.get("for", "")
    context = {
        "groups": suggestions(query),
        "prefix": prefix if prefix.isascii() and prefix.replace("-", "").isalnum() else "search",
        "q": query,
        "all_url": search_url(query),
    }
    response = render(request, "works/_suggestions.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _works(wanted: SearchRequest) -> dict[str, Any]:
    topic = Topic.objects.filter(code=wanted.topic).order_by("pk").first() if wanted.topic else None
    filters = WorkFilters(topic, int(wanted.year) if wanted.year else None, wanted.type)
    results = search_works(wanted.q, filters, sort=wanted.sort, cursor=wanted.cursor)
    chosen = {"topic": topic.code if topic else "", "year": wanted.year, "type": wanted.type}
    facets = [
        (title, [(wanted.query(**{name: value.value}), value) for value in values])
        for title, name, values in (
            ("Topic", "topic", results.topics),
            ("Year", "year", sorted(results.years, key=lambda value: value.value, reverse=True)),
            ("Type", "type", results.kinds),
        )
        if not chosen[name] and len(values) > 1
    ]
    narrowed = [
        (wanted.query(**{name: ""}), label)
        for name, label in (
            ("topic", f"{topic.code} {topic.name}" if topic else ""),
            ("year", wanted.year),
            ("type", dict(Work.Kind.choices).get(wanted.type, "")),
        )
        if label
    ]
    return {
        "page": results.page,
        "items": work_items(results.page.rows),
        "results": results,
        "facets": facets,
        "narrowed": narrowed,
        "sorts": [(wanted.query(sort=sort), label, sort == wanted.sort) for sort, label in SORTS.items()],
        "similar": [] if results.page.rows else _similar(wanted.q),
        **_person(wanted),
    }


def _person(wanted: SearchRequest) -> dict[str, Any]:
    """Whoever types a name into the box of every page may look for the person rather than for the works."""
    named = [] if wanted.cursor else records_named(wanted.q)
    if not named:
        return {}
    return {
        "person": named[0],
        "person_url": named[0].get_absolute_url() if len(named) == 1 else name_url(named[0].name_key),
        "is_shared_name": len(named) > 1,
    }


def _researchers(wanted: SearchRequest) -> dict[str, Any]:
    page = search_researchers(wanted.q, wanted.cursor)
    found = portraits(page.rows)
    exact = [portrait.author for portrait in found if portrait.author.name_key in exact_keys(wanted.q)]
    return {
        "page": page,
        "portraits": found,
        "namesakes_url": name_url(exact[0].name_key) if len(exact) > 1 else "",
        "similar": [] if page.rows else _similar(wanted.q),
    }


def _similar(query: str) -> list[tuple[str, str]]:
    return [(name, search_url(name, "researchers")) for name in similar_names(query)]


def _topics(wanted: SearchRequest) -> dict[str, Any]:
    return {"page": search_topics(wanted.q, wanted.cursor)}


def _institutions(wanted: SearchRequest) -> dict[str, Any]:
    return {"page": search_institutions(wanted.q, wanted.cursor)}
