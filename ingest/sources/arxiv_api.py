"""``arxiv-api``: arXiv's query service, an Atom feed in pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from ingest.sources.arxiv_xml import parse_atom_entry
from ingest.sources.base import (
    Cursor,
    Parsed,
    RawItem,
    SourceError,
    SourceOptions,
    SourceUnavailableError,
    UnusableRecordError,
    rejected,
)
from ingest.sources.http import PoliteClient, check_url
from ingest.sources.xml import Element, XmlError, children, parse_xml, serialised, text_of
from works.identifiers import arxiv_id

ENDPOINT = "https://export.arxiv.org/api/query"
INTERVAL = 3.0
"""Seconds between two requests: the service's own rule."""
PAGE_SIZE = 100
FURTHEST = 30_000
"""The service answers no request beyond this result; more has to be asked for in parts, by days."""
_SPEAKING_STATUSES = frozenset({400})
_EMPTY_PAGE_ATTEMPTS = 4


class ArxivApi:
    """Reads the results of a query, or single works by their ids, oldest first."""

    slug = "arxiv-api"
    title = "arXiv query API"
    parser_version = 2
    is_network = True
    brings_institutions = False
    enriches_known_works = False

    def files(self, options: SourceOptions) -> Sequence[str]:
        return ()

    def check(self, options: SourceOptions) -> None:
        # A refused address is named before what else is missing; the service's own needs the network to be checked.
        if options.base_url:
            check_url(options.base_url, allow_private_hosts=options.allow_private_hosts)
        if not (options.query or options.inputs or options.since or options.sets):
            raise SourceError("arxiv-api needs a query, arXiv ids, categories or a first day")
        wrong = [text for text in options.inputs if arxiv_id(text) is None]
        if wrong:
            raise SourceError(f"“{wrong[0][:80]}” is no arXiv id")
        if not options.base_url:
            check_url(ENDPOINT, allow_private_hosts=options.allow_private_hosts)

    def read(self, options: SourceOptions, cursor: Cursor | None = None) -> Iterator[RawItem]:
        start = (cursor or {}).get("position")
        position = start if isinstance(start, int) else 0
        with PoliteClient(options, interval=INTERVAL) as web:
            while options.limit is None or position < options.limit:
                if position >= FURTHEST:
                    raise SourceError(f"The service shows no more than {FURTHEST} results; ask for fewer days at once")
                entries, total = _page(web, options, position)
                for entry in entries:
                    position += 1
                    yield RawItem(position, serialised(entry), {"position": position, "read": position, "of": total})
                    if options.limit is not None and position >= options.limit:
                        return
                if position >= total or not entries:
                    return

    def parse(self, raw: bytes, position: int = 0) -> Parsed:
        try:
            return parse_atom_entry(parse_xml(raw), self.slug)
        except XmlError as error:
            return rejected(position, raw, "The record is not XML", str(error))
        except UnusableRecordError as refusal:
            return rejected(position, raw, refusal.reason, refusal.detail, refusal.key)


def _page(web: PoliteClient, options: SourceOptions, start: int) -> tuple[list[Element], int]:
    """The entries from ``start`` on and the number of all results.

    The service now and then sends an empty or broken page in the middle of a list; such a page is asked for again.
    """
    problem = "sent an empty page in the middle of a list"
    for _ in range(_EMPTY_PAGE_ATTEMPTS):
        page = web.get(options.base_url or ENDPOINT, _parameters(options, start), also=_SPEAKING_STATUSES)
        try:
            feed = parse_xml(page.body)
        except XmlError as error:
            if page.status != 200:
                raise SourceError(f"The service refuses the request ({page.status})") from None
            problem = str(error)
            continue
        entries = list(children(feed, "entry"))
        if entries and "/api/errors" in text_of(entries[0], "id"):
            raise SourceError(f"The service refuses the request: {text_of(entries[0], 'summary')[:300]}")
        if page.status != 200:
            raise SourceError(f"The service refuses the request ({page.status})")
        total = text_of(feed, "totalResults")
        if entries or not total.isdecimal() or start >= int(total):
            return entries, int(total) if total.isdecimal() else start + len(entries)
    raise SourceUnavailableError(f"arXiv's query service {problem}; the run can be resumed")


def _parameters(options: SourceOptions, start: int) -> dict[str, str]:
    left = PAGE_SIZE if options.limit is None else min(PAGE_SIZE, options.limit - start)
    parameters = {"start": str(start), "max_results": str(left)}
    if options.inputs:
        parameters["id_list"] = ",".join(filter(None, (arxiv_id(text) for text in options.inputs)))
    if query := _search_query(options):
        # Ascending by the day of submission, results that come in meanwhile stand at the end and shift nothing.
        parameters |= {"search_query": query, "sortBy": "submittedDate", "sortOrder": "ascending"}
    return parameters


def _search_query(options: SourceOptions) -> str:
    parts = [f"({options.query})"] if options.query else []
    if options.sets:
        parts.append("(" + " OR ".join(f"cat:{name}" for name in options.sets) + ")")
    if options.since or options.until:
        first, last = options.since or date(1986, 1, 1), options.until or date(2999, 12, 31)
        parts.append(f"submittedDate:[{first:%Y%m%d}0000 TO {last:%Y%m%d}2359]")
    return " AND ".join(parts)
