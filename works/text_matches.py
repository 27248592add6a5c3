"""Finding the newest works that match a text query, at a cost set by how many are wanted, not by how many match.

The newest matches are looked for in a window of the newest works first, then in one twenty times as long, then among
all. Where the window is too small the matches are rare, so the next one is cheap; where they are dense it suffices.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from operator import and_, or_

from django.contrib.postgres.search import CombinedSearchQuery, SearchQuery, SearchQueryCombinable, SearchQueryField
from django.db.models import Func, Q, Value

from works.models import Work
from works.models.catalogue import WorkQuerySet
from works.query_terms import SearchTerms, Term
from works.search_marks import MAX_MARKS, any_mark, month_marks, week_marks

#: Works in the first window.
WINDOW_WORKS = 5000
#: How many times longer the second window is, in days.
WINDOW_GROWTH = 20

TextQuery = SearchQuery | CombinedSearchQuery
#: A place in the listing order: the day and id of a work.
Place = tuple[date, int]


@dataclass(frozen=True, slots=True)
class Match:
    """A work that matches, with what the facets count."""

    id: int
    listed_on: date
    year: int | None
    kind: str

    @property
    def place(self) -> Place:
        return self.listed_on, self.id


class MarkQuery(SearchQueryCombinable, Func):  # type: ignore[misc]  # as Django's own SearchQuery combines them
    """Marks as a text query (see ``works.search_marks``); unlike words they are not parsed."""

    template = "%(expressions)s::tsquery"
    output_field = SearchQueryField()

    def __init__(self, marks: list[str]) -> None:
        super().__init__(Value(any_mark(marks)))


def text_query(terms: SearchTerms) -> TextQuery:
    """The terms as one text query. Every term may match as English (title, abstract) or as a name (byline)."""
    groups = [reduce(or_, (way for term in group for way in _ways(term))) for group in terms.required]
    excluded = [~way for term in terms.excluded for way in _ways(term)]
    return reduce(and_, [*groups, *excluded])


def newest_matches(works: WorkQuerySet, query: TextQuery, wanted: int, before: Place | None = None) -> list[Match]:
    """At most ``wanted`` of the given works that match, newest first, from behind the place ``before`` on."""
    if before is not None:
        works = works.filter(is_behind(before))
    found: list[Match] = []
    for window in _windows(before):
        narrowed = works.filter(search=query & window if window is not None else query)
        rows = narrowed.order_by("-listed_on", "-pk").values_list("pk", "listed_on", "year", "kind")[:wanted]
        found = [Match(*row) for row in rows]
        if len(found) == wanted:
            break
    return found


def is_behind(place: Place, *, is_ascending: bool = False) -> Q:
    """The condition of the rows that follow a place in the listing order."""
    day, row_id = place
    if is_ascending:
        return Q(listed_on__gte=day) & (Q(listed_on__gt=day) | Q(pk__gt=row_id))
    return Q(listed_on__lte=day) & (Q(listed_on__lt=day) | Q(pk__lt=row_id))


def _windows(before: Place | None) -> Iterator[MarkQuery | None]:
    """The windows to try, shortest first; ``None`` is the whole catalogue."""
    newest = Work.objects.order_by("-listed_on", "-pk")
    if before is not None:
        newest = newest.filter(is_behind(before))
    days = newest.values_list("listed_on", flat=True)
    last, first = days[:1].first(), days[WINDOW_WORKS : WINDOW_WORKS + 1].first()
    if last is not None and first is not None:
        weeks = week_marks(first, last)
        if len(weeks) <= MAX_MARKS:
            yield MarkQuery(weeks)
        length = max((last - first) * WINDOW_GROWTH, timedelta(days=31))
        months = month_marks(last - min(length, last - date.min), last)
        if len(months) <= MAX_MARKS:
            yield MarkQuery(months)
    yield None


def _ways(term: Term) -> list[SearchQuery]:
    """The queries of which one must match: the term as English and as a name."""
    search_type = "phrase" if term.is_phrase else "plain"
    return [
        SearchQuery(term.text, config=config, search_type=search_type) for config in ("bzpeer_english", "bzpeer_names")
    ]
