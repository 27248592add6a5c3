"""What tells author records apart in a list: their most frequent topics, co-authors and affiliations, in batches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connections, router

from works.addresses import researcher_url
from works.items import PrintedName
from works.models import Attribution, Author

TOPICS_SHOWN = 4
CO_AUTHORS_SHOWN = 5
#: Works of one record that are looked at, those that came in last; a list may show thirty records with thousands each.
WORKS_COUNTED = 100
#: Works with longer author lists say little about whom one works with.
SMALL_TEAM = 25


_CHOSEN = """
WITH chosen AS (
    SELECT p.author_id, p.work_id
    FROM unnest(%(authors)s::bigint[]) AS a (id)
    CROSS JOIN LATERAL (
        SELECT author_id, work_id FROM works_attribution
        WHERE author_id = a.id ORDER BY work_id DESC LIMIT %(counted)s
    ) AS p
)
"""


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
    rows = _counted(
        authors,
        "SELECT p.author_id, t.code, count(*) FROM chosen p JOIN works_worktopic l ON l.work_id = p.work_id"
        " JOIN works_topic t ON t.id = l.topic_id GROUP BY 1, 2 ORDER BY 3 DESC, 2",
    )
    found: dict[int, list[str]] = defaultdict(list)
    for author_id, code, _ in rows:
        if len(found[author_id]) < TOPICS_SHOWN:
            found[author_id].append(code)
    return found


def _co_authors(authors: Collection[int]) -> dict[int, list[PrintedName]]:
    rows = _counted(
        authors,
        "SELECT p.author_id, other.id, other.display_name, count(*) FROM chosen p"
        " JOIN works_work w ON w.id = p.work_id AND w.author_count <= %(small_team)s"
        " JOIN works_attribution o ON o.work_id = p.work_id AND o.author_id <> p.author_id"
        " JOIN works_author other ON other.id = o.author_id GROUP BY 1, 2 ORDER BY 4 DESC, 2",
    )
    found: dict[int, list[PrintedName]] = defaultdict(list)
    for author_id, other_id, name, _ in rows:
        if len(found[author_id]) < CO_AUTHORS_SHOWN:
            found[author_id].append(PrintedName(name, researcher_url(other_id, name), other_id))
    return found


def _counted(authors: Collection[int], query: str) -> list[tuple[Any, ...]]:
    """The rows of a query over ``chosen (author_id, work_id)``: the ``WORKS_COUNTED`` newest records of each author."""
    with connections[router.db_for_read(Attribution)].cursor() as cursor:
        cursor.execute(_CHOSEN + query, {"authors": list(authors), "counted": WORKS_COUNTED, "small_team": SMALL_TEAM})
        return list(cursor.fetchall())
