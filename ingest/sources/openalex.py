"""``openalex``: works of OpenAlex, from its API or from files (its snapshot, or saved answers)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from ingest.printed_names import clean_name, group_name, is_group_name, plain_author_text
from ingest.sources.arxiv_facts import parse_day, plausible
from ingest.sources.base import (
    NOT_JSON,
    Cursor,
    Parsed,
    RawItem,
    SourceError,
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
from works.identifiers import arxiv_id, doi, openalex_id, orcid, ror
from works.markup import without_html
from works.records import BylineRecord, TopicRecord, WorkKind, WorkRecord

ENDPOINT = "https://api.openalex.org/works"
INTERVAL = 0.2
"""Seconds; the service allows a hundred requests a second, but counts them by the day."""
PAGE_SIZE = 100
"""The most that the service gives at once."""
_SPEAKING_STATUSES = frozenset({400, 401})
RANK = 50
MAX_ABSTRACT_WORDS = 20_000
MAX_COMPLAINT = 200
#: Its types of works that we name; all others (editorials, corrections, peer reviews, software) are just other works.
_KINDS: dict[str, WorkKind] = {
    "preprint": "preprint", "article": "article", "letter": "article", "conference-paper": "conference",
    "book": "book", "book-chapter": "chapter", "book-section": "chapter", "dataset": "dataset",
    "dissertation": "thesis", "review": "review",
}  # fmt: skip


class _Source(msgspec.Struct):
    display_name: str | None = None


class _Location(msgspec.Struct):
    landing_page_url: str | None = None
    source: _Source | None = None
    license: str | None = None


class _Institution(msgspec.Struct):
    display_name: str | None = None
    ror: str | None = None


class _Author(msgspec.Struct):
    display_name: str | None = None
    orcid: str | None = None


class _Authorship(msgspec.Struct):
    author: _Author
    raw_author_name: str | None = None
    raw_affiliation_strings: list[str] | None = None
    institutions: list[_Institution] = []


class _Topic(msgspec.Struct):
    id: str
    display_name: str | None = None


class _Biblio(msgspec.Struct):
    volume: str | None = None
    issue: str | None = None
    first_page: str | None = None
    last_page: str | None = None


class _Work(msgspec.Struct):
    id: str
    title: str | None = None
    display_name: str | None = None
    doi: str | None = None
    publication_date: str | None = None
    publication_year: int | None = None
    type: str | None = None
    authorships: list[_Authorship] = []
    is_authors_truncated: bool | None = None
    is_paratext: bool | None = None
    is_retracted: bool | None = None
    primary_location: _Location | None = None
    locations: list[_Location] | None = None
    abstract_inverted_index: dict[str, list[int]] | None = None
    topics: list[_Topic] | None = None
    biblio: _Biblio | None = None


class _Meta(msgspec.Struct, frozen=True):
    count: int = 0
    next_cursor: str | None = None


class _Answer(msgspec.Struct):
    results: list[msgspec.Raw]
    meta: _Meta = _Meta()


class _Refusal(msgspec.Struct):
    error: str = ""
    message: str = ""


_decode_work = msgspec.json.Decoder(_Work).decode
_decode_answer = msgspec.json.Decoder(_Answer).decode
_decode_refusal = msgspec.json.Decoder(_Refusal).decode


class OpenAlex:
    """Works with ORCID iDs and ROR ids, from files or by a filter of the API."""

    slug = "openalex"
    title = "OpenAlex"
    parser_version = 2
    is_network = True
    brings_institutions = False
    enriches_known_works = False

    def files(self, options: SourceOptions) -> Sequence[str]:
        return options.inputs

    def check(self, options: SourceOptions) -> None:
        if not options.inputs:
            # A refused address is named before what else is missing; the service's own needs the network to be checked.
            if options.base_url:
                check_url(options.base_url, allow_private_hosts=options.allow_private_hosts)
            if not (options.query or options.since):
                raise SourceError("openalex needs files, a filter (“author.orcid:...”), search words or a first day")
            if not options.base_url:
                if not options.api_key:
                    raise SourceError("OpenAlex answers who has a key: set OPENALEX_API_KEY (free, at openalex.org)")
                check_url(ENDPOINT, allow_private_hosts=options.allow_private_hosts)
        for name in options.inputs:
            require_records(Path(name), _is_work, unwrap_answer, "OpenAlex works")

    def read(self, options: SourceOptions, cursor: Cursor | None = None) -> Iterator[RawItem]:
        return read_json_records(options, cursor, unwrap_answer) if options.inputs else _read_api(options, cursor)

    def parse(self, raw: bytes, position: int = 0) -> Parsed:
        try:
            with json_record():
                return _record(_decode_work(raw))
        except UnusableRecordError as refusal:
            return rejected(position, raw, refusal.reason, refusal.detail, refusal.key)


def unwrap_answer(raw: bytes) -> list[bytes]:
    """The works of a saved answer of the API, or the work itself."""
    try:
        return [bytes(result) for result in _decode_answer(raw).results]
    except NOT_JSON:
        return [raw]


def _is_work(value: dict[str, object]) -> bool:
    return openalex_id(str(value.get("id", ""))) is not None and "authorships" in value


def _read_api(options: SourceOptions, cursor: Cursor | None) -> Iterator[RawItem]:
    """Pages by the service's own cursor; ``skip`` records of the page that ``after`` leads to are done."""
    state = cursor or {}
    after = str(state.get("after", "*"))
    skip, position = (value if isinstance(value := state.get(name), int) else 0 for name in ("skip", "position"))
    with PoliteClient(options, interval=INTERVAL) as web:
        while after:
            page = web.get(options.base_url or ENDPOINT, _parameters(options, after), also=_SPEAKING_STATUSES)
            if page.status != 200:
                raise SourceError(f"OpenAlex refuses the request ({page.status}): {_complaint(page.body)}")
            try:
                answer = _decode_answer(page.body)
            except NOT_JSON as error:
                raise SourceUnavailableError(f"OpenAlex sends no list of works: {error}") from None
            following = answer.meta.next_cursor if answer.results else None
            for number, raw in enumerate(answer.results[skip:], skip + 1):
                position += 1
                is_last = number == len(answer.results)
                yield RawItem(
                    position,
                    bytes(raw),
                    {
                        "after": (following or "") if is_last else after,
                        "skip": 0 if is_last else number,
                        "position": position,
                        "read": position,
                        "of": answer.meta.count,
                    },
                )
                if options.limit is not None and position >= options.limit:
                    return
            after, skip = following or "", 0


