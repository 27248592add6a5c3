"""Take a batch of records into the catalogue: match, insert what is new, merge what is known.

New works go in by COPY; known works are compared by the rules of ``works.merging`` and only differences are written.
The caller owns the transaction, so that a batch and the cursor of its run move together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from django.db import IntegrityError, OperationalError, connection, transaction
from psycopg.errors import LockNotAvailable

from works.copying import (
    AUTHORSHIP_COLUMNS,
    TOPIC_COLUMNS,
    VERSION_COLUMNS,
    WORK_COLUMNS,
    authorship_rows,
    copy_rows,
    escaped,
    topic_rows,
    version_rows,
    work_rows,
)
from works.known import fetch_known, write_merges
from works.matching import are_known_meanwhile, columns_of, holders_of, match_known
from works.merging import Identifier, merge, spelled
from works.models import Topic, WorkIdentifier
from works.records import TopicRecord, WorkRecord
from works.rows import title_key
from works.taxonomy import topic_name

TopicIds = Mapping[tuple[str, str], int]

#: The index of the text vectors takes new rows into a list that every search reads through, and sorts them in when the
#: list is full. A longer list costs imports less and searches during an import some milliseconds.
_SEARCH_LIST_KB = 16 * 1024
_SORTING_MEMORY_KB = 48 * 1024
_SETTLING_PATIENCE = "50ms"


class WorkTakenError(IntegrityError):
    """Another transaction took in a work of this batch at the same moment; the batch run again will find it."""


class Loaded(msgspec.Struct):
    """What became of a batch. ``work_ids`` has one id for each record in order, 0 for the deletion of an unknown work;
    ``changes`` the differences by work, those included that lost an identifier to a work of the batch.

    ``dropped_identifiers`` counts identifiers left out because another work holds them.
    """

    work_ids: list[int]
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    authorships: int = 0
    blocks: set[str] = msgspec.field(default_factory=set)
    changed_blocks: set[str] = msgspec.field(default_factory=set)
    new_works: list[int] = msgspec.field(default_factory=list)
    changes: dict[int, dict[str, list[Any]]] = msgspec.field(default_factory=dict)
    dropped_identifiers: int = 0


def load(records: Sequence[WorkRecord], topics: TopicIds | None = None) -> Loaded:
    """Take in records of one source, in order; one that stands twice counts as created and then updated or unchanged.

    ``topics`` comes from ``ensure_topics``; without it that is done here. Must run inside ``transaction.atomic``.
    Raises ``WorkTakenError`` when a concurrent import wins the race for a work; the transaction is then to be
    rolled back and the batch run again.
    """
    topics = ensure_topics(records) if topics is None else topics
    _prepare_bulk()
    loaded = Loaded(work_ids=[0] * len(records))
    waiting = list(enumerate(records))
    while waiting:
        batch, waiting = _distinct(waiting)
        waiting = _load_distinct(batch, topics, loaded) + waiting
    mark_dirty(loaded.blocks - loaded.changed_blocks)
    mark_dirty(loaded.changed_blocks, is_whole=True)
    return loaded


def _prepare_bulk() -> None:
    """Settings of this transaction alone."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('gin_pending_list_limit', %s, true), set_config('work_mem', %s, true)",
            [f"{_SEARCH_LIST_KB}kB", f"{_SORTING_MEMORY_KB}kB"],
        )


