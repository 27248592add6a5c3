"""What the forms of corrections offer to choose from."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import QuerySet

from profiles.verification import are_compatible
from works.models import Author, Authorship
from works.name_search import search_researchers
from works.paging import number_cursor
from works.portraits import Portrait, portraits
from works.search import WorkFilters, search_works

RECORDS_OFFERED = 12
RECORDS_COMPARED = 200
"""Records of one block whose names are compared: a block of a common name has thousands."""
NAMES_OFFERED = 60


@dataclass(frozen=True, slots=True)
class Offer:
    """A position of a work that could be the author's, and the record that has it now."""

    authorship: Authorship
    holder: Author
    is_here: bool
    fits: bool = True


def positions_here(author: Author, ids: Collection[int]) -> list[Authorship]:
    """Those of the positions that are on the record."""
    rows = Authorship.objects.filter(pk__in=ids, attribution__author=author).select_related("work")
    return list(rows.order_by("pk"))


def missing_positions(author: Author, query: str) -> list[Offer]:
    """Positions with a name that fits the record, of the works that match a title, arXiv id or DOI.

    When no name fits (people change theirs), all positions of the work that matches best, with ``fits`` false.
    """
    works = [work.pk for work in search_works(query, WorkFilters()).page.rows]
    names = [author.display_name, *(form for form, _works in author.name_forms)]
    offers: list[Offer] = []
    others: list[Offer] = []
    rows: QuerySet[Authorship] = Authorship.objects.filter(work__in=works, is_group=False)
    for authorship in rows.select_related("work", "attribution__author").defer("work__search").order_by("position"):
        attribution = getattr(authorship, "attribution", None)
        holder = attribution.author if attribution else None
        if holder is None:
            continue
        if any(are_compatible(authorship.raw_name, name) for name in names):
            offers.append(Offer(authorship, holder, holder.pk == author.pk))
        elif authorship.work_id == works[0]:
            others.append(Offer(authorship, holder, holder.pk == author.pk, fits=False))
    return sorted(offers, key=lambda offer: works.index(offer.authorship.work_id)) or others[:NAMES_OFFERED]


def other_records(author: Author, query: str = "") -> list[Portrait]:
    """Records that could be the same person: by name, by the number in their address, else those under a like name."""
    number = number_in_address(query)
    others = Author.objects.public().exclude(pk=author.pk)
    if query and number is None:
        found = [other for other in search_researchers(query).rows if other.pk != author.pk]
    elif number is not None:
        found = list(others.filter(pk=number))
    else:
        by_works = others.order_by("-work_count", "pk")
        found = list(by_works.filter(name_key=author.name_key)[:RECORDS_OFFERED])
        alike = by_works.filter(block=author.block).exclude(name_key=author.name_key)[:RECORDS_COMPARED]
        found += [other for other in alike if are_compatible(author.display_name, other.display_name)]
    return portraits(found[:RECORDS_OFFERED], with_co_authors=True)


def number_in_address(text: str) -> int | None:
    """The number of an author record in the address of its page, or the number alone."""
    number = number_cursor(text.strip().rstrip("/").rsplit("/", 1)[-1].split("-")[0], 1)
    return number[0] if number else None
