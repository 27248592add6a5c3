"""Every author record under one printed name."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from works.models import Attribution, Author, Authorship
from works.names import block_key, parse_name
from works.paging import Page, encode_cursor, number_cursor
from works.portraits import Portrait, portraits

PAGE_SIZE = 25


def printed_under(name_key: str) -> QuerySet[Authorship]:
    """The authorships printed under this name key; one query for where they are filed."""
    return Authorship.objects.filter(block__in=_blocks(name_key), name_key=name_key)


def namesakes(printed: QuerySet[Authorship], cursor: str = "") -> Page[Portrait]:
    """The records with one of these authorships, those with the most works first."""
    authors = Author.objects.public().filter(pk__in=Attribution.objects.filter(authorship__in=printed).values("author"))
    start = number_cursor(cursor, 2)
    if start is not None:
        works, row_id = start
        authors = authors.filter(Q(work_count__lt=works) | Q(work_count=works, pk__gt=row_id))
    found = list(authors.order_by("-work_count", "pk")[: PAGE_SIZE + 1])
    last = found[PAGE_SIZE - 1] if len(found) > PAGE_SIZE else None
    next_cursor = encode_cursor(last.work_count, last.pk) if last else ""
    return Page(portraits(found[:PAGE_SIZE], with_co_authors=True), next_cursor, start is not None)


def _blocks(name_key: str) -> set[str]:
    """The blocks in which the name can be filed.

    The key does not say where the family name ends, nor which words of it a hyphen joins; the records of that name do.
    """
    words = name_key.split()
    splits = [(words[:at], words[at:]) for at in range(1, len(words))] or [(words, [])]
    named = Author.objects.filter(name_key=name_key).values_list("block", flat=True)
    return {
        block_key(parse_name(" ".join(words), family=" ".join(family), given=" ".join(given)))
        for family, given in splits
    }.union(named.distinct())
