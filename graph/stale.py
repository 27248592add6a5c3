"""Derived tables follow the catalogue: authors noted as touched are refreshed, many at once or everything."""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection, transaction
from django.db.models import Max

from graph.models import TrustChange
from graph.refresh import refresh_all, refresh_authors
from works.models import Author, TouchedAuthor

#: Authors refreshed in one transaction.
CHUNK = 5_000
#: When more than this share of all authors was touched, making everything anew is quicker.
REBUILD_SHARE = 0.3
#: Advisory lock that keeps two refreshes from working on the same rows.
LOCK = 7_402

Progress = Callable[[int], None]


def refresh_stale(*, progress: Progress | None = None, cause: str = TrustChange.Cause.IMPORT) -> int:
    """Refresh what belongs to the authors in ``TouchedAuthor`` and take their marks away; returns how many there were.

    Marks that arrive while this runs are left for the next call. Running twice, or in two workers, is harmless.
    """
    newest = TouchedAuthor.objects.aggregate(newest=Max("pk"))["newest"]
    if newest is None:
        return 0
    marks = TouchedAuthor.objects.filter(pk__lte=newest)
    touched = sorted(set(marks.values_list("author_id", flat=True)))
    if len(touched) > CHUNK and len(touched) > REBUILD_SHARE * Author.objects.count():
        with transaction.atomic():
            _lock()
            refresh_all(cause=cause)
            marks.delete()
        if progress:
            progress(len(touched))
        return len(touched)
    for start in range(0, len(touched), CHUNK):
        chunk = touched[start : start + CHUNK]
        with transaction.atomic():
            _lock()
            refresh_authors(chunk, cause=cause)
            marks.filter(author__in=chunk).delete()
        if progress:
            progress(start + len(chunk))
    return len(touched)


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
