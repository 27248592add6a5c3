"""Derived tables follow the catalogue: authors noted as touched are refreshed, many at once or everything."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable

from django.db import connection, transaction

from graph.models import TrustChange
from graph.refresh import refresh_all, refresh_authors
from works.copying import array_literal
from works.models import Author, TouchedAuthor

#: Authors refreshed in one transaction.
CHUNK = 5_000
#: When more than this share of all authors was touched, making everything anew is quicker.
REBUILD_SHARE = 0.3

Progress = Callable[[int], None]


def refresh_stale(
    *,
    progress: Progress | None = None,
    announce: Callable[[str], None] = lambda step: None,
    cause: str = TrustChange.Cause.IMPORT,
) -> int:
    """Refresh what belongs to the authors in ``TouchedAuthor`` and take their marks away; returns how many there were.

    ``progress`` hears how many are done, ``announce`` in words what begins when everything is made anew instead.

    Only marks read at the start are taken away, and only after their work is done: a mark that is committed meanwhile
    waits for the next call. Running twice, or in two workers, is harmless, because writers wait for each other.
    """
    marks: dict[int, list[int]] = defaultdict(list)
    for mark, author in TouchedAuthor.objects.values_list("pk", "author_id"):
        marks[author].append(mark)
    touched = sorted(marks)
    if len(touched) > CHUNK and len(touched) > REBUILD_SHARE * Author.objects.count():
        refresh_all(cause=cause, announce=announce)
        _unmark(mark for author in touched for mark in marks[author])
        if progress:
            progress(len(touched))
        return len(touched)
    for start in range(0, len(touched), CHUNK):
        chunk = touched[start : start + CHUNK]
        with transaction.atomic():
            refresh_authors(chunk, cause=cause)
            _unmark(mark for author in chunk for mark in marks[author])
        if progress:
            progress(start + len(chunk))
    return len(touched)


def _unmark(marks: Iterable[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {TouchedAuthor._meta.db_table} WHERE id = ANY (%s::bigint[])", [array_literal(list(marks))]
        )
