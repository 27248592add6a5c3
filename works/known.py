"""Reading known works for a merge and writing the differences back, a batch at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from works.merging import SCALARS, KnownWork, Merge
from works.models import Authorship, Work, WorkIdentifier, WorkTopic, WorkVersion
from works.records import WorkRecord
from works.rows import AuthorshipRow

COLUMNS = (
    *SCALARS,
    "year",
    "code_links",
    "is_withdrawn",
    "is_deleted",
    "source",
    "source_rank",
    "authors_complete",
    "authors_missing",
)
WRITTEN = (*COLUMNS, "title_key", "byline", "author_count", "modified_at")


def fetch_known(works: Collection[int]) -> dict[int, KnownWork]:
    """The facts that a merge compares, locked until the end of the transaction; five queries for any number of works."""
    known = {
        row["id"]: KnownWork(row.pop("id"), row, [], set(), set(), [])
        for row in Work.objects.filter(pk__in=works).order_by("pk").select_for_update().values("id", *COLUMNS)
    }
    for work, pk, *printed in (
        Authorship.objects.filter(work__in=works)
        .order_by("work", "position")
        .values_list(
            "work_id",
            "pk",
            "raw_name",
            "family",
            "given",
            "suffix",
            "name_key",
            "block",
            "is_group",
            "affiliations",
            "orcid",
            "email",
            "rors",
        )
    ):
        *name, affiliations, orcid, email, rors = printed
        row = AuthorshipRow(*name, tuple(affiliations), orcid, email, tuple(rors))
        known[work].authorships.append((pk, row))
    for work, scheme, value in WorkIdentifier.objects.filter(work__in=works).values_list("work_id", "scheme", "value"):
        known[work].identifiers.add((scheme, value))
    for work, number in WorkVersion.objects.filter(work__in=works).values_list("work_id", "number"):
        known[work].versions.add(number)
    for work, scheme, code in (
        WorkTopic.objects.filter(work__in=works)
        .order_by("work", "position")
        .values_list("work_id", "topic__scheme", "topic__code")
    ):
        known[work].topics.append((scheme, code))
    return known


def write_merges(
    merges: list[tuple[KnownWork, WorkRecord, Merge]], topic_ids: Mapping[tuple[str, str], int]
) -> tuple[set[str], int, int]:
    """Write what the merges found. Returns the touched name blocks, the authorships written and the identifiers left out
    because another work holds them."""
    _write_columns(merges)
    blocks, authorships = _write_authorships(merges)
    dropped = _write_identifiers(merges)
    WorkVersion.objects.bulk_create(
        [
            WorkVersion(work_id=known.id, number=v.number, submitted_at=v.submitted_at, size_kb=v.size_kb)
            for known, record, outcome in merges
            for v in record.versions
            if v.number in outcome.versions
        ],
        ignore_conflicts=True,
    )
    retopiced = {known.id: outcome.topics for known, _, outcome in merges if outcome.topics is not None}
    WorkTopic.objects.filter(work__in=retopiced).delete()
    WorkTopic.objects.bulk_create(
        WorkTopic(work_id=work, topic_id=topic_ids[pair], position=position)
        for work, pairs in retopiced.items()
        for position, pair in enumerate(pairs)
        if pair in topic_ids
    )
    return blocks, authorships, dropped


def _write_columns(merges: list[tuple[KnownWork, WorkRecord, Merge]]) -> None:
    now = datetime.now(UTC)
    works = Work.objects.in_bulk([known.id for known, _, outcome in merges if outcome.columns])
    for known, _, outcome in merges:
        if outcome.columns:
            work = works[known.id]
            for column, value in outcome.columns.items():
                setattr(work, column, value)
            work.modified_at = now
    Work.objects.bulk_update(works.values(), WRITTEN, batch_size=500)


def _write_authorships(merges: list[tuple[KnownWork, WorkRecord, Merge]]) -> tuple[set[str], int]:
    """Bring author lists to their new state. A position that keeps its name keeps its row, and with it its attribution."""
    blocks: set[str] = set()
    gone: list[int] = []
    kept: list[Authorship] = []
    fresh: list[Authorship] = []
    for known, _, outcome in merges:
        if outcome.authorships is None:
            continue
        available: dict[str, list[tuple[int, AuthorshipRow]]] = defaultdict(list)
        for pk, held in known.authorships:
            available[held.name_key].append((pk, held))
        for position, row in enumerate(outcome.authorships):
            same_name = available[row.name_key]
            pk = same_name.pop(0)[0] if same_name else None
            (kept if pk else fresh).append(_authorship(pk, known.id, position, row))
            blocks.add(row.block)
        left = [entry for entries in available.values() for entry in entries]
        gone += [pk for pk, _ in left]
        blocks |= {held.block for _, held in left}
    Authorship.objects.filter(pk__in=gone).delete()
    Authorship.objects.bulk_update(
        kept,
        ["position", "raw_name", "family", "given", "suffix", "affiliations", "orcid", "email", "rors"],
        batch_size=500,
    )
    Authorship.objects.bulk_create(fresh)
    return blocks, len(kept) + len(fresh)


def _authorship(pk: int | None, work: int, position: int, row: AuthorshipRow) -> Authorship:
    return Authorship(
        pk=pk,
        work_id=work,
        position=position,
        raw_name=row.raw_name,
        family=row.family,
        given=row.given,
        suffix=row.suffix,
        name_key=row.name_key,
        block=row.block,
        is_group=row.is_group,
        affiliations=list(row.affiliations),
        orcid=row.orcid,
        email=row.email,
        rors=list(row.rors),
    )


def _write_identifiers(merges: list[tuple[KnownWork, WorkRecord, Merge]]) -> int:
    rows = sorted((scheme, value, known.id) for known, _, outcome in merges for scheme, value in outcome.identifiers)
    if not rows:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO works_workidentifier (scheme, value, work_id)"
            " SELECT * FROM unnest(%s::text[], %s::text[], %s::bigint[]) ON CONFLICT (scheme, value) DO NOTHING",
            [list(column) for column in zip(*rows, strict=True)],
        )
        return len(rows) - int(cursor.rowcount)
