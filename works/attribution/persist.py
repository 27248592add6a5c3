"""Writing a resolution: which author record each cluster keeps, and the attributions that change.

An author id survives with most of its authorships; a record left without any points to where most of them went.
Decisions of people never change here: the engine was given them as constraints, and their rows are left as they are.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

import msgspec
from django.db import connection
from psycopg.types.json import Jsonb

from works.attribution.summaries import refresh_authors
from works.models import Attribution, Author

#: A confidence that moved by less than this is not worth a new row.
NOTICEABLE = 0.02


class Printed(Protocol):
    """What is needed of an authorship to name a new author record after it."""

    id: int
    work: int


class Held(msgspec.Struct, gc=False):
    """An attribution as it stands."""

    author: int
    confidence: float
    decided_by: str

    @property
    def is_human(self) -> bool:
        return self.decided_by != Attribution.DecidedBy.MACHINE


def save_clusters(
    authorships: Sequence[Printed],
    labels: Sequence[int],
    confidences: Sequence[float],
    reasons: Sequence[Any],
) -> set[int]:
    """Write what changed for these authorships, inside the caller's transaction. Returns the touched author ids."""
    held = _held([authorship.id for authorship in authorships])
    clusters: dict[int, list[int]] = defaultdict(list)
    for index, label in enumerate(labels):
        clusters[int(label)].append(index)
    assigned = _assign(clusters, authorships, held)
    touched = _write(clusters, assigned, authorships, confidences, reasons, held)
    touched |= _redirect_emptied(authorships, clusters, assigned, held)
    refresh_authors(sorted(touched))
    return touched


def _held(authorships: list[int]) -> dict[int, Held]:
    return {
        pk: Held(author, confidence, decided_by)
        for pk, author, confidence, decided_by in Attribution.objects.filter(authorship__in=authorships).values_list(
            "authorship_id", "author_id", "confidence", "decided_by"
        )
    }


def _assign(
    clusters: Mapping[int, list[int]], authorships: Sequence[Printed], held: Mapping[int, Held]
) -> dict[int, int]:
    """Cluster label -> author id: human decisions first, then the id that most of a cluster had; new ids for the rest.

    Each id goes to one cluster. Ties go to the older id, so the outcome does not depend on the order of anything.
    """
    wishes: list[tuple[int, int, int, int]] = []
    for label, members in clusters.items():
        votes = Counter[int]()
        humans = Counter[int]()
        for index in members:
            row = held.get(authorships[index].id)
            if row is not None:
                votes[row.author] += 1
                humans[row.author] += row.is_human
        wishes += [(-humans[author], -count, author, label) for author, count in votes.items()]
    assigned: dict[int, int] = {}
    taken: set[int] = set()
    for _, _, author, label in sorted(wishes):
        if label not in assigned and author not in taken:
            assigned[label] = author
            taken.add(author)
    fresh = [label for label in clusters if label not in assigned]
    assigned.update(zip(fresh, _new_authors(len(fresh)), strict=True))
    return assigned


def _new_authors(count: int) -> list[int]:
    """Create author records; their names and counts are filled in by ``refresh_authors``."""
    if not count:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('works_author', 'id')) FROM generate_series(1, %s)", [count]
        )
        ids = [row[0] for row in cursor.fetchall()]
        now = datetime.now(UTC)
        columns = (
            "id, status, display_name, family, given, name_key, block, homepage, level, is_open_to_collaborate,"
            " work_count, name_forms, years, affiliations, revision, created_at, modified_at"
        )
        empty = Jsonb([])
        with cursor.copy(f"COPY works_author ({columns}) FROM STDIN") as copy:
            for pk in ids:
                copy.write_row(
                    (pk, Author.Status.ACTIVE, "", "", "", "", "", "", 1, True, 0, empty, empty, empty, 0, now, now)
                )
    return ids


def _write(
    clusters: Mapping[int, list[int]],
    assigned: Mapping[int, int],
    authorships: Sequence[Printed],
    confidences: Sequence[float],
    reasons: Sequence[Any],
    held: Mapping[int, Held],
) -> set[int]:
    """Insert new attributions by COPY, update those that changed; returns the authors that gained or lost a work."""
    touched: set[int] = set()
    new: list[tuple[int, int, int, float, Any]] = []
    changed: list[tuple[int, int, float, Any]] = []
    for label, members in clusters.items():
        author = assigned[label]
        for index in members:
            printed = authorships[index]
            row = held.get(printed.id)
            confidence = float(confidences[index])
            if row is None:
                new.append((printed.id, author, printed.work, confidence, reasons[index]))
                touched.add(author)
            elif row.is_human:
                continue
            elif row.author != author:
                changed.append((printed.id, author, confidence, reasons[index]))
                touched |= {author, row.author}
            elif abs(row.confidence - confidence) > NOTICEABLE:
                changed.append((printed.id, author, confidence, reasons[index]))
    now = datetime.now(UTC)
    machine = Attribution.DecidedBy.MACHINE.value
    with connection.cursor() as cursor:
        columns = "authorship_id, author_id, work_id, confidence, decided_by, reasons, decided_at"
        with cursor.copy(f"COPY works_attribution ({columns}) FROM STDIN") as copy:
            for authorship, author, work, confidence, why in new:
                copy.write_row((authorship, author, work, confidence, machine, Jsonb(why), now))
        if changed:
            cursor.execute(
                "UPDATE works_attribution t SET author_id = c.author, confidence = c.confidence, reasons = c.reasons,"
                " decided_at = now() FROM unnest(%s::bigint[], %s::bigint[], %s::float[], %s::jsonb[])"
                " AS c(authorship, author, confidence, reasons) WHERE t.authorship_id = c.authorship",
                [
                    [row[0] for row in changed],
                    [row[1] for row in changed],
                    [row[2] for row in changed],
                    [Jsonb(row[3]) for row in changed],
                ],
            )
    return touched


def _redirect_emptied(
    authorships: Sequence[Printed],
    clusters: Mapping[int, list[int]],
    assigned: Mapping[int, int],
    held: Mapping[int, Held],
) -> set[int]:
    """Author records that lost their last work here point to the record that most of their works went to."""
    went: dict[int, Counter[int]] = defaultdict(Counter)
    for label, members in clusters.items():
        for index in members:
            row = held.get(authorships[index].id)
            if row is not None and not row.is_human and row.author != assigned[label]:
                went[row.author][assigned[label]] += 1
    kept = set(Attribution.objects.filter(author__in=went).values_list("author_id", flat=True))
    emptied = {author: votes.most_common(1)[0][0] for author, votes in went.items() if author not in kept}
    for author, target in sorted(emptied.items()):
        Author.objects.filter(pk=author, status=Author.Status.ACTIVE).update(
            status=Author.Status.MERGED, merged_into=target
        )
        # Whoever was redirected to the emptied record before goes straight to the new one.
        Author.objects.filter(merged_into=author).update(merged_into=target)
    return set(emptied)
