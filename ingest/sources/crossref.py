"""``crossref``: facts about published versions of known works, by DOI, from the REST API or from saved answers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import msgspec

from ingest.printed_names import clean_name, group_name, plain_author_text
from ingest.sources.arxiv_facts import plausible
from ingest.sources.base import (
    NOT_JSON,
    Cursor,
    Parsed,
    RawItem,
    SourceOptions,
    SourceUnavailableError,
    UnusableRecordError,
    json_record,
    rejected,
)
from ingest.sources.http import PoliteClient, check_url
from ingest.sources.json_records import read_json_records, require_records
from works.characters import one_line, paragraphs
from works.codelinks import find_code_links
from works.identifiers import arxiv_id, doi, orcid, ror
from works.markup import without_html
from works.records import BylineRecord, WorkKind, WorkRecord

ENDPOINT = "https://api.crossref.org/works"
INTERVAL = 0.4
"""Seconds; the service allows three lists a second to those who give an address, the others one."""
INTERVAL_WITHOUT_CONTACT = 1.1
DOIS_A_REQUEST = 20
RANK = 60
#: Its types of works that we name; all others (reports, standards, peer reviews) are just other works.
_KINDS: dict[str, WorkKind] = {
    "journal-article": "article", "proceedings-article": "conference", "posted-content": "preprint",
    "book-chapter": "chapter", "book-section": "chapter", "book-part": "chapter", "book": "book", "monograph": "book",
    "edited-book": "book", "reference-book": "book", "dataset": "dataset", "dissertation": "thesis",
}  # fmt: skip
_ARXIV_DOI = "10.48550/arxiv."


class _Id(msgspec.Struct):
    id: str = ""


class _Affiliation(msgspec.Struct):
    name: str | None = None
    id: list[_Id] | None = None


class _Author(msgspec.Struct):
    given: str | None = None
    family: str | None = None
    suffix: str | None = None
    name: str | None = None
    orcid: str | None = msgspec.field(default=None, name="ORCID")
    affiliation: list[_Affiliation] = []


class _Date(msgspec.Struct):
    parts: list[list[int | None]] = msgspec.field(default_factory=list, name="date-parts")


class _Licence(msgspec.Struct):
    url: str | None = msgspec.field(default=None, name="URL")


class _Related(msgspec.Struct):
    id: str = ""
    kind: str = msgspec.field(default="", name="id-type")


class _Work(msgspec.Struct):
    doi: str = msgspec.field(name="DOI")
    title: list[str] | None = None
    author: list[_Author] | None = None
    type: str | None = None
    abstract: str | None = None
    container: list[str] | None = msgspec.field(default=None, name="container-title")
    issued: _Date | None = None
    volume: str | None = None
    issue: str | None = None
    page: str | None = None
    article_number: str | None = msgspec.field(default=None, name="article-number")
    license: list[_Licence] | None = None
    relation: dict[str, list[_Related]] | None = None


class _Message(msgspec.Struct):
    items: list[msgspec.Raw]


class _Answer(msgspec.Struct):
    message: msgspec.Raw


_decode_work = msgspec.json.Decoder(_Work).decode
_decode_answer = msgspec.json.Decoder(_Answer).decode
_decode_message = msgspec.json.Decoder(_Message).decode


class Crossref:
    """Completes works whose DOI the catalogue knows; never creates one."""

    slug = "crossref"
    title = "Crossref"
    parser_version = 2
    is_network = True
    brings_institutions = False
    enriches_known_works = True

    def files(self, options: SourceOptions) -> Sequence[str]:
        return options.inputs

    def check(self, options: SourceOptions) -> None:
        if not options.inputs:
            check_url(options.base_url or ENDPOINT, allow_private_hosts=options.allow_private_hosts)
        for name in options.inputs:
            require_records(Path(name), lambda value: "DOI" in value, unwrap_answer, "Crossref works")

    def read(self, options: SourceOptions, cursor: Cursor | None = None) -> Iterator[RawItem]:
        return read_json_records(options, cursor, unwrap_answer) if options.inputs else _read_api(options, cursor)

    def parse(self, raw: bytes, position: int = 0) -> Parsed:
        try:
            with json_record():
                return _record(_decode_work(raw))
        except UnusableRecordError as refusal:
            return rejected(position, raw, refusal.reason, refusal.detail, refusal.key)


def unwrap_answer(raw: bytes) -> list[bytes]:
    """The works of a saved answer of the API (a list or one work), or the work itself."""
    try:
        message = bytes(_decode_answer(raw).message)
    except NOT_JSON:
        return [raw]
    try:
        return [bytes(item) for item in _decode_message(message).items]
    except NOT_JSON:
        return [message]


def _read_api(options: SourceOptions, cursor: Cursor | None) -> Iterator[RawItem]:
    """Look the known DOIs up, some at a time; ``asked`` of them are done. Unknown ones are left out by the service."""
    state = cursor or {}
    asked, skip, position = (
        value if isinstance(value := state.get(name), int) else 0 for name in ("asked", "skip", "position")
    )
    # A comma would end the filter; DataCite's arXiv DOIs are not Crossref's.
    dois = [text for text in options.known_dois if "," not in text and not text.startswith(_ARXIV_DOI)]
    with PoliteClient(options, interval=INTERVAL if _address(options) else INTERVAL_WITHOUT_CONTACT) as web:
        while asked < len(dois):
            wanted = dois[asked : asked + DOIS_A_REQUEST]
            items = _look_up(web, options, wanted)
            for number, raw in enumerate(items[skip:], skip + 1):
                position += 1
                is_last = number == len(items)
                after: Cursor = {
                    "asked": asked + len(wanted) if is_last else asked,
                    "skip": 0 if is_last else number,
                    "position": position,
                    "read": asked + (len(wanted) if is_last else 0),
                    "of": len(dois),
                }
                yield RawItem(position, raw, after)
                if options.limit is not None and position >= options.limit:
                    return
            asked, skip = asked + len(wanted), 0


def _look_up(web: PoliteClient, options: SourceOptions, dois: list[str]) -> list[bytes]:
    parameters = {"filter": ",".join(f"doi:{text}" for text in dois), "rows": str(len(dois))}
    if address := _address(options):
        parameters["mailto"] = address
    page = web.get(options.base_url or ENDPOINT, parameters, also=frozenset({400}))
    if page.status == 400:
        if len(dois) == 1:
            return []
        # One DOI that the service finds malformed spoils the whole filter.
        return [item for text in dois for item in _look_up(web, options, [text])]
    items = unwrap_answer(page.body)
    if items == [page.body]:
        raise SourceUnavailableError("Crossref sends no list of works")
    # The service answers in its own order; ours is that of the DOIs, so that a run resumes where it stood.
    return sorted(items, key=lambda raw: _place(raw, dois))


def _address(options: SourceOptions) -> str:
    return options.contact.removeprefix("mailto:") if "@" in options.contact else ""


def _place(raw: bytes, dois: list[str]) -> int:
    try:
        own = doi(str(json.loads(raw).get("DOI", ""))) or ""
    except (ValueError, AttributeError, RecursionError):
        own = ""
    return dois.index(own) if own in dois else len(dois)


def _record(work: _Work) -> WorkRecord:
    key = doi(work.doi)
    if key is None:
        raise UnusableRecordError("The DOI is not valid", f"DOI: {work.doi}")
    title = one_line(without_html((work.title or [""])[0]))
    if not title:
        raise UnusableRecordError("The title is empty", key=key)
    bylines = [byline for author in work.author or [] if (byline := _byline(author))]
    published, year = _day(work.issued)
    venue = one_line(without_html((work.container or [""])[0])) or None
    abstract = paragraphs(without_html(work.abstract or ""))
    kind = _KINDS.get(work.type, "other") if work.type else "article"
    return WorkRecord(
        source=Crossref.slug,
        key=key,
        rank=RANK,
        kind=kind,
        title=title,
        identifiers=[("doi", key), *_preprints(work.relation or {})],
        bylines=bylines,
        abstract=abstract or None,
        announced=published if kind == "preprint" else None,
        year=year,
        venue=venue,
        journal_ref=_journal_reference(venue, work, year),
        licence=next((licence.url for licence in work.license or [] if licence.url), None),
        code_links=find_code_links(abstract),
    )


def _byline(author: _Author) -> BylineRecord | None:
    affiliations = tuple(
        dict.fromkeys(text for place in author.affiliation if (text := one_line(without_html(place.name or ""))))
    )
    if author.name:
        name = clean_name(group_name(plain_author_text(author.name)))
        return BylineRecord(name, affiliations=affiliations, is_group=True) if name else None
    family, given = (clean_name(plain_author_text(part or "")) for part in (author.family, author.given))
    if not family:
        family, given = given, ""
    if not family:
        return None
    suffix = plain_author_text(author.suffix or "") or None
    found = (ror(entry.id) for place in author.affiliation for entry in place.id or [])
    return BylineRecord(
        name=" ".join(filter(None, (given, family, suffix))),
        family=family,
        given=given or None,
        suffix=suffix,
        affiliations=affiliations,
        orcid=orcid(author.orcid or ""),
        rors=tuple(dict.fromkeys(filter(None, found))),
    )


def _preprints(relation: dict[str, list[_Related]]) -> list[tuple[str, str]]:
    """The arXiv ids of the preprint that this work is the published version of."""
    return [
        ("arxiv", found)
        for related in relation.get("has-preprint", [])
        if related.kind in {"doi", "arxiv", "uri"} and (found := arxiv_id(related.id))
    ]


def _day(issued: _Date | None) -> tuple[date | None, int | None]:
    """The day of publication when it is known whole, and its year."""
    parts = [part for part in (issued.parts[0] if issued and issued.parts else []) if part]
    try:
        return (plausible(date(*parts)) if len(parts) == 3 else None), (parts[0] if parts else None)
    except ValueError:
        return None, parts[0]


def _journal_reference(venue: str | None, work: _Work, year: int | None) -> str | None:
    """ "Neurobiology of Aging 33(3), 588-602 (2012)", as far as the parts are known; nothing without a volume."""
    if not venue or not work.volume:
        return None
    issue = f"({work.issue})" if work.issue else ""
    pages = work.page or work.article_number
    return f"{venue} {work.volume}{issue}" + (f", {pages}" if pages else "") + (f" ({year})" if year else "")
