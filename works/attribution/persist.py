"""Writing a resolution: which author record each cluster keeps, and the attributions that change.

An author id survives with most of its authorships; a record left without any points to where most of them went.
Decisions of people never change here: the engine was given them as constraints, and their rows are left as they are.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

import msgspec
from django.db import connection

from works.attribution.constraints import forbidden_pairs
from works.attribution.journal import MachineMove, log_machine, write_between_acts
from works.attribution.records import heirs, new_authors
from works.attribution.summaries import refresh_authors
from works.copying import array_literal, copy_rows
from works.models import Attribution, Author

#: A confidence that moved by less than this is not worth a new row.
NOTICEABLE = 0.02


class Printed(Protocol):
    """What is needed of an authorship to name a new author record after it."""

    @property
    def id(self) -> int: ...

    @property
    def work(self) -> int: ...


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
    write_between_acts()
    held = _held([authorship.id for authorship in authorships])
    clusters: dict[int, list[int]] = defaultdict(list)
    for index, label in enumerate(labels):
        clusters[int(label)].append(index)
    assigned = _assign(clusters, authorships, held)
    forbidden = forbidden_pairs([authorship.id for authorship in authorships])
    touched, moves = _write(clusters, assigned, authorships, confidences, reasons, held, forbidden)
    redirects = _redirect_emptied(moves)
    log_machine(moves, redirects)
    touched |= redirects.keys()
    refresh_authors(sorted(touched))
    return touched


def _held(authorships: list[int]) -> dict[int, Held]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT authorship_id, author_id, confidence, decided_by FROM works_attribution"
            " WHERE authorship_id = ANY (%s::bigint[])",
            [array_literal(authorships)],
        )
        return {pk: Held(author, confidence, decided_by) for pk, author, confidence, decided_by in cursor.fetchall()}


def _assign(
    clusters: Mapping[int, list[int]], authorships: Sequence[Printed], held: Mapping[int, Held]
) -> dict[int, int]:
    """Cluster label -> author id: human decisions first, then the id that most of a cluster had; new ids for the rest.

    Each id goes to one cluster, except that people can have joined clusters of several blocks under one id. Ties go to
    the older id, so the outcome does not depend on the order of anything.
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
    for humans_first, _, author, label in sorted(wishes):
        if label not in assigned and (humans_first or author not in taken):
            assigned[label] = author
            taken.add(author)
    fresh = [label for label in clusters if label not in assigned]
    assigned.update(zip(fresh, new_authors(len(fresh)), strict=True))
    return assigned


def _write(
    clusters: Mapping[int, list[int]],
    assigned: Mapping[int, int],
    authorships: Sequence[Printed],
    confidences: Sequence[float],
    reasons: Sequence[Any],
    held: Mapping[int, Held],
    forbidden: Collection[tuple[int, int]],
) -> tuple[set[int], list[MachineMove]]:
    """Insert new attributions by COPY, update those that changed.

    Returns the authors that gained or lost a work, and the moves from one author to another.
    """
    touched: set[int] = set()
    new: list[tuple[int, int, int, float, Any]] = []
    changed: list[tuple[int, int, int, float, Any]] = []
    moves: dict[int, MachineMove] = {}
    for label, members in clusters.items():
        for index in members:
            printed = authorships[index]
            row = held.get(printed.id)
            confidence = float(confidences[index])
            author = assigned[label]
            if (printed.id, author) in forbidden:
                author = row.author if row and (printed.id, row.author) not in forbidden else new_authors(1)[0]
            if row is None:
                new.append((printed.id, author, printed.work, confidence, reasons[index]))
                touched.add(author)
            elif row.is_human:
                continue
            elif row.author != author:
                changed.append((printed.id, row.author, author, confidence, reasons[index]))
                moves[printed.id] = MachineMove(printed.id, row.author, author, row.confidence, confidence)
            elif abs(row.confidence - confidence) > NOTICEABLE:
                changed.append((printed.id, row.author, author, confidence, reasons[index]))
    _insert(new)
    written = _update(changed) if changed else set()
    made = [move for pk, move in moves.items() if pk in written]
    touched |= {author for move in made for author in (move.source, move.target)}
    return touched, made


def _insert(new: Sequence[tuple[int, int, int, float, Any]]) -> None:
    """Write ``(authorship, author, work, confidence, reasons)`` by COPY."""
    if not new:
        return
    tail = f"{Attribution.DecidedBy.MACHINE.value}\t{datetime.now(UTC).isoformat()}"
    with connection.cursor() as cursor:
        copy_rows(
            cursor,
            "works_attribution",
            "authorship_id, author_id, work_id, confidence, reasons, decided_by, decided_at",
            (
                # Reasons are codes and numbers: nothing in them needs a backslash.
                f"{authorship}\t{author}\t{work}\t{confidence}\t{msgspec.json.encode(why).decode()}\t{tail}"
                for authorship, author, work, confidence, why in new
            ),
        )


def _update(changed: Sequence[tuple[int, int, int, float, Any]]) -> set[int]:
    """Write ``(authorship, author before, author, confidence, reasons)``; returns the authorships written.

    A row that a person changed since it was read is left alone.
    """
    authorships, before, authors, confidences, reasons = zip(*changed, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE works_attribution t SET author_id = c.author, confidence = c.confidence, reasons = c.reasons,"
            " decided_at = now() FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::float[], %s::json[])"
            " AS c(authorship, before, author, confidence, reasons) WHERE t.authorship_id = c.authorship"
            " AND t.author_id = c.before AND t.decided_by = %s RETURNING t.authorship_id",
            [
                list(authorships),
                list(before),
                list(authors),
                list(confidences),
                [msgspec.json.encode(why).decode() for why in reasons],
                Attribution.DecidedBy.MACHINE.value,
            ],
        )
        return {row[0] for row in cursor.fetchall()}


def _redirect_emptied(moves: Sequence[MachineMove]) -> dict[int, int]:
    """Let records that lost their last work here lead to their heirs; returns which do, and where to."""
    went: dict[int, Counter[int]] = defaultdict(Counter)
    for move in moves:
        went[move.source][move.target] += 1
    redirects = heirs(went)
    for author, target in redirects.items():
        Author.objects.filter(pk=author).update(status=Author.Status.MERGED, merged_into=target)
        # Whoever was redirected to the emptied record before goes straight to the new one.
        Author.objects.filter(merged_into=author).update(merged_into=target)
    return redirects
