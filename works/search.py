"""Searching works: PostgreSQL full text, ranked within the newest matches so that the cost has a bound.

Ranking needs the text vector of every row it ranks. A query such as "learning" matches a large part of a catalogue of
a million works, so only the newest ``RANKED`` matches are ranked; paging goes on through the older ones by date.
Counts and facets are over at most ``COUNTED`` matches and say so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import reduce
from operator import and_, or_

from django.contrib.postgres.search import CombinedSearchQuery, SearchQuery, SearchRank
from django.db.models import F, Q

from works.identifiers import arxiv_id, doi
from works.models import Topic, Work, WorkTopic
from works.models.catalogue import WorkQuerySet
from works.paging import Page, date_cursor, encode_cursor, number_cursor
from works.query_terms import SearchTerms, Term, parse_terms

PAGE_SIZE = 20
RANKED = 300
COUNTED = 1000
FACET_VALUES = 8
#: Weights of D, C (abstract), B (names), A (title) for ts_rank.
RANK_WEIGHTS = [0.05, 0.15, 0.6, 1.0]
RANK_CURSOR = "r"


@dataclass(frozen=True, slots=True)
class WorkFilters:
    """What narrows a search; empty values do not."""

    topic: Topic | None = None
    year: int | None = None
    kind: str = ""

    def apply(self, works: WorkQuerySet) -> WorkQuerySet:
        if self.topic is not None:
            works = works.in_topic(self.topic)
        if self.year is not None:
            works = works.filter(year=self.year)
        if self.kind:
            works = works.filter(kind=self.kind)
        return works


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value that would narrow the result, and how many of the counted matches have it."""

    value: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class WorkResults:
    """One page of works. ``total`` counts at most ``COUNTED`` matches; ``is_more`` says that there are more."""

    page: Page[Work]
    total: int = 0
    is_more: bool = False
    topics: list[FacetValue] = field(default_factory=list)
    years: list[FacetValue] = field(default_factory=list)
    kinds: list[FacetValue] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Match:
    id: int
    listed_on: date
    year: int | None
    kind: str


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
    works = filters.apply(Work.objects.listed())
    if terms:
        works = works.filter(search=text_query(terms))
    newest = _matches(works.order_by("-listed_on", "-pk")[: COUNTED + 1])
    counted = newest[:COUNTED]
    if sort == "oldest":
        page = _page_by_date(works, cursor, is_ascending=True)
    elif sort == "newest" or not terms:
        page = _page_by_date(works, cursor)
    else:
        page = _page_by_rank(works, terms, newest[:RANKED], cursor)
    return WorkResults(
        page,
        total=len(counted),
        is_more=len(newest) > COUNTED,
        topics=_topic_facet(counted),
        years=_facet(str(match.year) for match in counted if match.year),
        kinds=_facet((match.kind for match in counted), dict(Work.Kind.choices)),
    )


def newest_works(works: WorkQuerySet, cursor: str = "", size: int = PAGE_SIZE) -> Page[Work]:
    """A page of the given works, newest first."""
    return _page_by_date(works, cursor, size=size)


def text_query(terms: SearchTerms) -> SearchQuery | CombinedSearchQuery:
    """The terms as one text query. Every term may match as English (title, abstract) or as a name (byline)."""
    groups = [reduce(or_, (way for term in group for way in _ways(term))) for group in terms.required]
    excluded = [~way for term in terms.excluded for way in _ways(term)]
    return reduce(and_, [*groups, *excluded])


def _ways(term: Term) -> list[SearchQuery]:
    """The queries of which one must match: the term as English and as a name."""
    search_type = "phrase" if term.is_phrase else "plain"
    return [
        SearchQuery(term.text, config=config, search_type=search_type) for config in ("bzpeer_english", "bzpeer_names")
    ]


def _by_identifier(query: str) -> Work | None:
    """The one work that a typed arXiv id or DOI names."""
    if not query or " " in query:
        return None
    pairs = [("arxiv", arxiv_id(query)), ("doi", doi(query))]
    named = Q()
    for scheme, value in pairs:
        if value:
            named |= Q(identifiers__scheme=scheme, identifiers__value=value)
    return Work.objects.listed().filter(named).first() if named else None


def _matches(works: WorkQuerySet) -> list[_Match]:
    return [_Match(*row) for row in works.values_list("pk", "listed_on", "year", "kind")]


def _page_by_date(works: WorkQuerySet, cursor: str, *, size: int = PAGE_SIZE, is_ascending: bool = False) -> Page[Work]:
    start = date_cursor(cursor)
    if start is not None:
        day, row_id = start
        works = works.filter(
            Q(listed_on__gt=day) | Q(listed_on=day, pk__gt=row_id)
            if is_ascending
            else Q(listed_on__lt=day) | Q(listed_on=day, pk__lt=row_id)
        )
    order = ("listed_on", "pk") if is_ascending else ("-listed_on", "-pk")
    rows = list(works.defer("search").order_by(*order)[: size + 1])
    more = len(rows) > size
    last = rows[size - 1] if more else None
    return Page(rows[:size], encode_cursor(last.listed_on, last.pk) if last else "", start is not None)


def _page_by_rank(works: WorkQuerySet, terms: SearchTerms, newest: list[_Match], cursor: str) -> Page[Work]:
    """A page of the ranked newest matches, and behind them of the older ones by date."""
    if date_cursor(cursor) is not None:
        return _page_by_date(works, cursor)
    ranked = list(
        Work.objects.filter(pk__in=[match.id for match in newest])
        .annotate(rank=SearchRank(F("search"), text_query(terms), weights=RANK_WEIGHTS, normalization=1))
        .order_by("-rank", "-listed_on", "-pk")
        .values_list("pk", flat=True)
    )
    start = 0
    if cursor.startswith(RANK_CURSOR) and (after := number_cursor(cursor[len(RANK_CURSOR) :], 1)) is not None:
        start = ranked.index(after[0]) + 1 if after[0] in ranked else 0
    shown = ranked[start : start + PAGE_SIZE]
    found = Work.objects.defer("search").in_bulk(shown)
    rows = [found[row_id] for row_id in shown if row_id in found]
    if start + PAGE_SIZE < len(ranked):
        next_cursor = f"{RANK_CURSOR}{shown[-1]}"
    elif len(newest) == RANKED:
        next_cursor = encode_cursor(newest[-1].listed_on, newest[-1].id)
    else:
        next_cursor = ""
    return Page(rows, next_cursor, start > 0)


def _facet(values: Iterable[str], labels: dict[str, str] | None = None) -> list[FacetValue]:
    counts = Counter(values).most_common(FACET_VALUES)
    return [FacetValue(value, (labels or {}).get(value, value), count) for value, count in counts]


def _topic_facet(matches: list[_Match]) -> list[FacetValue]:
    counts = Counter(
        WorkTopic.objects.filter(work__in=[match.id for match in matches]).values_list("topic__code", "topic__name")
    )
    return [
        FacetValue(code, f"{code} {name}".strip(), count) for (code, name), count in counts.most_common(FACET_VALUES)
    ]
