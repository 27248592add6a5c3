"""Which facts win when a record says something about a work that the catalogue already knows. Pure rules.

A fact of a higher-ranked source replaces one of a lower; at equal rank the later record wins, unless it is known to be
older than what we hold. A lower-ranked record only fills gaps. A cut author list never replaces a whole one. What a
record does not mention is kept.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec

from works.records import WorkRecord
from works.rows import AuthorshipRow, authorship_row, byline_text, title_key, year_of

#: Facts that are plain values: name in the record -> name in ``works.models.Work``.
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


class KnownWork(msgspec.Struct):
    """What the catalogue holds of a work before a merge: its columns and its authorships in order, each with its id."""

    id: int
    columns: dict[str, Any]
    authorships: list[tuple[int, AuthorshipRow]]
    identifiers: set[tuple[str, str]]
    versions: set[int]
    topics: list[tuple[str, str]]


class Merge(msgspec.Struct):
    """What a record changes: new column values, the new author list when it changes, rows to add, and the change in words.

    ``changes`` maps a fact to ``[before, after]``. ``topics`` replaces the list, ``None`` leaves it.
    """

    columns: dict[str, Any]
    authorships: list[AuthorshipRow] | None
    identifiers: list[tuple[str, str]]
    versions: set[int]
    topics: list[tuple[str, str]] | None
    changes: dict[str, list[Any]]

    @property
    def is_empty(self) -> bool:
        return not self.changes


def merge(known: KnownWork, record: WorkRecord) -> Merge:
    """Compare a record with what is known and say what changes."""
    leads = _leads(known, record)
    columns: dict[str, Any] = {}
    changes: dict[str, list[Any]] = {}

    def change(field: str, value: Any) -> None:
        before = known.columns[field]
        if value != before:
            columns[field] = value
            changes[field] = [_plain(before), _plain(value)]

    for field in SCALARS:
        value = getattr(record, field)
        if value and (leads or not known.columns[field]) and not _is_cut(value, known.columns[field]):
            change(field, value)
    if "title" in columns:
        columns["title_key"] = title_key(columns["title"])
    year = year_of(record)
    if year is not None and (leads or known.columns["year"] is None):
        change("year", year)
    links = [
        *known.columns["code_links"],
        *(link for link in record.code_links if link not in known.columns["code_links"]),
    ]
    change("code_links", links)
    if leads:
        change("is_withdrawn", record.is_withdrawn)
        change("is_deleted", record.is_deleted)
        if record.rank > known.columns["source_rank"]:
            columns["source_rank"] = record.rank
            columns["source"] = record.source

    authorships = _authors(known, record, leads)
    if authorships is not None:
        before = [row.raw_name for _, row in known.authorships]
        after = [row.raw_name for row in authorships]
        columns["byline"] = byline_text(record)
        columns["author_count"] = len(after)
        columns["authors_complete"] = record.authors_complete
        columns["authors_missing"] = record.authors_missing
        changes["authors"] = [before[:50], after[:50]] if before != after else ["", "affiliations or identifiers added"]

    identifiers = [pair for pair in record.identifiers if pair not in known.identifiers]
    if identifiers:
        changes["identifiers"] = [[], [f"{scheme}:{value}" for scheme, value in identifiers]]
    versions = {version.number for version in record.versions} - known.versions
    if versions:
        changes["versions"] = [sorted(known.versions), sorted(known.versions | versions)]
    topics = _topics(known, record, leads)
    if topics is not None:
        changes["topics"] = [[code for _, code in known.topics], [code for _, code in topics]]
    return Merge(columns, authorships, identifiers, versions, topics, changes)


def _leads(known: KnownWork, record: WorkRecord) -> bool:
    if record.rank != known.columns["source_rank"]:
        return bool(record.rank > known.columns["source_rank"])
    held = known.columns["updated"]
    return record.updated is None or held is None or record.updated >= held


def _is_cut(value: Any, known: Any) -> bool:
    """A shortened text ("... behaviours across diverse adve…") is no news of the text it was cut from."""
    if not isinstance(value, str) or not isinstance(known, str) or not value.endswith(("…", "...")):
        return False
    return known.startswith(value.rstrip("….").rstrip()[:200])


def _authors(known: KnownWork, record: WorkRecord, leads: bool) -> list[AuthorshipRow] | None:
    if not record.bylines:
        return None
    rows = [authorship_row(byline) for byline in record.bylines]
    held = [row for _, row in known.authorships]
    if held and not record.authors_complete and (known.columns["authors_complete"] or len(rows) <= len(held)):
        return None
    if held and known.columns["authors_complete"] and not leads:
        return _filled(held, rows)
    merged = [_richer(row, held[position]) if position < len(held) else row for position, row in enumerate(rows)]
    return merged if merged != held or record.authors_complete != known.columns["authors_complete"] else None


def _filled(held: list[AuthorshipRow], rows: list[AuthorshipRow]) -> list[AuthorshipRow] | None:
    """Keep the printed names and add what the poorer source knows beside them, where the lists run in parallel."""
    if len(held) != len(rows) or any(a.block != b.block for a, b in zip(held, rows, strict=True)):
        return None
    merged = [
        msgspec.structs.replace(
            a,
            affiliations=a.affiliations or b.affiliations,
            orcid=a.orcid or b.orcid,
            email=a.email or b.email,
            rors=a.rors or b.rors,
        )
        for a, b in zip(held, rows, strict=True)
    ]
    return merged if merged != held else None


def _richer(row: AuthorshipRow, held: AuthorshipRow) -> AuthorshipRow:
    """The new printed row, keeping what it does not say but the old one of the same name did."""
    if row.block != held.block:
        return row
    return msgspec.structs.replace(
        row,
        affiliations=row.affiliations or held.affiliations,
        orcid=row.orcid or held.orcid,
        email=row.email or held.email,
        rors=row.rors or held.rors,
    )


def _topics(known: KnownWork, record: WorkRecord, leads: bool) -> list[tuple[str, str]] | None:
    named = list(dict.fromkeys((topic.scheme, topic.code) for topic in record.topics))
    if not named:
        return None
    schemes = {scheme for scheme, _ in named}
    others = [pair for pair in known.topics if pair[0] not in schemes]
    same = [pair for pair in known.topics if pair[0] in schemes]
    if not leads:
        named = same + [pair for pair in named if pair not in same]
    topics = named + others
    return topics if topics != known.topics else None


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
