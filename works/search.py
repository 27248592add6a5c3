"""Searching works: PostgreSQL full text, ranked within the newest matches so that the cost has a bound.

Ranking needs the text vector of every row that it ranks. A query such as "learning" matches a large part of a catalogue
of a million works, so only the newest ``CANDIDATES`` matches are ranked; paging goes on through the older ones by date.
Counts and facets are over the same candidates and say so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.contrib.postgres.search import SearchRank
from django.db.models import Count, F, Q

from works.at_once import among
from works.identifiers import arxiv_id, doi
from works.models import Topic, Work, WorkTopic
from works.models.catalogue import WorkQuerySet
from works.paging import Page, date_cursor, encode_cursor, number_cursor
from works.query_terms import parse_terms
from works.search_marks import kind_mark, year_mark
from works.text_matches import (
    MarkQuery,
    Match,
    Place,
    TextQuery,
    first_matches,
    in_listing_order,
    is_behind,
    text_query,
)

PAGE_SIZE = 20
#: The newest matches that are counted and ranked.
CANDIDATES = 300
#: The same where the text index alone cannot tell: whether words stand in a row, or a work has a topic, is looked up
#: for each work that has the words, and perhaps one in fifty passes.
FEW_CANDIDATES = 60
FACET_VALUES = 8
#: More terms than these are hardly ever all in many works.
DENSE_TERMS = 3
#: Works of a topic that are read and sorted rather than looked for along the listing.
SMALL_TOPIC = 20_000
#: Weights of D, C (abstract), B (names), A (title) for ts_rank.
RANK_WEIGHTS = [0.05, 0.15, 0.6, 1.0]
RANK_CURSOR = "r"


@dataclass(frozen=True, slots=True)
class WorkFilters:
    """What narrows a search; empty values do not."""

    topic: Topic | None = None
    year: int | None = None
    kind: str = ""

    @property
    def has_marks(self) -> bool:
        return self.year is not None or bool(self.kind)

    def narrow(self, works: WorkQuerySet) -> WorkQuerySet:
        """Those of the given year and kind, said in marks, so that the text index finds the few that pass.

        Every mark is a condition of its own: the index then skips along each of them, rather than weighing all parts of
        one long query for every work that has one of them.
        """
        marks = [year_mark(self.year)] if self.year is not None else []
        marks += [kind_mark(self.kind)] if self.kind else []
        for mark in marks:
            works = works.filter(search=MarkQuery([mark]))
        return works

    def start(self, *, is_ascending: bool = False) -> Place | None:
        """The place in the listing order behind which all that passes stands."""
        if self.year is None:
            return None
        return (date(self.year, 1, 1), 0) if is_ascending else (date(self.year + 1, 1, 1), 0)


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value that would narrow the result, and how many of the counted matches have it."""

    value: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class WorkResults:
    """One page of works. ``total`` counts at most those that are ranked; ``is_more`` says that there are more."""

    page: Page[Work]
    total: int = 0
    is_more: bool = False
    topics: list[FacetValue] = field(default_factory=list)
    years: list[FacetValue] = field(default_factory=list)
    kinds: list[FacetValue] = field(default_factory=list)


def search_works(query: str, filters: WorkFilters, *, sort: str = "", cursor: str = "") -> WorkResults:
    """A page of the works that match a cleaned query, or of all works when it is empty.

    ``sort`` is ``newest``, ``oldest`` or anything else for relevance.
    """
    known = _by_identifier(query)
    if known is not None:
        return WorkResults(Page([known]), total=1)
    terms = parse_terms(query)
    if query and not terms:
        return WorkResults(Page([]))
    works = Work.objects.listed()
    words = text_query(terms) if terms else None
    matching = filters.narrow(works if words is None else works.filter(search=words))
    if words is None and not filters.has_marks:
        newest = _newest(works, filters.topic)
        page = listed_page(works, cursor, size=PAGE_SIZE, topic=filters.topic, is_ascending=sort == "oldest")
        return _results(page, newest[:CANDIDATES], is_more=len(newest) > CANDIDATES)
    is_small = filters.topic is not None and filters.topic.work_count <= SMALL_TOPIC
    if filters.topic is not None:
        matching = matching.in_topic(filters.topic) if is_small else matching.tested_for_topic(filters.topic)
    is_dense = len(terms.required) <= DENSE_TERMS and not is_small
    limit = FEW_CANDIDATES if terms.has_phrase or filters.topic is not None else CANDIDATES
    newest = first_matches(matching, limit + 1, filters.start(), in_windows=is_dense)
    candidates, is_more = newest[:limit], len(newest) > limit
    if words is not None and not sort and date_cursor(cursor) is None:
        page = _page_by_rank(words, candidates, cursor, is_more=is_more)
    else:
        is_ascending = sort == "oldest"
        start = date_cursor(cursor) or filters.start(is_ascending=is_ascending)
        matches = newest if start == filters.start() and not is_ascending else None
        if matches is None:
            matches = first_matches(matching, PAGE_SIZE + 1, start, is_ascending=is_ascending, in_windows=is_dense)
        page = _page_of(matches, is_continued=date_cursor(cursor) is not None)
    return _results(page, candidates, is_more=is_more)