def settle_search() -> None:
    """Sort what imports left in the list of the search index into it; otherwise autovacuum does so sooner or later.

    Whoever is at it already is left alone: autovacuum takes its time.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [_SETTLING_PATIENCE])
            cursor.execute("SELECT gin_clean_pending_list('work_search')")
    except OperationalError as error:
        if not isinstance(error.__cause__, LockNotAvailable):
            raise


def ensure_topics(records: Iterable[WorkRecord]) -> TopicIds:
    """The ids of all topics that the records name; those named for the first time are created.

    Runs outside the batch's transaction, so that parallel imports do not wait for each other's new topics.
    """
    topics = {(topic.scheme, topic.code): topic for record in records for topic in record.topics}
    ids = _topic_ids(topics)
    missing = [_topic(topic) for pair, topic in topics.items() if pair not in ids]
    if missing:
        Topic.objects.bulk_create(missing, ignore_conflicts=True)
        ids = _topic_ids(topics)
    return ids


def mark_dirty(blocks: Iterable[str], *, is_whole: bool = False) -> None:
    """Ask for these name blocks to be resolved: all that is in them (``is_whole``), or what has no author yet.

    Only appends, so that imports never wait for each other.
    """
    named = sorted(block for block in blocks if block)
    if named:
        tail = f"{'t' if is_whole else 'f'}\t{datetime.now(UTC).isoformat()}"
        with connection.cursor() as cursor:
            copy_rows(
                cursor, "works_dirtyblock", "block, is_whole, since", (f"{escaped(block)}\t{tail}" for block in named)
            )


def _topic_ids(pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
    found = Topic.objects.filter(code__in={code for _, code in pairs}).values_list("scheme", "code", "pk")
    return {(scheme, code): pk for scheme, code, pk in found}


def _topic(topic: TopicRecord) -> Topic:
    return Topic(scheme=topic.scheme, code=topic.code, name=topic.name or topic_name(topic.scheme, topic.code))


Entries = list[tuple[int, WorkRecord]]


def _distinct(entries: Entries) -> tuple[Entries, Entries]:
    """Part records so that the first part holds no two that look like one work: those must see each other's rows."""
    taken: set[Any] = set()
    first: Entries = []
    rest: Entries = []
    for index, record in entries:
        keys = {*record.identifiers[:1], title_key(record.title)}
        if taken.isdisjoint(keys):
            first.append((index, record))
            taken |= keys
        else:
            rest.append((index, record))
    return first, rest


def _load_distinct(batch: Entries, topics: TopicIds, loaded: Loaded) -> Entries:
    """Take in records that look like different works. Returns those that turned out to be an earlier one's work."""
    found = match_known([record for _, record in batch])
    new: Entries = []
    known: dict[int, tuple[int, WorkRecord]] = {}
    again: Entries = []
    for entry, work in zip(batch, found, strict=True):
        if work is None and entry[1].is_deleted:
            loaded.unchanged += 1
        elif work is None:
            new.append(entry)
        elif work in known:
            again.append(entry)
        else:
            known[work] = entry
    if new:
        _insert(new, topics, loaded)
    if known:
        _merge(known, topics, loaded)
    return again


def _insert(entries: Entries, topics: TopicIds, loaded: Loaded) -> None:
    records = [record for _, record in entries]
    now = datetime.now(UTC)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('works_work', 'id')) FROM generate_series(1, %s)", [len(records)]
        )
        ids = [row[0] for row in cursor.fetchall()]
        _take_identifiers(cursor, records, ids, loaded)
        copy_rows(cursor, "works_work", WORK_COLUMNS, work_rows(ids, records, now))
        copy_rows(cursor, "works_authorship", AUTHORSHIP_COLUMNS, authorship_rows(ids, records, loaded.blocks))
        copy_rows(cursor, "works_workversion", VERSION_COLUMNS, version_rows(ids, records))
        copy_rows(cursor, "works_worktopic", TOPIC_COLUMNS, topic_rows(ids, records, topics))
        _take_dois(cursor, records, ids, loaded)
    for (index, _), pk in zip(entries, ids, strict=True):
        loaded.work_ids[index] = pk
    loaded.created += len(ids)
    loaded.authorships += sum(len(record.bylines) for record in records)
    loaded.new_works += ids


def _take_identifiers(cursor: Any, records: list[WorkRecord], ids: list[int], loaded: Loaded) -> None:
    """Write identifiers first and in order: whoever loses the race for a work waits here and then finds the winner's.

    Another identifier that a different work holds already is left to that work. DOIs come later (``_take_dois``).
    """
    own = sorted((*record.identifiers[0], pk) for pk, record in zip(ids, records, strict=True) if record.identifiers)
    others = sorted(
        (scheme, value, pk)
        for pk, record in zip(ids, records, strict=True)
        for scheme, value in record.identifiers[1:]
        if scheme != WorkIdentifier.Scheme.DOI
    )
    if _write_identifiers(cursor, own) != len(own):
        raise WorkTakenError("a concurrent import took in a work of this batch")
    dropped = len(others) - _write_identifiers(cursor, others)
    if dropped:
        _require_unknown(records, ids)
    loaded.dropped_identifiers += dropped


