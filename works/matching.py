"""Which work of the catalogue a record speaks of, a batch of records at a time.

By the record's own id, else by another identifier, else by title and a shared author. The first identifier of a record
is its source's own. A work that already has another id of that scheme is a different work, even under the same DOI or
title: two arXiv ids are two works.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db import connection

from works.copying import array_literal
from works.records import WorkRecord
from works.rows import TITLE_KEY_MINIMUM, authorship_row, title_key

#: Printed names of a record that are compared when only the title leads to a work.
COMPARED_AUTHORS = 50


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


def _by_own_identifier(records: Sequence[WorkRecord]) -> list[int | None]:
    found: list[int | None] = [None] * len(records)
    own = [(index, *record.identifiers[0]) for index, record in enumerate(records) if record.identifiers]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT wanted.n, i.work_id FROM unnest(%s::int[], %s::text[], %s::text[]) AS wanted(n, scheme, value)"
            " JOIN works_workidentifier i ON i.scheme = wanted.scheme AND i.value = wanted.value",
            columns_of(own, 3),
        )
        for index, work in cursor.fetchall():
            found[index] = work
    return found


def _by_other_identifiers(records: Sequence[WorkRecord], open_: list[int]) -> dict[int, int]:
    others = [
        (index, *pair, records[index].identifiers[0][0]) for index in open_ for pair in records[index].identifiers[1:]
    ]
    if not others:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT wanted.n, min(i.work_id)"
            " FROM unnest(%s::int[], %s::text[], %s::text[], %s::text[]) AS wanted(n, scheme, value, own_scheme)"
            " JOIN works_workidentifier i ON i.scheme = wanted.scheme AND i.value = wanted.value"
            " WHERE NOT EXISTS (SELECT FROM works_workidentifier rival"
            "   WHERE rival.work_id = i.work_id AND rival.scheme = wanted.own_scheme) GROUP BY wanted.n",
            columns_of(others, 4),
        )
        return dict(cursor.fetchall())


def _by_title_and_author(records: Sequence[WorkRecord], open_: list[int]) -> dict[int, int]:
    wanted = [
        (index, key, records[index].identifiers[0][0] if records[index].identifiers else "")
        for index in open_
        if records[index].bylines and len(key := title_key(records[index].title)) >= TITLE_KEY_MINIMUM
    ]
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT wanted.n, w.id FROM unnest(%s::int[], %s::text[], %s::text[]) AS wanted(n, title_key, own_scheme)"
            " JOIN works_work w ON w.title_key = wanted.title_key"
            " WHERE NOT EXISTS (SELECT FROM works_workidentifier rival"
            "   WHERE rival.work_id = w.id AND rival.scheme = wanted.own_scheme) ORDER BY wanted.n, w.id",
            columns_of(wanted, 3),
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
    found: dict[int, int] = {}
    for index, work in same_title:
        if index not in found and not blocks[work].isdisjoint(_blocks(records[index])):
            found[index] = work
    return found


def _blocks(record: WorkRecord) -> set[str]:
    return {authorship_row(byline).block for byline in record.bylines[:COMPARED_AUTHORS]}
