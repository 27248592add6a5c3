"""Author records as decisions see them: where a merged record leads, which records lead to it, making new ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping

from django.db import connection

from works.models import Attribution, Author, AuthorEvent
from works.models.authors import AuthorQuerySet

#: The verification level from which a record belongs to somebody.
CLAIMED = 2
PEOPLE_OFFERED = 50


def new_authors(count: int) -> list[int]:
    """Ids for author records; ``refresh_authors`` makes the records once something is attributed to them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(sequence) FROM (SELECT pg_get_serial_sequence('works_author', 'id')::regclass OFFSET 0)"
            " AS named (sequence), generate_series(1, %s)",
            [count],
        )
        return [row[0] for row in cursor.fetchall()]


def heirs(went: Mapping[int, Counter[int]]) -> dict[int, int]:
    """Which records lead elsewhere now, and where: those with no work left lead to where most of their works went.

    ``went`` counts, by record that works were taken from, those that went to each other record. A claimed record stays,
    even without a work: it is its owner's page, and what happens to it is for people to decide. The records are locked.
    """
    kept = Attribution.objects.filter(author__in=went).values_list("author_id", flat=True)
    pages = Author.objects.filter(status=Author.Status.ACTIVE, level__lt=CLAIMED)
    emptied = pages.filter(pk__in=set(went).difference(kept)).select_for_update(of=("self",)).order_by("pk")
    return {
        author: min(went[author], key=lambda to: (-went[author][to], to))
        for author in emptied.values_list("pk", flat=True)
    }


def present_records(authors: Collection[int]) -> dict[int, int]:
    """Each id with the id of the record that its page leads to now: itself, or the end of its chain of merges."""
    now = {author: author for author in authors}
    while True:
        ends = set(now.values())
        onward = dict(Author.objects.filter(pk__in=ends, merged_into__isnull=False).values_list("pk", "merged_into_id"))
        if not onward:
            return now
        now = {author: onward.get(end, end) for author, end in now.items()}


def record_now(author: int) -> Author | None:
    """The record that an address with this id leads to: its own, or the end of its chain of merges."""
    passed: set[int] = set()
    while author not in passed:  # the database forbids merges into oneself; any other circle ends here
        passed.add(author)
        found = Author.objects.filter(pk=author).first()
        if found is None or found.merged_into_id is None:
            return found
        author = found.merged_into_id
    return None


def people_after_split(author: Author) -> list[Author]:
    """Whom a split record may stand for, at most ``PEOPLE_OFFERED``: whoever has its works now.

    Where the log does not say, everybody of that name.
    """
    namesakes = Author.objects.public().filter(name_key=author.name_key).order_by("-work_count", "pk")
    return list(successors(author.pk)[:PEOPLE_OFFERED]) or list(namesakes[:PEOPLE_OFFERED])


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
