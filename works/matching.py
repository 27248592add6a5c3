"""Which work of the catalogue a record speaks of, a batch of records at a time.

By the record's own id, else by another identifier, else by title and a shared author. The first identifier of a record
is its source's own. A work that already has another id of that scheme is a different work, even under the same DOI or
title: two arXiv ids are two works. Only DOIs a work may have several of, when another identifier leads to it.

The values of a batch are looked up one by one: ``OFFSET 0`` keeps PostgreSQL from joining them freely with a table. It
would then read the whole table for every batch or, going by the statistics of a young table, compare it pair by pair.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence, Set
from typing import Any

from django.db import connection

from works.copying import array_literal
from works.merging import Identifier
from works.models import Work, WorkIdentifier
from works.records import WorkRecord
from works.rows import TITLE_KEY_MINIMUM, authorship_row, title_key

#: Printed names of a record that are compared when only the title leads to a work.
COMPARED_AUTHORS = 50
_SEVERAL = frozenset({WorkIdentifier.Scheme.DOI.value})


def match_known(records: Sequence[WorkRecord]) -> list[int | None]:
    """The id of each record's work, ``None`` for a record of an unknown one."""
    found = _by_own_identifier(records)
    for match in (_by_other_identifiers, _by_title_and_author):
        open_ = [index for index, work in enumerate(found) if work is None]
        for index, work in match(records, open_).items():
            found[index] = work
    return found


def columns_of(rows: Sequence[tuple[Any, ...]], width: int) -> list[str]:
    """Rows of texts and numbers turned into the parallel arrays that ``unnest`` takes."""
    return [array_literal(column) for column in zip(*rows, strict=True)] if rows else ["{}"] * width


def holders_of(pairs: Sequence[Identifier]) -> dict[Identifier, int]:
    """The work that holds each of these identifiers, where there is one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT wanted.scheme, wanted.value, held.work_id"
            " FROM unnest(%s::text[], %s::text[]) AS wanted(scheme, value) CROSS JOIN LATERAL ("
            " SELECT work_id FROM works_workidentifier i"
            " WHERE i.scheme = wanted.scheme AND i.value = wanted.value OFFSET 0) held",
            columns_of(pairs, 2),
        )
        return {(scheme, value): work for scheme, value, work in cursor.fetchall()}


def _by_own_identifier(records: Sequence[WorkRecord]) -> list[int | None]:
    holders = holders_of([record.identifiers[0] for record in records if record.identifiers])
    return [holders.get(record.identifiers[0]) if record.identifiers else None for record in records]


def _by_other_identifiers(records: Sequence[WorkRecord], open_: list[int]) -> dict[int, int]:
    others = [(index, pair) for index in open_ for pair in records[index].identifiers[1:]]
    holders = holders_of([pair for _, pair in others])
    candidates = [(index, holders[pair]) for index, pair in others if pair in holders]
    return _oldest_without_rival(records, candidates, several=_SEVERAL)


def are_known_meanwhile(records: Sequence[WorkRecord], own: Set[int]) -> bool:
    """True when an identifier of one of these new records leads to its work besides ``own``, the works made of them.

    Another import brought that work in after the records were matched.
    """
    others = [(index, pair) for index, record in enumerate(records) for pair in record.identifiers[1:]]
    held = {pair: work for pair, work in holders_of([pair for _, pair in others]).items() if work not in own}
    led = [(index, held[pair]) for index, pair in others if pair in held]
    return bool(_oldest_without_rival(records, led, several=_SEVERAL))


def share_title(records: Sequence[WorkRecord], works: Sequence[int]) -> bool:
    """True when one of these works has the title of one of the records, if that is long enough to tell something."""
    keys = {key for record in records if len(key := title_key(record.title)) >= TITLE_KEY_MINIMUM}
    return bool(keys) and Work.objects.filter(pk__in=works, title_key__in=keys).exists()


def _by_title_and_author(records: Sequence[WorkRecord], open_: list[int]) -> dict[int, int]:
    wanted = [
        (index, key)
        for index in open_
        if records[index].bylines and len(key := title_key(records[index].title)) >= TITLE_KEY_MINIMUM
    ]
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT wanted.n, same.id FROM unnest(%s::int[], %s::text[]) AS wanted(n, title_key)"
            " CROSS JOIN LATERAL (SELECT id FROM works_work w WHERE w.title_key = wanted.title_key OFFSET 0) same",
            columns_of(wanted, 2),
        )
        same_title = cursor.fetchall()
        if not same_title:
            return {}
        cursor.execute(
            "SELECT work_id, block FROM works_authorship WHERE work_id = ANY (%s) AND block <> ''",
            [[work for _, work in same_title]],
        )
        blocks: dict[int, set[str]] = defaultdict(set)
        for work, block in cursor.fetchall():
            blocks[work].add(block)
    shared = [(index, work) for index, work in same_title if not blocks[work].isdisjoint(_blocks(records[index]))]
    return _oldest_without_rival(records, shared)


def _oldest_without_rival(
    records: Sequence[WorkRecord], candidates: Sequence[tuple[int, int]], several: Collection[str] = ()
) -> dict[int, int]:
    """Of the candidate works of each record the first that has no other identifier of the record's own scheme.

    ``several`` are schemes of which a work may have more than one.
    """
    if not candidates:
        return {}
    held = WorkIdentifier.objects.filter(work__in={work for _, work in candidates}).values_list("work", "scheme")
    schemes = set(held)
    found: dict[int, int] = {}
    for index, work in sorted(candidates):
        identifiers = records[index].identifiers
        if not identifiers or identifiers[0][0] in several or (work, identifiers[0][0]) not in schemes:
            found.setdefault(index, work)
    return found


def _blocks(record: WorkRecord) -> set[str]:
    return {authorship_row(byline).block for byline in record.bylines[:COMPARED_AUTHORS]}
