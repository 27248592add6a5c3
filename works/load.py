"""Take a batch of records into the catalogue: match, insert what is new, merge what is known.

New works go in by COPY; known works are compared by the rules of ``works.merging`` and only differences are written. The
caller owns the transaction, so that a batch and the cursor of its run move together.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from django.db import IntegrityError, connection

from works.known import fetch_known, write_merges
from works.merging import merge
from works.models import Topic
from works.records import TopicRecord, WorkRecord
from works.rows import TITLE_KEY_MINIMUM, authorship_row, byline_text, title_key, year_of
from works.taxonomy import topic_name

WORK_COLUMNS = (
    "id, kind, source, source_rank, title, title_key, abstract, byline, author_count, authors_complete, authors_missing, "
    "year, submitted, updated, announced, comments, journal_ref, venue, report_no, licence, submitter, code_links, "
    "is_withdrawn, is_deleted, created_at, modified_at"
)
AUTHORSHIP_COLUMNS = (
    "work_id, position, raw_name, family, given, suffix, name_key, block, is_group, affiliations, orcid, email, rors"
)


class IdentifierTaken(IntegrityError):
    """Another transaction took in a work of this batch at the same moment; run the batch again and it will be found."""


class Loaded(msgspec.Struct):
    """What became of a batch. ``work_ids`` has one id for each record in order, ``changes`` the differences by work."""

    work_ids: list[int]
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    authorships: int = 0
    changes: dict[int, dict[str, list[Any]]] = {}
    dropped_identifiers: int = 0


def load(records: Sequence[WorkRecord]) -> Loaded:
    """Take in records of one source, in order; a record that stands twice counts as created and then updated or unchanged.

    Must run inside ``transaction.atomic``. Raises ``IdentifierTaken`` when a concurrent import wins the race for a work;
    the transaction is then to be rolled back and the batch run again.
    """
    loaded = Loaded(work_ids=[0] * len(records))
    for round_ in _rounds(records):
        _load_distinct([(index, records[index]) for index in round_], loaded)
    return loaded


def ensure_topics(records: Iterable[WorkRecord]) -> None:
    """Create topics that are named for the first time. Runs in its own transaction, before the batch's."""
    topics = {(topic.scheme, topic.code): topic for record in records for topic in record.topics}
    unknown = [topic for pair, topic in topics.items() if pair not in _topic_ids]
    if not unknown:
        return
    Topic.objects.bulk_create([_topic(topic) for topic in unknown], ignore_conflicts=True)
    codes = [topic.code for topic in unknown]
    for pk, scheme, code in Topic.objects.filter(code__in=codes).values_list("pk", "scheme", "code"):
        _topic_ids[scheme, code] = pk


#: Ids of the topics seen by this process. Topics are never deleted, so the memory cannot go stale.
_topic_ids: dict[tuple[str, str], int] = {}


def _topic(topic: TopicRecord) -> Topic:
    return Topic(scheme=topic.scheme, code=topic.code, name=topic.name or topic_name(topic.scheme, topic.code))


def _rounds(records: Sequence[WorkRecord]) -> list[list[int]]:
    """Split a batch so that no round holds two records of one work: those must see each other in the catalogue."""
    rounds: list[list[int]] = []
    seen: list[set[Any]] = []
    for index, record in enumerate(records):
        keys: set[Any] = {*record.identifiers[:1], title_key(record.title)}
        for number, taken in enumerate(seen):
            if taken.isdisjoint(keys):
                rounds[number].append(index)
                taken |= keys
                break
        else:
            rounds.append([index])
            seen.append(keys)
    return rounds


def _load_distinct(batch: list[tuple[int, WorkRecord]], loaded: Loaded) -> None:
    found = match_known([record for _, record in batch])
    new = [(index, record) for (index, record), work in zip(batch, found, strict=True) if work is None]
    known = [(index, record, work) for (index, record), work in zip(batch, found, strict=True) if work is not None]
    if new:
        _insert([record for _, record in new], [index for index, _ in new], loaded)
    if known:
        _merge(known, loaded)


