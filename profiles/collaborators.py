"""The co-authors of a researcher: the first few for the profile, all of them by page."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Case, F, Q, QuerySet, When

from graph.edges import CLOSE_STRENGTH, CLOSE_WORKS
from graph.elements import years_phrase
from graph.models import Collaboration
from works.addresses import researcher_url
from works.models import Author
from works.paging import Page, encode_cursor, number_cursor

SHOWN = 8
PAGE_SIZE = 100


@dataclass(frozen=True, slots=True)
class Collaborator:
    """A co-author beside the page's author: shared works and the years between which they appeared."""

    author: Author
    works: int
    years: str
    is_close: bool

    @property
    def url(self) -> str:
        """The co-author's page."""
        return researcher_url(self.author.pk, self.author.display_name)


def first_collaborators(author: Author) -> Page[Collaborator]:
    """Those with the most shared works, of equals the closest; one query. A cursor says that there are more."""
    found = list(_ties(author).order_by("-works", "-strength", "a", "b")[: SHOWN + 1])
    rows = [_collaborator(tie, author) for tie in found[:SHOWN]]
    return Page(rows, encode_cursor(0, 0) if len(found) > SHOWN else "")


def all_collaborators(author: Author, cursor: str) -> Page[Collaborator]:
    """One page of all, those with the most shared works first; one query."""
    ties = _ties(author).annotate(other=Case(When(a=author, then=F("b")), default=F("a")))
    after = number_cursor(cursor, 2)
    if after is not None:
        works, other = after
        ties = ties.filter(Q(works__lt=works) | Q(works=works, other__gt=other))
    found = list(ties.order_by("-works", "other")[: PAGE_SIZE + 1])
    rows = [_collaborator(tie, author) for tie in found[:PAGE_SIZE]]
    more = encode_cursor(rows[-1].works, rows[-1].author.pk) if len(found) > PAGE_SIZE else ""
    return Page(rows, more, is_continued=after is not None)


def _ties(author: Author) -> QuerySet[Collaboration]:
    ties = Collaboration.objects.filter(Q(a=author) | Q(b=author)).select_related("a", "b")
    # The rest of two records a row, with their years and affiliations, is not worth decoding.
    return ties.only("works", "strength", "first_year", "last_year", "a__display_name", "b__display_name")


def _collaborator(tie: Collaboration, author: Author) -> Collaborator:
    return Collaborator(
        author=tie.b if tie.a_id == author.pk else tie.a,
        works=tie.works,
        years=years_phrase(tie.first_year, tie.last_year),
        is_close=tie.works >= CLOSE_WORKS or tie.strength >= CLOSE_STRENGTH,
    )
