"""Finding the newest works that match a text query, at a cost set by how many are wanted, not by how many match.

The newest matches are looked for in a window of the newest works first. The matches found there tell how long the next
window must be; where there are none in two, the matches are rare and all works are searched. The oldest are found the
same way from the other end, but a word that the oldest works lack may only be young: there the windows move on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
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
#: The next window is to hold so many times the matches wanted, as they need not lie evenly.
SURPLUS = 2
#: How many times longer it is at most: a few matches, or a week that is not yet over, say little of the years before.
LEAP = 8
#: From the oldest works on, where the same time holds more and more works: how many times longer the next window is at
#: least, and than an empty one before it.
STRIDE = 2
#: Rather than in a longer window, the newest matches are looked for among all works.
LONGEST = timedelta(days=3653)

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
    matching: WorkQuerySet,
    wanted: int,
    after: Place | None = None,
    *,
    is_ascending: bool = False,
    in_windows: bool = True,
) -> list[Match]:
    """At most ``wanted`` of the works that match text queries, newest or oldest first, from behind a place on.

    A window is a text query of its own beside theirs: the index skips along both, several times as fast as along one
    that joins them. Windows help when matches may be dense; without ``in_windows`` all works are searched at once.
    """
    order = in_listing_order(is_ascending=is_ascending, by_index=False)
    if after is not None:
        matching = matching.filter(is_behind(after, is_ascending=is_ascending))
    window = _first_window(after, is_ascending) if in_windows else None
    while True:
        marks = window.marks if window is not None else []
        narrowed = matching.filter(search=MarkQuery(marks)) if marks else matching
        rows = narrowed.order_by(*order).values_list("pk", "listed_on", "year", "kind")[:wanted]
        found = [Match(*row) for row in rows]
        if window is None or not marks or len(found) == wanted:
            return found
        window = window.next(wanted / len(found) if found else None)


def is_behind(place: Place, *, is_ascending: bool = False) -> Q:
    """The condition of the rows that follow a place in the listing order."""
    day, row_id = place
    if is_ascending:
        return Q(listed_on__gte=day) & (Q(listed_on__gt=day) | Q(pk__gt=row_id))
    return Q(listed_on__lte=day) & (Q(listed_on__lt=day) | Q(pk__lt=row_id))


def in_listing_order(*, is_ascending: bool = False, by_index: bool = True, of: str = "") -> list[OrderBy]:
    """The listing order, newest first unless ``is_ascending``; ``of`` is the way from a row to its work (``work__``).

    Without ``by_index`` the day stands in an expression. Then PostgreSQL cannot walk the index of the listing and test
    row after row, which it likes to do for a condition that it believes common and that in fact is rare.
    """
    day = F(f"{of}listed_on") if by_index else Coalesce(f"{of}listed_on", Value(date.min))
    return [OrderBy(day, descending=not is_ascending), OrderBy(F(f"{of}pk"), descending=not is_ascending)]


@dataclass(frozen=True, slots=True)
class _Window:
    """The works of ``reach`` behind the day ``start``; ``follows_empty`` when one before it held no match."""

    start: date
    reach: timedelta
    is_ascending: bool
    follows_empty: bool = False

    @property
    def end(self) -> date:
        if self.is_ascending:
            return self.start + min(self.reach, date.max - self.start)
        return self.start - min(self.reach, self.start - date.min)

    @property
    def marks(self) -> list[str]:
        """Marks that every work of the window has one of; none when it is too long for them."""
        return date_marks(min(self.start, self.end), max(self.start, self.end))

    def next(self, lacking: float | None) -> _Window | None:
        """The window to try when this one holds too few: by which factor, or ``None`` when it holds none at all.

        Returns ``None`` for the whole catalogue.
        """
        if self.end in {date.min, date.max}:
            return None
        if self.is_ascending:
            start = self.end if lacking is None else self.start
            return replace(self, start=start, reach=self.reach * max(lacking or 0, STRIDE))
        reach = self.reach * (LEAP if lacking is None else min(lacking * SURPLUS, LEAP))
        if reach > LONGEST or (lacking is None and self.follows_empty):
            return None
        return replace(self, reach=reach, follows_empty=lacking is None)


def _first_window(after: Place | None, is_ascending: bool) -> _Window | None:
    """The days of the first ``WINDOW_WORKS`` works behind a place; ``None`` when there are no more than these."""
    works = Work.objects.order_by(*in_listing_order(is_ascending=is_ascending))
    if after is not None:
        works = works.filter(is_behind(after, is_ascending=is_ascending))
    days = works.values_list("listed_on", flat=True)
    start, end = days[:1].first(), days[WINDOW_WORKS : WINDOW_WORKS + 1].first()
    if start is None or end is None:
        return None
    return _Window(start, max(abs(end - start), timedelta(days=1)), is_ascending)


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
