"""How two researchers are connected, with the works that make each step."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.db import connection

from graph import paths, queries
from works.attribution.records import present_records
from works.markup import plain_text
from works.models import Author
from works.names import name_key, parse_name

WORKS_SHOWN = 3
NAMESAKES_SHOWN = 8
LONGEST_NAME = 300
_NAME_WITH_ID = re.compile(r".*\(([0-9]{1,18})\)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class SharedWork:
    """A work that two neighbours of a path wrote together."""

    id: int
    title: str
    year: int | None


@dataclass(frozen=True, slots=True)
class Step:
    """One collaboration of a path: who comes next, the newest shared works, and how many more there are."""

    author: Author
    works: Sequence[SharedWork]
    more: int


@dataclass(frozen=True, slots=True)
class Answer:
    """The paths from ``start``, each a list of steps; ``distance`` is None when none was found."""

    start: Author
    end: Author
    distance: int | None
    is_exhaustive: bool
    paths: Sequence[Sequence[Step]]


def connect(start: Author, end: Author) -> Answer:
    """The shortest collaboration paths between two researchers, strongest first."""
    found = paths.connect(start.pk, end.pk, queries.neighbours)
    people = Author.objects.in_bulk({author for path in found.paths for author in path})
    pairs = {pair for path in found.paths for pair in pairwise(path)}
    shared = _shared_works(pairs)
    told = [
        [Step(people[there], *shared.get((here, there), ((), 0))) for here, there in pairwise(path)]
        for path in found.paths
    ]
    return Answer(start, end, found.distance, found.is_exhaustive, told)


def spelled(author: Author) -> str:
    """How a researcher stands in a field: the name for the reader, the id for ``candidates``."""
    return f"{author.display_name} ({author.pk})"


def candidates(text: str) -> list[Author]:
    """The researchers a reader may mean by an id, a node key (``researcher:12``), a name, or a name with the id.

    The id of a merged record stands for the record it leads to.
    """
    text = text.replace("\0", "").strip()[:LONGEST_NAME]
    named = _NAME_WITH_ID.fullmatch(text)
    number = named[1] if named else text.removeprefix("researcher:")
    public = Author.objects.public()
    if number.isascii() and number.isdigit() and len(number) < 19:
        return list(public.filter(pk__in=present_records([int(number)]).values()))
    if not text:
        return []
    return list(public.filter(name_key=name_key(parse_name(text))).order_by("-work_count", "pk")[:NAMESAKES_SHOWN])


def _shared_works(pairs: Iterable[tuple[int, int]]) -> dict[tuple[int, int], tuple[list[SharedWork], int]]:
    """The newest shared works of each pair, and how many more; one query."""
    wanted = sorted(pairs)
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT v.a, v.b, array_agg(s.id), array_agg(s.title), array_agg(s.year), max(s.total)
            FROM unnest(%s::bigint[], %s::bigint[]) AS v(a, b) CROSS JOIN LATERAL (
                SELECT w.id, w.title, w.year, count(*) OVER () AS total
                FROM works_attribution x JOIN works_attribution y ON y.work_id = x.work_id AND y.author_id = v.b
                JOIN works_work w ON w.id = x.work_id AND NOT w.is_deleted
                WHERE x.author_id = v.a ORDER BY w.year DESC NULLS LAST, w.id DESC LIMIT %s
            ) s GROUP BY v.a, v.b
            """,
            [[a for a, _ in wanted], [b for _, b in wanted], WORKS_SHOWN],
        )
        return {
            (a, b): (
                [SharedWork(pk, plain_text(title), year) for pk, title, year in zip(ids, titles, years, strict=True)],
                total - len(ids),
            )
            for a, b, ids, titles, years, total in cursor.fetchall()
        }
