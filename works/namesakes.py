"""Every author record under one printed name, with what tells the people apart: topics, places, years, co-authors."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field

from django.db.models import Count, Q

from works.addresses import researcher_url
from works.items import PrintedName
from works.models import Attribution, Author, Authorship
from works.names import block_key, parse_name
from works.paging import Page, encode_cursor, number_cursor

PAGE_SIZE = 25
TOPICS_SHOWN = 4
CO_AUTHORS_SHOWN = 5
#: Works with longer author lists say little about whom one works with.
SMALL_TEAM = 25


@dataclass(slots=True)
class Namesake:
    """One record with its most frequent topics as ``(code, works)`` and co-authors."""

    author: Author
    topics: list[tuple[str, int]] = field(default_factory=list)
    co_authors: list[PrintedName] = field(default_factory=list)

    @property
    def affiliations(self) -> list[str]:
        """The printed affiliations of most works, at most two."""
        rows = sorted(self.author.affiliations, key=lambda row: -row[3])
        return [row[0] for row in rows[:2]]


def namesakes(name_key: str, cursor: str = "") -> Page[Namesake]:
    """The records with an authorship printed under this name key, those with the most works first."""
    printed = Authorship.objects.filter(block__in=_blocks(name_key), name_key=name_key)
    authors = Author.objects.public().filter(pk__in=Attribution.objects.filter(authorship__in=printed).values("author"))
    start = number_cursor(cursor, 2)
    if start is not None:
        works, row_id = start
        authors = authors.filter(Q(work_count__lt=works) | Q(work_count=works, pk__gt=row_id))
    found = list(authors.order_by("-work_count", "pk")[: PAGE_SIZE + 1])
    last = found[PAGE_SIZE - 1] if len(found) > PAGE_SIZE else None
    rows = {author.pk: Namesake(author) for author in found[:PAGE_SIZE]}
    for author_id, topics in _topics(rows).items():
        rows[author_id].topics = topics
    for author_id, names in _co_authors(rows).items():
        rows[author_id].co_authors = names
    return Page(list(rows.values()), encode_cursor(last.work_count, last.pk) if last else "", start is not None)


def _blocks(name_key: str) -> set[str]:
    """The blocks in which the name can be filed: the key does not say where the family name ends."""
    words = name_key.split()
    splits = [(words[:at], words[at:]) for at in range(1, len(words))] or [(words, [])]
    return {
        block_key(parse_name(" ".join(words), family=" ".join(family), given=" ".join(given)))
        for family, given in splits
    }


def _topics(authors: Collection[int]) -> dict[int, list[tuple[str, int]]]:
    rows = (
        Attribution.objects.filter(author__in=authors, work__work_topics__isnull=False)
        .values_list("author_id", "work__work_topics__topic__code")
        .annotate(works=Count("pk"))
        .order_by("-works", "work__work_topics__topic__code")
    )
    found: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for author_id, code, works in rows:
        if len(found[author_id]) < TOPICS_SHOWN:
            found[author_id].append((code, works))
    return found


def _co_authors(authors: Collection[int]) -> dict[int, list[PrintedName]]:
    rows = (
        Attribution.objects.filter(author__in=authors, work__author_count__lte=SMALL_TEAM)
        .values_list("author_id", "work__attributions__author_id", "work__attributions__author__display_name")
        .annotate(works=Count("pk"))
        .order_by("-works", "work__attributions__author_id")
    )
    found: dict[int, list[PrintedName]] = defaultdict(list)
    for author_id, other_id, name, _ in rows:
        if other_id and other_id != author_id and len(found[author_id]) < CO_AUTHORS_SHOWN:
            found[author_id].append(PrintedName(name, researcher_url(other_id, name), other_id))
    return found