def _require_unknown(records: list[WorkRecord], ids: list[int]) -> None:
    """Raise when a concurrent import of another source brought in the work of one of these records."""
    if are_known_meanwhile(records, set(ids)):
        raise WorkTakenError("a concurrent import of another source took in a work of this batch")


def _take_dois(cursor: Any, records: list[WorkRecord], ids: list[int], loaded: Loaded) -> None:
    """Write DOIs. Of works that print the same one, the first by the source's id holds it, in whatever order they come.

    So it does not matter which of two batches is faster, and they may come last: another batch with the same DOI waits
    from here to the end of the transaction, not through all of it.
    """
    printed = sorted(
        (record.identifiers[0], pair, pk)
        for pk, record in zip(ids, records, strict=True)
        for pair in record.identifiers[1:]
        if pair[0] == WorkIdentifier.Scheme.DOI
    )
    first: dict[Identifier, int] = {}
    for _, pair, pk in printed:
        first.setdefault(pair, pk)
    dois = sorted((*pair, pk) for pair, pk in first.items())
    dropped = len(printed) - _write_identifiers(cursor, dois)
    if dropped:
        holders = holders_of(list(first))
        held = [row for row in dois if holders[row[:2]] != row[2]]
        if held:
            _require_unknown(records, ids)
        cursor.execute(
            "UPDATE works_workidentifier held SET work_id = new.work_id"
            " FROM unnest(%s::text[], %s::text[], %s::bigint[]) AS new(scheme, value, work_id)"
            " JOIN works_workidentifier own ON own.work_id = new.work_id AND own.scheme <> new.scheme"
            " WHERE held.scheme = new.scheme AND held.value = new.value AND held.work_id <> new.work_id"
            " AND EXISTS (SELECT FROM works_workidentifier theirs WHERE theirs.work_id = held.work_id"
            ' AND theirs.scheme = own.scheme AND theirs.value > own.value COLLATE "C")'
            " RETURNING held.scheme, held.value",
            columns_of(held, 3),
        )
        taken: dict[int, list[Identifier]] = defaultdict(list)
        for scheme, value in cursor.fetchall():
            taken[holders[scheme, value]].append((scheme, value))
        _note_losses(taken, loaded)
    loaded.dropped_identifiers += dropped


def _note_losses(taken: Mapping[int, list[Identifier]], loaded: Loaded) -> None:
    """Put into the account of changes what works lost to others."""
    left = WorkIdentifier.objects.filter(work__in=taken).values_list("work", "scheme", "value")
    for work, lost in taken.items():
        after = {(scheme, value) for pk, scheme, value in left if pk == work}
        fields = loaded.changes.setdefault(work, {})
        before = fields["identifiers"][0] if "identifiers" in fields else spelled({*after, *lost})
        fields["identifiers"] = [before, spelled(after)]


def _write_identifiers(cursor: Any, rows: list[tuple[str, str, int]]) -> int:
    cursor.execute(
        "INSERT INTO works_workidentifier (scheme, value, work_id)"
        " SELECT * FROM unnest(%s::text[], %s::text[], %s::bigint[]) ON CONFLICT (scheme, value) DO NOTHING",
        columns_of(rows, 3),
    )
    return int(cursor.rowcount)


def _merge(entries: dict[int, tuple[int, WorkRecord]], topics: TopicIds, loaded: Loaded) -> None:
    known = fetch_known(entries)
    holders = holders_of([pair for _, record in entries.values() for pair in record.identifiers])
    merges = []
    for work, (index, record) in entries.items():
        loaded.work_ids[index] = work
        outcome = merge(known[work], record, holders)
        if outcome.is_empty:
            loaded.unchanged += 1
            continue
        merges.append((known[work], outcome))
        loaded.updated += 1
        # A record that stands twice in a batch changes a fact from its first state to its last.
        before = loaded.changes.setdefault(work, {})
        for fact, (old, new) in outcome.changes.items():
            before[fact] = [before[fact][0] if fact in before else old, new]
    if merges:
        written = write_merges(merges, topics)
        loaded.blocks |= written.blocks
        loaded.changed_blocks |= written.blocks
        loaded.authorships += written.authorships
        loaded.dropped_identifiers += written.dropped_identifiers
