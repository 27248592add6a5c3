"""Reading known works for a merge and writing the differences back, a batch at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
from django.db import connection

from works.matching import columns_of
from works.merging import KnownWork, Merge
from works.models import (
    Authorship,
    AuthorshipInstitution,
    Work,
    WorkDescription,
    WorkIdentifier,
    WorkTopic,
    WorkVersion,
)
from works.records import VersionRecord
from works.rows import AuthorshipRow

#: Columns of a work that a merge may change, with their types.
_FACTS = {
    "kind": "text",
    "updated": "date",
    "announced": "date",
    "comments": "text",
    "journal_ref": "text",
    "venue": "text",
    "report_no": "text",
    "licence": "text",
    "submitter": "text",
    "code_links": "text[]",
    "is_withdrawn": "boolean",
    "is_deleted": "boolean",
    "source": "text",
    "source_rank": "smallint",
    "authors_complete": "boolean",
    "authors_missing": "integer",
    "author_count": "integer",
}
#: Those on which search and listing order depend: they are written only where they change.
_INDEXED_FACTS = {
    "title": "text",
    "title_key": "text",
    "abstract": "text",
    "byline": "text",
    "submitted": "date",
    "year": "smallint",
}
_AUTHORSHIP = {
    "position": "smallint",
    "raw_name": "text",
    "family": "text",
    "given": "text",
    "suffix": "text",
    "name_key": "text",
    "block": "text",
    "is_group": "boolean",
    "affiliations": "text[]",
    "orcid": "text",
    "email": "text",
    "rors": "varchar[]",
}
#: Facts of works from which records of authors, and the tables that follow from them, are made.
_SUMMED_UP = frozenset({"authors", "year", "topics", "is_deleted"})
_ROW_FIELDS = tuple(AuthorshipRow.__struct_fields__)


class Written(msgspec.Struct):
    """What merges wrote: touched name blocks, authorships, and identifiers left out because another work holds them."""

    blocks: set[str]
    authorships: int
    dropped_identifiers: int


def fetch_known(works: Collection[int]) -> dict[int, KnownWork]:
    """The facts that a merge compares, locked until the end of the transaction; five queries however many works."""
    known = {
        row["id"]: KnownWork(id=row.pop("id"), columns=row)
        for row in Work.objects.filter(pk__in=works)
        .order_by("pk")
        .select_for_update()
        .values("id", *_FACTS, *_INDEXED_FACTS)
    }
    for work, pk, *printed in (
        Authorship.objects.filter(work__in=works)
        .order_by("work", "position")
        .values_list("work_id", "pk", *_ROW_FIELDS)
    ):
        row = msgspec.convert(dict(zip(_ROW_FIELDS, printed, strict=True)), AuthorshipRow)
        known[work].authorships.append((pk, row))
    for work, scheme, value in WorkIdentifier.objects.filter(work__in=works).values_list("work_id", "scheme", "value"):
        known[work].identifiers.add((scheme, value))
    versions = WorkVersion.objects.filter(work__in=works).values_list("work_id", "number", "submitted_at", "size_kb")
    for work, number, submitted_at, size_kb in versions:
        known[work].versions[number] = VersionRecord(number, submitted_at, size_kb)
    for work, topic, scheme, code in (
        WorkTopic.objects.filter(work__in=works)
        .order_by("work", "position")
        .values_list("work_id", "topic_id", "topic__scheme", "topic__code")
    ):
        known[work].topics.append((scheme, code))
        known[work].topic_ids[scheme, code] = topic
    return known


def write_merges(merges: list[tuple[KnownWork, Merge]], topics: Mapping[tuple[str, str], int]) -> Written:
    """Write what the merges found. ``topics`` has the ids of the topics that the records name."""
    WorkDescription.objects.filter(work__in=[known.id for known, _ in merges]).delete()
    _note_stale_summaries(merges)
    _write_columns(merges)
    blocks, authorships = _write_authorships(merges)
    dropped = _write_identifiers(merges)
    WorkVersion.objects.bulk_create(
        [
            WorkVersion(work_id=known.id, **msgspec.structs.asdict(version))
            for known, outcome in merges
            for version in outcome.versions
        ],
        update_conflicts=True,
        unique_fields=["work", "number"],
        update_fields=["submitted_at", "size_kb"],
    )
    retopiced = [(known, outcome.topics) for known, outcome in merges if outcome.topics is not None]
    WorkTopic.objects.filter(work__in=[known.id for known, _ in retopiced]).delete()
    WorkTopic.objects.bulk_create(
        WorkTopic(work_id=known.id, topic_id=known.topic_ids.get(pair) or topics[pair], position=position)
        for known, pairs in retopiced
        for position, pair in enumerate(pairs)
    )
    return Written(blocks, authorships, dropped)


def _note_stale_summaries(merges: list[tuple[KnownWork, Merge]]) -> None:
    """Note whose records sum up what changes, before anybody leaves an author list."""
    works = [known.id for known, outcome in merges if not _SUMMED_UP.isdisjoint(outcome.changes)]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO works_stalesummary (author_id, since)"
            " SELECT DISTINCT author_id, now() FROM works_attribution WHERE work_id = ANY (%s)",
            [works],
        )


def _write_columns(merges: list[tuple[KnownWork, Merge]]) -> None:
    now = datetime.now(UTC)
    for columns, with_indexed in ((_FACTS | _INDEXED_FACTS, True), (_FACTS, False)):
        rows = [
            {"id": known.id, **known.columns, **outcome.columns, "modified_at": now}
            for known, outcome in merges
            if outcome.columns and with_indexed is not _INDEXED_FACTS.keys().isdisjoint(outcome.columns)
        ]
        _update("works_work", {**columns, "modified_at": "timestamptz"}, rows)


def _update(table: str, columns: Mapping[str, str], rows: list[dict[str, Any]]) -> None:
    """One UPDATE for all rows, each a dict with its ``id`` and at least ``columns``; equal rows are left alone."""
    if not rows:
        return
    sets = ", ".join(f"{name} = new.{name}" for name in columns)
    types = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    compared = [name for name in columns if name != "modified_at"]
    old, new = (", ".join(f"{side}.{name}" for name in compared) for side in ("old", "new"))
    with connection.cursor() as cursor:
        cursor.execute(
            # Names and types come from the constants of this module.
            f"UPDATE {table} old SET {sets} FROM jsonb_to_recordset(%s::jsonb) AS new(id bigint, {types})"  # noqa: S608 -- names of this module
            f" WHERE old.id = new.id AND ({old}) IS DISTINCT FROM ({new})",
            [msgspec.json.encode(rows).decode()],
        )


def _write_authorships(merges: list[tuple[KnownWork, Merge]]) -> tuple[set[str], int]:
    """Bring author lists to their new state. A person who stays keeps the row, and with it the attribution."""
    blocks: set[str] = set()
    gone: list[int] = []
    kept: list[dict[str, Any]] = []
    fresh: list[Authorship] = []
    moved: list[int] = []
    for known, outcome in merges:
        if outcome.authorships is None:
            continue
        rows_of = _kept_rows(known.authorships, outcome.authorships)
        for position, row in enumerate(outcome.authorships):
            columns = {"position": position, **msgspec.structs.asdict(row)}
            blocks.add(row.block)
            if position in rows_of:
                kept.append({"id": rows_of[position], **columns})
            else:
                fresh.append(Authorship(work_id=known.id, **columns))
        held = {pk: position for position, pk in rows_of.items()}
        gone += [pk for pk, _ in known.authorships if pk not in held]
        moved += [
            pk for pk, row in known.authorships if pk in held and _is_elsewhere(row, outcome.authorships[held[pk]])
        ]
        blocks |= {row.block for _, row in known.authorships}
    Authorship.objects.filter(pk__in=gone).delete()
    # They are linked anew by what they print now.
    AuthorshipInstitution.objects.filter(authorship__in=moved).delete()
    _update("works_authorship", _AUTHORSHIP, kept)
    Authorship.objects.bulk_create(fresh)
    return blocks, len(kept) + len(fresh)


def _is_elsewhere(before: AuthorshipRow, after: AuthorshipRow) -> bool:
    return (before.affiliations, before.rors) != (after.affiliations, after.rors)


def _kept_rows(held: list[tuple[int, AuthorshipRow]], rows: list[AuthorshipRow]) -> dict[int, int]:
    """Which row goes on as which position: first the same printed name, then another spelling of it (same block)."""
    found: dict[int, int] = {}
    for key in ("name_key", "block"):
        available: dict[str, list[int]] = defaultdict(list)
        taken = set(found.values())
        for pk, row in held:
            if pk not in taken and getattr(row, key):
                available[getattr(row, key)].append(pk)
        for position, row in enumerate(rows):
            if position not in found and (pks := available.get(getattr(row, key))):
                found[position] = pks.pop(0)
    return found


def _write_identifiers(merges: Iterable[tuple[KnownWork, Merge]]) -> int:
    rows = sorted((scheme, value, known.id) for known, outcome in merges for scheme, value in outcome.identifiers)
    if not rows:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO works_workidentifier (scheme, value, work_id)"
            " SELECT * FROM unnest(%s::text[], %s::text[], %s::bigint[]) ON CONFLICT (scheme, value) DO NOTHING",
            columns_of(rows, 3),
        )
        return len(rows) - int(cursor.rowcount)
