"""Finding the newest works that match a text query, at a cost set by how many are wanted, not by how many match.

The newest matches are looked for in a window of the newest works first, then in longer ones, then among all. Where a
window is too small the matches are rare, so the next one is cheap; where they are dense it suffices. The oldest matches
are found the same way from the other end.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from operator import and_, or_

from django.contrib.postgres.search import CombinedSearchQuery, SearchQuery
from django.db.models import F, OrderBy, Q, Value
from django.db.models.functions import Coalesce

from works.models import Work
from works.models.catalogue import WorkQuerySet
from works.query_terms import SearchTerms, Term
from works.search_marks import any_mark, date_marks
from works.unspaced import pairs

#: Works in the first window.
WINDOW_WORKS = 5000
#: How many times longer than the first each window is, in days.
WINDOW_LENGTHS = (1, 8, 64)

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


class MarkQuery(SearchQuery):
    """Marks as a text query (see ``works.search_marks``); unlike words they are not parsed."""

    template = "%(expressions)s::tsquery"

    def __init__(self, marks: list[str]) -> None:
        super().__init__(any_mark(marks))


def text_query(terms: SearchTerms) -> TextQuery:
    """The terms as one text query. Every term may match as English (title, abstract) or as a name (byline)."""
    groups = [reduce(or_, (way for term in group for way in _ways(term))) for group in terms.required]
    excluded = [~way for term in terms.excluded for way in _ways(term)]
    return reduce(and_, [*groups, *excluded])


def first_matches(
    works: WorkQuerySet,
    query: TextQuery,
    wanted: int,
    after: Place | None = None,
    *,
    is_ascending: bool = False,
    in_windows: bool = True,
) -> list[Match]:
    """At most ``wanted`` of the given works that match, from behind the place ``after`` on, newest or oldest first.

    Windows help when the given works are a good part of all; without ``in_windows`` all are searched at once.
    """
    order = in_listing_order(is_ascending=is_ascending, by_index=False)
    if after is not None:
        works = works.filter(is_behind(after, is_ascending=is_ascending))
    found: list[Match] = []
    for window in _windows(after, is_ascending) if in_windows else (None,):
        narrowed = works.filter(search=query & window if window is not None else query)
        rows = narrowed.order_by(*order).values_list("pk", "listed_on", "year", "kind")[:wanted]
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


def in_listing_order(*, is_ascending: bool = False, by_index: bool = True) -> list[OrderBy]:
    """The listing order, newest first unless ``is_ascending``.

    Without ``by_index`` the day stands in an expression. Then PostgreSQL cannot walk the index of the listing and test
    row after row, which it likes to do for a condition that it believes common and that in fact is rare.
    """
    day = F("listed_on") if by_index else Coalesce("listed_on", Value(date.min))
    return [OrderBy(day, descending=not is_ascending), OrderBy(F("pk"), descending=not is_ascending)]


def _windows(after: Place | None, is_ascending: bool) -> Iterator[MarkQuery | None]:
    """The windows to try, shortest first; ``None`` is the whole catalogue."""
    works = Work.objects.order_by(*in_listing_order(is_ascending=is_ascending))
    if after is not None:
        works = works.filter(is_behind(after, is_ascending=is_ascending))
    days = works.values_list("listed_on", flat=True)
    start, end = days[:1].first(), days[WINDOW_WORKS : WINDOW_WORKS + 1].first()
    if start is not None and end is not None:
        length = max(abs(end - start), timedelta(days=1))
        for times in WINDOW_LENGTHS:
            reach = length * times
            other = start + min(reach, date.max - start) if is_ascending else start - min(reach, start - date.min)
            marks = date_marks(min(start, other), max(start, other))
            if marks:
                yield MarkQuery(marks)
    yield None


def _ways(term: Term) -> list[SearchQuery]:
    """The queries of which one must match: the term as English and as a name.

    A single word is a phrase too: "low-dimensional" finds "low dimensional", because its parts are indexed in a row.
    So are the pairs of characters of a word that may be a part of an unbroken one.
    """
    in_pairs = pairs(term.text)
    ways = [
        (term.text, "bzpeer_english"),
        (term.text, "bzpeer_names"),
        *([(in_pairs, "bzpeer_english")] if in_pairs else []),
    ]
    return [SearchQuery(text, config=config, search_type="phrase") for text, config in ways]