def match_known(records: list[WorkRecord]) -> list[int | None]:
    """The work that each record speaks of: by its own id, else by another identifier, else by title and a shared author.

    The first identifier of a record is its source's own. A work that already has another id of that scheme is a different
    work, even under the same DOI or title: two arXiv ids are two works.
    """
    found: list[int | None] = [None] * len(records)
    with connection.cursor() as cursor:
        first = [(index, *record.identifiers[0]) for index, record in enumerate(records) if record.identifiers]
        cursor.execute(
            "SELECT wanted.n, i.work_id FROM unnest(%s::int[], %s::text[], %s::text[]) AS wanted(n, scheme, value)"
            " JOIN works_workidentifier i ON i.scheme = wanted.scheme AND i.value = wanted.value",
            _columns(first, 3),
        )
        for index, work in cursor.fetchall():
            found[index] = work
        others = [
            (index, *pair, record.identifiers[0][0])
            for index, record in enumerate(records)
            if found[index] is None
            for pair in record.identifiers[1:]
        ]
        if others:
            cursor.execute(
                "SELECT wanted.n, min(i.work_id)"
                " FROM unnest(%s::int[], %s::text[], %s::text[], %s::text[]) AS wanted(n, scheme, value, own_scheme)"
                " JOIN works_workidentifier i ON i.scheme = wanted.scheme AND i.value = wanted.value"
                " WHERE NOT EXISTS (SELECT FROM works_workidentifier rival"
                "   WHERE rival.work_id = i.work_id AND rival.scheme = wanted.own_scheme) GROUP BY wanted.n",
                _columns(others, 4),
            )
            for index, work in cursor.fetchall():
                found[index] = work
        open_ = [index for index, work in enumerate(found) if work is None and _can_match_by_title(records[index])]
        if open_:
            for index, work in _match_titles(cursor, records, open_):
                found[index] = work
    return found


def _columns(rows: list[tuple[Any, ...]], width: int) -> list[list[Any]]:
    """Rows turned into the parallel arrays that ``unnest`` takes."""
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(width)]


def _can_match_by_title(record: WorkRecord) -> bool:
    return len(title_key(record.title)) >= TITLE_KEY_MINIMUM and bool(record.bylines)


def _match_titles(cursor: Any, records: list[WorkRecord], open_: list[int]) -> list[tuple[int, int]]:
    """Works with the same folded title and a shared author, without a rival id of the record's own scheme."""
    wanted = [
        (
            index,
            title_key(records[index].title),
            records[index].identifiers[0][0] if records[index].identifiers else "",
        )
        for index in open_
    ]
    cursor.execute(
        """
        SELECT wanted.n, min(w.id)
        FROM unnest(%s::int[], %s::text[], %s::text[]) AS wanted(n, title_key, own_scheme)
        JOIN works_work w ON w.title_key = wanted.title_key
        WHERE NOT EXISTS (
            SELECT FROM works_workidentifier rival WHERE rival.work_id = w.id AND rival.scheme = wanted.own_scheme
        ) AND EXISTS (
            SELECT FROM works_authorship a
            JOIN unnest(%s::int[], %s::text[]) AS named(n, block) ON named.n = wanted.n AND named.block = a.block
            WHERE a.work_id = w.id
        )
        GROUP BY wanted.n
        """,
        [*_columns(wanted, 3), *_blocks_of(records, open_)],
    )
    return list(cursor.fetchall())


def _blocks_of(records: list[WorkRecord], open_: list[int]) -> tuple[list[int], list[str]]:
    pairs = [
        (index, row.block)
        for index in open_
        for row in (authorship_row(byline) for byline in records[index].bylines[:50])
        if row.block
    ]
    return [index for index, _ in pairs], [block for _, block in pairs]