def _complaint(body: bytes) -> str:
    """What the service says of a request that it refuses."""
    try:
        refusal = _decode_refusal(body)
    except NOT_JSON:
        return "no reason given"
    return one_line(refusal.message or refusal.error)[:MAX_COMPLAINT] or "no reason given"


def _parameters(options: SourceOptions, after: str) -> dict[str, str]:
    filters = [options.query] if options.query and ":" in options.query else []
    if options.since:
        filters.append(f"from_publication_date:{options.since.isoformat()}")
    if options.until:
        filters.append(f"to_publication_date:{options.until.isoformat()}")
    parameters = {"per_page": str(PAGE_SIZE), "cursor": after}
    if filters:
        parameters["filter"] = ",".join(filters)
    if options.query and ":" not in options.query:
        parameters["search"] = options.query
    if options.api_key:
        parameters["api_key"] = options.api_key
    return parameters


def _record(work: _Work) -> WorkRecord:
    key = openalex_id(work.id)
    if key is None or not key.startswith("W"):
        raise UnusableRecordError("The record is no work of OpenAlex", f"id: {work.id}")
    title = one_line(without_html(work.title or work.display_name or ""))
    if not title:
        raise UnusableRecordError("The title is empty", key=key)
    if work.is_paratext:
        raise UnusableRecordError("The record is no work but a cover or a table of contents", key=key)
    bylines = [byline for authorship in work.authorships if (byline := _byline(authorship))]
    if not bylines:
        raise UnusableRecordError("The work has no author", key=key)
    places = [place for place in (work.primary_location, *(work.locations or [])) if place]
    arxiv = next((found for place in places if (found := _arxiv_id_of(place))), None)
    identifiers = [("openalex", key)]
    if arxiv:
        identifiers.append(("arxiv", arxiv))
    if own_doi := doi(work.doi or ""):
        identifiers.append(("doi", own_doi))
    venues = (one_line(place.source.display_name or "") for place in places if place.source)
    venue = next(filter(None, venues), None)
    abstract = paragraphs(without_html(_abstract(work.abstract_inverted_index or {})))
    kind = _KINDS.get(work.type, "other") if work.type else "article"
    if arxiv and len(places) == 1:
        kind = "preprint"
    return WorkRecord(
        source=OpenAlex.slug,
        key=key,
        rank=RANK,
        kind=kind,
        title=title,
        identifiers=identifiers,
        bylines=bylines,
        authors_complete=not work.is_authors_truncated,
        abstract=abstract or None,
        topics=[_topic(topic) for topic in work.topics or [] if openalex_id(topic.id)],
        # The day of publication is no day of a first version that arXiv knows better.
        announced=None if arxiv else plausible(parse_day(work.publication_date)),
        year=work.publication_year,
        venue=venue,
        journal_ref=None if kind == "preprint" else _journal_reference(venue, work.biblio, work.publication_year),
        licence=next((place.license for place in places if place.license), None),
        code_links=find_code_links(abstract),
        is_withdrawn=bool(work.is_retracted),
    )


