"""What tells author records apart in a list: their most frequent topics, co-authors and affiliations, in batches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from django.db.models import Count

from works.addresses import researcher_url
from works.items import PrintedName
from works.models import Attribution, Author

TOPICS_SHOWN = 4
CO_AUTHORS_SHOWN = 5
#: Works with longer author lists say little about whom one works with.
SMALL_TEAM = 25


@dataclass(slots=True)
class Portrait:
    """One record with the codes of its most frequent topics and, where asked for, its most frequent co-authors."""

    author: Author
    topics: list[str] = field(default_factory=list)
    co_authors: list[PrintedName] = field(default_factory=list)

    @property
    def affiliations(self) -> list[str]:
        """The two printed affiliations of most works."""
        rows = sorted(self.author.affiliations, key=lambda row: -row[3])
        return [row[0] for row in rows[:2]]


def portraits(authors: Sequence[Author], *, with_co_authors: bool = False) -> list[Portrait]:
    """The records in their order; one query for the topics of all, one more for their co-authors."""
    found = {author.pk: Portrait(author) for author in authors}
    for author_id, codes in _topics(found).items():
        found[author_id].topics = codes
    if with_co_authors:
        for author_id, names in _co_authors(found).items():
            found[author_id].co_authors = names
    return list(found.values())


def _topics(authors: Collection[int]) -> dict[int, list[str]]:
    rows = (
        Attribution.objects.filter(author__in=authors, work__work_topics__isnull=False)
        .values_list("author_id", "work__work_topics__topic__code")
        .annotate(works=Count("pk"))
        .order_by("-works", "work__work_topics__topic__code")
    )
    found: dict[int, list[str]] = defaultdict(list)
    for author_id, code, _ in rows:
        if len(found[author_id]) < TOPICS_SHOWN:
            found[author_id].append(code)
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
        if other_id != author_id and len(found[author_id]) < CO_AUTHORS_SHOWN:
            found[author_id].append(PrintedName(name, researcher_url(other_id, name), other_id))
    return found
