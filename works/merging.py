"""Which facts win when a record says something about a work that the catalogue already knows. Pure rules.

A fact of a higher-ranked source replaces one of a lower; at equal rank the later record wins, unless it is known to be
older than what we hold. A lower-ranked record only fills gaps. A cut author list never replaces a whole one. What a
record does not mention is kept.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

import msgspec

from works.records import VersionRecord, WorkRecord
from works.rows import AuthorshipRow, authorship_row, byline_text, title_key, year_of

#: Facts that are plain values: name in the record and in ``works.models.Work``.
SCALARS = (
    "kind",
    "title",
    "abstract",
    "submitted",
    "updated",
    "announced",
    "comments",
    "journal_ref",
    "venue",
    "report_no",
    "licence",
    "submitter",
)
#: Names of an author list that are kept in the account of a change.
_NAMES_IN_CHANGE = 50
_CUT_MARKS = ("…", "...")

Identifier = tuple[str, str]


class KnownWork(msgspec.Struct, kw_only=True):
    """What the catalogue holds of a work before a merge: its columns and its authorships in order, each with its id."""

    id: int
    columns: dict[str, Any]
    authorships: list[tuple[int, AuthorshipRow]] = msgspec.field(default_factory=list)
    identifiers: set[Identifier] = msgspec.field(default_factory=set)
    versions: dict[int, VersionRecord] = msgspec.field(default_factory=dict)
    topics: list[tuple[str, str]] = msgspec.field(default_factory=list)
    topic_ids: dict[tuple[str, str], int] = msgspec.field(default_factory=dict)


class Merge(msgspec.Struct):
    """What a record changes: column values, the author list when it changes, identifiers and versions to write, topics.

    ``topics`` replaces the list, ``None`` leaves it. ``changes`` maps a fact to ``[before, after]`` in plain JSON.
    """

    columns: dict[str, Any]
    authorships: list[AuthorshipRow] | None
    identifiers: list[Identifier]
    versions: list[VersionRecord]
    topics: list[tuple[str, str]] | None
    changes: dict[str, list[Any]]

    @property
    def is_empty(self) -> bool:
        return not self.changes


def merge(known: KnownWork, record: WorkRecord, holders: Mapping[Identifier, int]) -> Merge:
    """Compare a record with what is known and say what changes.

    ``holders`` names the work that holds an identifier; one that another work holds stays there.
    """
    leads = _leads(known, record)
    columns: dict[str, Any] = {}
    changes: dict[str, list[Any]] = {}

    def change(field: str, value: Any) -> None:
        before = known.columns[field]
        if value != before:
            columns[field] = value
            changes[field] = [_plain(before), _plain(value)]

    for field in SCALARS:
        value, held = getattr(record, field), known.columns[field]
        if value and (leads or not held or _is_cut(held, value)) and not _is_cut(value, held):
            change(field, value)
    if "title" in columns:
        columns["title_key"] = title_key(columns["title"])
    year = _year(known, record, columns, leads)
    if year is not None:
        change("year", year)
    links = known.columns["code_links"]
    change("code_links", [*links, *(link for link in record.code_links if link not in links)])
    if leads:
        if not record.is_deleted:  # the source then says nothing else of the work
            change("is_withdrawn", record.is_withdrawn)
        change("is_deleted", record.is_deleted)
        if record.rank > known.columns["source_rank"]:
            columns["source_rank"] = record.rank
            change("source", record.source)

    authorships = _authors(known, record, leads)
    if authorships is not None:
        before = [row.raw_name for _, row in known.authorships]
        after = [row.raw_name for row in authorships]
        columns["byline"] = byline_text(record) if before != after else known.columns["byline"]
        columns["author_count"] = len(after)
        columns["authors_complete"] = record.authors_complete or known.columns["authors_complete"]
        columns["authors_missing"] = None if columns["authors_complete"] else record.authors_missing
        changes["authors"] = (
            [before[:_NAMES_IN_CHANGE], after[:_NAMES_IN_CHANGE]]
            if before != after
            else ["", "affiliations or identifiers added"]
        )

    identifiers = [
        pair
        for pair in dict.fromkeys(record.identifiers)
        if pair not in known.identifiers and holders.get(pair, known.id) == known.id
    ]
    if identifiers:
        changes["identifiers"] = [spelled(known.identifiers), spelled({*known.identifiers, *identifiers})]
    versions = _versions(known, record)
    if versions:
        numbers = sorted(known.versions.keys() | {version.number for version in versions})
        changes["versions"] = [sorted(known.versions), numbers]
    topics = _topics(known, record, leads)
    if topics is not None:
        changes["topics"] = [[code for _, code in known.topics], [code for _, code in topics]]
    return Merge(columns, authorships, identifiers, versions, topics, changes)


def spelled(identifiers: Collection[Identifier]) -> list[str]:
    """Identifiers as the account of a change shows them."""
    return [f"{scheme}:{value}" for scheme, value in sorted(identifiers)]


def _leads(known: KnownWork, record: WorkRecord) -> bool:
    if record.rank != known.columns["source_rank"]:
        return bool(record.rank > known.columns["source_rank"])
    held = known.columns["updated"]
    return record.updated is None or held is None or record.updated >= held


def _is_cut(value: Any, known: Any) -> bool:
    """A shortened text ("... behaviours across diverse adve…") is no news of the text it was cut from."""
    if not isinstance(value, str) or not isinstance(known, str) or not value.endswith(_CUT_MARKS):
        return False
    beginning = value.rstrip("….").rstrip()
    return len(known) > len(beginning) and known.startswith(beginning)


def _year(known: KnownWork, record: WorkRecord, columns: dict[str, Any], leads: bool) -> int | None:
    """The year of the dates as they stand after the merge; ``None`` leaves it. A bare year gives way to any day."""
    dates = {field: columns.get(field, known.columns[field]) for field in ("submitted", "announced", "updated")}
    year = record.year if leads or known.columns["year"] is None else known.columns["year"]
    if record.year is None and not any(dates.values()):
        return None
    return year_of(msgspec.structs.replace(record, year=year, **dates))


def _authors(known: KnownWork, record: WorkRecord, leads: bool) -> list[AuthorshipRow] | None:
    if not record.bylines:
        return None
    rows = [authorship_row(byline) for byline in record.bylines]
    held = [row for _, row in known.authorships]
    was_complete = bool(known.columns["authors_complete"])
    if held and not record.authors_complete and (was_complete or len(rows) <= len(held)):
        return None
    if held and was_complete and not leads:
        return _filled(held, rows)
    merged = _richer(rows, held)
    return merged if merged != held or record.authors_complete != was_complete else None


def _filled(held: list[AuthorshipRow], rows: list[AuthorshipRow]) -> list[AuthorshipRow] | None:
    """Keep the printed names and add what the poorer source knows beside them, where the lists run in parallel."""
    if len(held) != len(rows) or any(a.block != b.block for a, b in zip(held, rows, strict=True)):
        return None
    merged = [_completed(a, b) for a, b in zip(held, rows, strict=True)]
    return merged if merged != held else None


def _richer(rows: list[AuthorshipRow], held: list[AuthorshipRow]) -> list[AuthorshipRow]:
    """The new printed rows, keeping what they do not say but the old rows of the same names did, in whatever order."""
    by_name: dict[str, list[AuthorshipRow]] = defaultdict(list)
    for row in held:
        by_name[row.name_key].append(row)
    return [_completed(row, same.pop(0)) if (same := by_name[row.name_key]) else row for row in rows]


def _completed(row: AuthorshipRow, other: AuthorshipRow) -> AuthorshipRow:
    return msgspec.structs.replace(
        row,
        affiliations=row.affiliations or other.affiliations,
        orcid=row.orcid or other.orcid,
        email=row.email or other.email,
        rors=row.rors or other.rors,
    )


def _versions(known: KnownWork, record: WorkRecord) -> list[VersionRecord]:
    """Versions that are new, or known without a date or size that the record gives."""
    changed = []
    for version in record.versions:
        held = known.versions.get(version.number, VersionRecord(version.number))
        merged = VersionRecord(
            version.number, held.submitted_at or version.submitted_at, held.size_kb or version.size_kb
        )
        if version.number not in known.versions or merged != held:
            changed.append(merged)
    return list({version.number: version for version in changed}.values())


def _topics(known: KnownWork, record: WorkRecord, leads: bool) -> list[tuple[str, str]] | None:
    named = list(dict.fromkeys((topic.scheme, topic.code) for topic in record.topics))
    if not named:
        return None
    if leads:
        schemes = {scheme for scheme, _ in named}
        topics = named + [pair for pair in known.topics if pair[0] not in schemes]
    else:  # the primary one stays first
        topics = known.topics + [pair for pair in named if pair not in known.topics]
    return topics if topics != known.topics else None


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
