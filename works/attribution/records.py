"""Author records as decisions see them: where a merged record leads, which records lead to it, making new ones."""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection
from django.db.models.expressions import RawSQL

from works.models import Attribution, Author, AuthorEvent
from works.models.authors import AuthorQuerySet

_COLUMNS = (
    "id, status, display_name, family, given, name_key, block, homepage, level, is_open_to_collaborate,"
    " work_count, name_forms, years, affiliations, revision, created_at, modified_at"
)


def among(ids: Collection[int]) -> RawSQL:
    """The ids as one parameter for an ``__in`` lookup: Django's list of parameters costs more than the query."""
    return RawSQL("SELECT unnest(%s::bigint[])", [list(ids)])


def among_texts(texts: Collection[str]) -> RawSQL:
    """The same of texts."""
    return RawSQL("SELECT unnest(%s::text[])", [list(texts)])


def new_authors(count: int) -> list[int]:
    """Ids for author records; ``refresh_authors`` makes the records once something is attributed to them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('works_author', 'id')) FROM generate_series(1, %s)", [count]
        )
        return [row[0] for row in cursor.fetchall()]


def present_records(authors: Collection[int]) -> dict[int, int]:
    """Each id with the id of the record that its page leads to now: itself, or the end of its chain of merges."""
    now = {author: author for author in authors}
    while True:
        ends = set(now.values())
        onward = dict(Author.objects.filter(pk__in=ends, merged_into__isnull=False).values_list("pk", "merged_into_id"))
        if not onward:
            return now
        now = {author: onward.get(end, end) for author, end in now.items()}


def successors(author: int) -> AuthorQuerySet:
    """The records that now have the works which once stood on this one, those with the most works first."""
    moved = AuthorEvent.objects.filter(source=author, authorship__isnull=False).values("authorship")
    holders = Attribution.objects.filter(authorship__in=moved).values("author")
    return Author.objects.public().filter(pk__in=holders).order_by("-work_count", "pk")


def absorbed_records(author: int) -> set[int]:
    """The record and every record that leads to it."""
    found = {author}
    latest = {author}
    while latest:
        latest = set(Author.objects.filter(merged_into__in=latest).values_list("pk", flat=True)) - found
        found |= latest
    return found