def _byline(authorship: _Authorship) -> BylineRecord | None:
    name = clean_name(plain_author_text(authorship.raw_author_name or authorship.author.display_name or ""))
    if not name:
        return None
    family, comma, given = name.partition(", ")
    split = (family, given) if comma and given else (None, None)
    is_group = is_group_name(name)
    affiliations = authorship.raw_affiliation_strings or [place.display_name or "" for place in authorship.institutions]
    return BylineRecord(
        name=group_name(name) if is_group else f"{given} {family}" if comma and given else name,
        family=None if is_group else split[0],
        given=None if is_group else split[1],
        affiliations=tuple(dict.fromkeys(text for part in affiliations if (text := one_line(without_html(part))))),
        orcid=orcid(authorship.author.orcid or ""),
        rors=tuple(dict.fromkeys(found for place in authorship.institutions if (found := ror(place.ror or "")))),
        is_group=is_group,
    )


def _topic(topic: _Topic) -> TopicRecord:
    return TopicRecord("openalex", openalex_id(topic.id) or "", one_line(topic.display_name or "") or None)


def _arxiv_id_of(place: _Location) -> str | None:
    url = place.landing_page_url or ""
    return arxiv_id(url) if "arxiv" in url.lower() else None


def _abstract(index: dict[str, list[int]]) -> str:
    """The abstract from its inverted index, word -> positions."""
    words = sorted((at, word) for word, positions in index.items() for at in positions if 0 <= at < MAX_ABSTRACT_WORDS)
    return " ".join(word for _, word in words[:MAX_ABSTRACT_WORDS])


def _journal_reference(venue: str | None, biblio: _Biblio | None, year: int | None) -> str | None:
    """ "PeerJ 6(2), 1-9 (2018)", as far as the parts are known; nothing without a volume."""
    if not venue or biblio is None or not biblio.volume:
        return None
    pages = "-".join(dict.fromkeys(filter(None, (biblio.first_page, biblio.last_page))))
    issue = f"({biblio.issue})" if biblio.issue else ""
    return f"{venue} {biblio.volume}{issue}" + (f", {pages}" if pages else "") + (f" ({year})" if year else "")