def _insert(records: list[WorkRecord], indexes: list[int], loaded: Loaded) -> None:
    now = datetime.now(UTC)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('works_work', 'id')) FROM generate_series(1, %s)", [len(records)]
        )
        ids = [row[0] for row in cursor.fetchall()]
        _take_identifiers(cursor, records, ids, loaded)
        with cursor.copy(f"COPY works_work ({WORK_COLUMNS}) FROM STDIN") as copy:
            for pk, record in zip(ids, records, strict=True):
                copy.write_row(_work_row(pk, record, now))
        blocks: set[str] = set()
        with cursor.copy(f"COPY works_authorship ({AUTHORSHIP_COLUMNS}) FROM STDIN") as copy:
            for pk, record in zip(ids, records, strict=True):
                for position, byline in enumerate(record.bylines):
                    row = authorship_row(byline)
                    blocks.add(row.block)
                    copy.write_row(
                        (
                            pk,
                            position,
                            row.raw_name,
                            row.family,
                            row.given,
                            row.suffix,
                            row.name_key,
                            row.block,
                            row.is_group,
                            list(row.affiliations),
                            row.orcid,
                            row.email,
                            list(row.rors),
                        )
                    )
                    loaded.authorships += 1
        with cursor.copy("COPY works_workversion (work_id, number, submitted_at, size_kb) FROM STDIN") as copy:
            for pk, record in zip(ids, records, strict=True):
                for version in record.versions:
                    copy.write_row((pk, version.number, version.submitted_at, version.size_kb))
        with cursor.copy("COPY works_worktopic (work_id, topic_id, position) FROM STDIN") as copy:
            for pk, record in zip(ids, records, strict=True):
                pairs = dict.fromkeys((topic.scheme, topic.code) for topic in record.topics)
                for position, pair in enumerate(pairs):
                    copy.write_row((pk, _topic_ids[pair], position))
        mark_dirty(blocks)
    for index, pk in zip(indexes, ids, strict=True):
        loaded.work_ids[index] = pk
    loaded.created += len(ids)


def mark_dirty(blocks: Iterable[str]) -> None:
    """Ask for these name blocks to be resolved again. Only appends, so that parallel imports never wait for each other."""
    named = sorted(block for block in blocks if block)
    if named:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO works_dirtyblock (block, since) SELECT b, now() FROM unnest(%s::text[]) AS b", [named]
            )


def _take_identifiers(cursor: Any, records: list[WorkRecord], ids: list[int], loaded: Loaded) -> None:
    """Write identifiers first and in order: whoever loses the race for a work waits here and then finds the winner's.

    Another identifier that a different work holds already (one DOI printed on two preprints) is left to that work.
    """
    own = sorted((*record.identifiers[0], pk) for pk, record in zip(ids, records, strict=True) if record.identifiers)
    others = sorted(
        (scheme, value, pk) for pk, record in zip(ids, records, strict=True) for scheme, value in record.identifiers[1:]
    )
    statement = (
        "INSERT INTO works_workidentifier (scheme, value, work_id)"
        " SELECT * FROM unnest(%s::text[], %s::text[], %s::bigint[]) ON CONFLICT (scheme, value) DO NOTHING"
    )
    cursor.execute(statement, _columns(own, 3))
    if cursor.rowcount != len(own):
        raise IdentifierTaken("a concurrent import took in a work of this batch")
    cursor.execute(statement, _columns(others, 3))
    loaded.dropped_identifiers += len(others) - cursor.rowcount


def _work_row(pk: int, record: WorkRecord, now: datetime) -> tuple[Any, ...]:
    return (
        pk,
        record.kind,
        record.source,
        record.rank,
        record.title,
        title_key(record.title),
        record.abstract or "",
        byline_text(record),
        len(record.bylines),
        record.authors_complete,
        record.authors_missing,
        year_of(record),
        record.submitted,
        record.updated,
        record.announced,
        record.comments or "",
        record.journal_ref or "",
        record.venue or "",
        record.report_no or "",
        record.licence or "",
        record.submitter or "",
        record.code_links,
        record.is_withdrawn,
        record.is_deleted,
        now,
        now,
    )


def _merge(batch: list[tuple[int, WorkRecord, int]], loaded: Loaded) -> None:
    known = fetch_known({work for _, _, work in batch})
    merges = []
    seen: set[int] = set()
    for index, record, work in batch:
        loaded.work_ids[index] = work
        if work in seen:
            # Two records of this round turned out to be one work through different identifiers; the next run sees both.
            loaded.unchanged += 1
            continue
        seen.add(work)
        outcome = merge(known[work], record)
        if outcome.is_empty:
            loaded.unchanged += 1
        else:
            merges.append((known[work], record, outcome))
            loaded.changes[work] = outcome.changes
            loaded.updated += 1
    if merges:
        blocks, authorships, dropped = write_merges(merges, _topic_ids)
        mark_dirty(blocks)
        loaded.authorships += authorships
        loaded.dropped_identifiers += dropped