def listed_page(
    works: WorkQuerySet,
    cursor: str = "",
    *,
    size: int = PAGE_SIZE,
    topic: Topic | None = None,
    is_ascending: bool = False,
) -> Page[Work]:
    """A page of the given works, of one topic if it is given, newest first unless ``is_ascending``."""
    start = date_cursor(cursor)
    if start is not None:
        works = works.filter(is_behind(start, is_ascending=is_ascending))
    rows = list(_in_order(works.defer("search"), topic, is_ascending=is_ascending)[: size + 1])
    last = rows[size - 1] if len(rows) > size else None
    return Page(rows[:size], encode_cursor(last.listed_on, last.pk) if last else "", start is not None)


def _in_order(works: WorkQuerySet, topic: Topic | None, *, is_ascending: bool = False) -> WorkQuerySet:
    """The works in listing order. Those of a small topic are read and sorted, of a large one the listing is walked."""
    if topic is None:
        return works.order_by(*in_listing_order(is_ascending=is_ascending))
    is_large = topic.work_count > SMALL_TOPIC
    return works.in_topic(topic).order_by(*in_listing_order(is_ascending=is_ascending, by_index=is_large))


def _newest(works: WorkQuerySet, topic: Topic | None) -> list[Match]:
    rows = _in_order(works, topic).values_list("pk", "listed_on", "year", "kind")[: CANDIDATES + 1]
    return [Match(*row) for row in rows]


def _page_of(matches: Sequence[Match], *, is_continued: bool) -> Page[Work]:
    next_cursor = encode_cursor(*matches[PAGE_SIZE - 1].place) if len(matches) > PAGE_SIZE else ""
    return Page(_rows([match.id for match in matches[:PAGE_SIZE]]), next_cursor, is_continued)


def _page_by_rank(words: TextQuery, candidates: Sequence[Match], cursor: str, *, is_more: bool) -> Page[Work]:
    """A page of the candidates, ranked; behind the last one, the cursor leads to the older matches by date."""
    ranked = list(
        Work.objects.filter(pk__in=among([match.id for match in candidates]))
        .annotate(rank=SearchRank(F("search"), words, weights=RANK_WEIGHTS, normalization=1))
        .order_by("-rank", "-listed_on", "-pk")
        .values_list("pk", flat=True)
    )
    after = number_cursor(cursor.removeprefix(RANK_CURSOR), 1) if cursor.startswith(RANK_CURSOR) else None
    start = ranked.index(after[0]) + 1 if after and after[0] in ranked else 0
    shown = ranked[start : start + PAGE_SIZE]
    if start + PAGE_SIZE < len(ranked):
        next_cursor = f"{RANK_CURSOR}{shown[-1]}"
    else:
        next_cursor = encode_cursor(*candidates[-1].place) if is_more else ""
    return Page(_rows(shown), next_cursor, start > 0)


def _rows(ids: Sequence[int]) -> list[Work]:
    """The works with these ids, in their order."""
    found = Work.objects.defer("search").in_bulk(ids)
    return [found[row_id] for row_id in ids if row_id in found]


def _by_identifier(query: str) -> Work | None:
    """The one work that a typed arXiv id or DOI names."""
    if not query or " " in query:
        return None
    named = Q()
    for scheme, value in (("arxiv", arxiv_id(query)), ("doi", doi(query))):
        if value:
            named |= Q(identifiers__scheme=scheme, identifiers__value=value)
    return Work.objects.listed().filter(named).first() if named else None


def _results(page: Page[Work], counted: Sequence[Match], *, is_more: bool) -> WorkResults:
    topics = (
        WorkTopic.objects.filter(work__in=among([match.id for match in counted]))
        .values_list("topic__code", "topic__name")
        .annotate(works=Count("pk"))
        .order_by("-works", "topic__code")[:FACET_VALUES]
    )
    return WorkResults(
        page,
        total=len(counted),
        is_more=is_more,
        topics=[FacetValue(code, f"{code} {name}", count) for code, name, count in topics],
        years=_facet(str(match.year) for match in counted if match.year),
        kinds=_facet((match.kind for match in counted), dict(Work.Kind.choices)),
    )


def _facet(values: Iterable[str], labels: dict[str, str] | None = None) -> list[FacetValue]:
    counts = Counter(values).most_common(FACET_VALUES)
    return [FacetValue(value, (labels or {}).get(value, value), count) for value, count in counts]
