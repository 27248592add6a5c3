"""``arxiv-snapshot``: arXiv's metadata in bulk, one JSON object a line, as distributed on Kaggle."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from ingest.sources.arxiv_facts import arxiv_topics, is_withdrawn, parse_day, parse_http_date, plausible
from ingest.sources.base import (
    NOT_JSON,
    Cursor,
    Parsed,
    RawItem,
    SourceError,
    SourceOptions,
    UnusableRecordError,
    rejected,
)
from ingest.sources.bylines import bylines_of
from ingest.sources.files import first_lines, read_lines
from works.characters import one_line, paragraphs
from works.codelinks import find_code_links
from works.identifiers import arxiv_id, find_dois
from works.records import VersionRecord, WorkRecord

RANK = 80
_RAW_CONTROL = re.compile(rb"[\x00-\x1f]")


class _Version(msgspec.Struct):
    version: str = ""
    created: str | None = None


class _Record(msgspec.Struct, rename={"journal_ref": "journal-ref", "report_no": "report-no"}):
    id: str | float
    title: str | None
    authors: str | None = None
    authors_parsed: list[list[str | None]] | None = None
    abstract: str | None = None
    categories: str | list[str] | None = None
    comments: str | None = None
    journal_ref: str | None = None
    report_no: str | None = None
    doi: str | None = None
    license: str | None = None
    submitter: str | None = None
    versions: list[_Version] | None = None
    update_date: str | None = None


_decode = msgspec.json.Decoder(_Record).decode
_decode_anything = msgspec.json.Decoder().decode


class ArxivSnapshot:
    """arXiv's bulk metadata snapshot; plain or compressed."""

    slug = "arxiv-snapshot"
    title = "arXiv bulk snapshot"
    parser_version = 3
    is_network = False
    brings_institutions = False
    enriches_known_works = False

    def files(self, options: SourceOptions) -> Sequence[str]:
        return options.inputs

    def check(self, options: SourceOptions) -> None:
        if not options.inputs:
            raise SourceError("arxiv-snapshot needs a file: the JSON lines of arXiv's metadata snapshot")
        for name in options.inputs:
            require_snapshot(Path(name))

    def read(self, options: SourceOptions, cursor: Cursor | None = None) -> Iterator[RawItem]:
        return read_lines(options, cursor)

    def parse(self, raw: bytes, position: int = 0) -> Parsed:
        try:
            return parse_snapshot_line(raw)
        except UnusableRecordError as refusal:
            return rejected(position, raw, refusal.reason, refusal.detail, refusal.key)


def require_snapshot(path: Path) -> None:
    """Refuse a file none of whose first lines looks like a snapshot record, and say what it looks like instead."""
    kind = "no JSON lines"
    for line in first_lines(path):
        try:
            value = _decode_anything(_mended_json(line))
        except NOT_JSON:
            continue
        if isinstance(value, dict) and "id" in value and ("authors_parsed" in value or "categories" in value):
            return
        kind = _kind_of(value)
    raise SourceError(f"{path.name} is no arXiv snapshot: it holds {kind}")


def _kind_of(value: object) -> str:
    if not isinstance(value, dict):
        return "JSON, but not one object a line"
    identifier = str(value.get("id", ""))
    if "ror.org" in identifier:
        return "ROR organisations (use the source ror)"
    if "openalex.org" in identifier:
        return "OpenAlex records (use the source openalex)"
    if "bylines" in value:
        return "an attribution gold set"
    return "JSON objects of another layout"


def parse_snapshot_line(raw: bytes) -> WorkRecord:
    """One line of the snapshot as a record. Raises ``UnusableRecordError``."""
    try:
        line = _decode(raw)
    except NOT_JSON:
        line = _decode_mended(raw)
    key = arxiv_id(line.id if isinstance(line.id, str) else repr(line.id))
    if key is None:
        raise UnusableRecordError("The arXiv id is not valid", f"id: {line.id!r}")
    title = one_line(line.title or "")
    if not title:
        raise UnusableRecordError("The title is empty", key=key)
    bylines, complete, missing = bylines_of(line.authors or "", line.authors_parsed or [])
    if not bylines:
        raise UnusableRecordError("The work has no author", f"authors: {line.authors!r}", key)
    abstract = paragraphs(line.abstract) if line.abstract else None
    comments = one_line(line.comments) if line.comments else None
    versions = _versions(line.versions or [])
    identifiers = [("arxiv", key)]
    if line.doi:
        identifiers.extend(("doi", doi) for doi in find_dois(line.doi))
    return WorkRecord(
        source=ArxivSnapshot.slug,
        key=key,
        rank=RANK,
        title=title,
        identifiers=identifiers,
        bylines=bylines,
        authors_complete=complete,
        authors_missing=missing,
        abstract=abstract or None,
        comments=comments or None,
        versions=versions,
        topics=arxiv_topics(line.categories or ""),
        submitted=versions[0].submitted_at.date() if versions and versions[0].submitted_at else None,
        updated=plausible(parse_day(line.update_date)),
        journal_ref=one_line(line.journal_ref or "") or None,
        report_no=one_line(line.report_no or "") or None,
        licence=one_line(line.license or "") or None,
        submitter=one_line(line.submitter or "") or None,
        code_links=find_code_links(comments, abstract),
        is_withdrawn=is_withdrawn(comments, abstract),
    )


def _decode_mended(raw: bytes) -> _Record:
    """Decode a line that strict JSON refuses but that a person would read: raw control characters, Latin-1 bytes."""
    try:
        return _decode(_mended_json(raw))
    except msgspec.ValidationError as error:
        raise UnusableRecordError("A field is missing or has the wrong type", str(error)) from None
    except NOT_JSON as error:
        raise UnusableRecordError("The line is not valid JSON", str(error)) from None


def _mended_json(raw: bytes) -> bytes:
    try:
        raw.decode()
    except UnicodeDecodeError:
        raw = raw.decode("cp1252", "replace").encode()
    return _RAW_CONTROL.sub(b" ", raw).removeprefix(b"\xef\xbb\xbf")


def _versions(versions: list[_Version]) -> list[VersionRecord]:
    """Versions in order of their number; an unreadable or impossible date becomes unknown."""
    found: dict[int, VersionRecord] = {}
    for index, version in enumerate(versions, 1):
        digits = version.version.removeprefix("v")
        number = int(digits) if digits.isdecimal() and 0 < len(digits) < 4 else index
        found.setdefault(number, VersionRecord(number=number, submitted_at=parse_http_date(version.created)))
    return [found[number] for number in sorted(found)] if len(found) > 1 else list(found.values())
