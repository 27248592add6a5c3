"""``arxiv-oai``: arXiv over OAI-PMH, with the prefixes ``arXiv`` and ``oai_dc``.

The answers and errors of the protocol are oaipmh-scythe's; requests go through our own client, and the policy is ours:
a list resumes at its token, and when that has expired, by date.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import httpx2
from oaipmh_scythe.exceptions import BadResumptionToken, NoRecordsMatch, OAIPMHException
from oaipmh_scythe.response import OAIResponse

from ingest.sources.arxiv_xml import parse_oai_record
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
from ingest.sources.oai_pages import ListPage, broken_page, printed_id, whole_page
from ingest.sources.xml import XmlError, parse_xml

ENDPOINT = "https://oaipmh.arxiv.org/oai"
INTERVAL = 3.0
"""Seconds between requests, arXiv's own rule for harvesters."""
PREFIXES = ("arXiv", "oai_dc")
# Statuses under which a service may still send an OAI-PMH answer that says what is wrong.
_SPEAKING_STATUSES = frozenset({400, 404, 410, 422})
_BROKEN_PAGE_ATTEMPTS = 3


class ArxivOai:
    """Harvests arXiv's records that changed between two days, in the order of the service."""

    slug = "arxiv-oai"
    title = "arXiv OAI-PMH"
    parser_version = 3
    is_network = True
    brings_institutions = False
    enriches_known_works = False

    def files(self, options: SourceOptions) -> Sequence[str]:
        return ()

    def check(self, options: SourceOptions) -> None:
        if options.metadata_prefix not in (None, *PREFIXES):
            raise SourceError(f"arxiv-oai reads the prefixes {' and '.join(PREFIXES)}, not {options.metadata_prefix}")
        if options.since and options.until and options.since > options.until:
            raise SourceError("The first day is later than the last")
        check_url(options.base_url or ENDPOINT, allow_private_hosts=options.allow_private_hosts)

    def read(self, options: SourceOptions, cursor: Cursor | None = None) -> Iterator[RawItem]:
        with PoliteClient(options, interval=INTERVAL) as web:
            service = _Service(options, web)
            for at, oai_set in enumerate(options.sets or (None,)):
                if at < _number(cursor, "set"):
                    continue
                begun = at == _number(cursor, "set") and (_text(cursor, "token") or _number(cursor, "skip"))
                resumes = cursor if begun else None
                done = _number(cursor, "position")
                for item in _read_set(service, options, at, oai_set, resumes, done):
                    cursor = item.cursor
                    yield item
                    if options.limit is not None and item.position >= options.limit:
                        return

    def parse(self, raw: bytes, position: int = 0) -> Parsed:
        try:
            return parse_oai_record(parse_xml(raw), self.slug)
        except XmlError as error:
            return rejected(position, raw, "The record is not XML", str(error), printed_id(raw))
        except UnusableRecordError as refusal:
            return rejected(position, raw, refusal.reason, refusal.detail, refusal.key)


class _Service:
    """One OAI-PMH service, asked through our own client."""

    def __init__(self, options: SourceOptions, web: PoliteClient) -> None:
        self._url = options.base_url or ENDPOINT
        self._web = web

    def page(self, query: dict[str, str]) -> ListPage:
        """One page of a list. A broken one is asked for again, then read record by record.

        Raises the library's exceptions for OAI-PMH errors, ``SourceUnavailableError`` when nothing can be read.
        """
        for _ in range(_BROKEN_PAGE_ATTEMPTS):
            page = self._web.get(self._url, query, also=_SPEAKING_STATUSES)
            try:
                root = parse_xml(page.body)
            except XmlError as error:
                if page.status != 200:
                    raise SourceError(f"The service refuses the request ({page.status})") from None
                problem = error
                continue
            answer = httpx2.Response(page.status, content=page.body)
            OAIResponse(answer, params=query).raise_for_oaipmh_error()
            if page.status != 200:
                raise SourceError(f"The service refuses the request ({page.status})")
            if (found := whole_page(root)) is None:
                raise SourceUnavailableError("The service sends no OAI-PMH answer; the run can be resumed")
            return found
        if (found := broken_page(page.body)) is None:
            raise SourceUnavailableError(f"The service sends no XML that can be read: {problem}")
        return found


def _read_set(
    service: _Service, options: SourceOptions, at: int, oai_set: str | None, cursor: Cursor | None, position: int
) -> Iterator[RawItem]:
    """All records of one set, or what follows ``cursor``."""
    token, skip = _text(cursor, "token"), _number(cursor, "skip")
    newest, is_ordered = _text(cursor, "newest") or "", _number(cursor, "unordered") == 0
    since = _text(cursor, "since") or (options.since.isoformat() if options.since else None)
    answered: set[str] = set()
    begun_again: set[str | None] = set()
    while True:
        try:
            page = service.page(_query(options, oai_set, since, token))
        except NoRecordsMatch:
            return
        except BadResumptionToken as error:
            if token is None:
                raise SourceError(f"The service refuses the request: {error}") from None
            # The list has expired. Its records came in the order of their day, so it goes on from the last day seen;
            # had they not, it would start again: records that came before are recognised as unchanged.
            token, skip, since = None, 0, newest if is_ordered and newest else since
            if since in begun_again:
                raise SourceUnavailableError("The service lets every list expire; the run can be resumed") from None
            begun_again.add(since)
            answered.clear()
            continue
        except OAIPMHException as error:
            raise SourceError(f"The service refuses the request: {type(error).__name__}: {error}") from None
        if token:
            answered.add(token)
        if page.token in answered:
            # Its records may be those of an earlier page: they are left to a run that goes on from here.
            raise SourceUnavailableError("The service repeats a resumption token; the run can be resumed")
        for number, record in enumerate(page.records[skip:], skip + 1):
            position += 1
            day = record.day or newest
            is_ordered, newest = is_ordered and day >= newest, max(newest, day)
            is_last = number == len(page.records) and not page.breaks_off
            after: Cursor = {
                "set": at + (is_last and page.token is None),
                "token": page.token if is_last else token,
                "skip": 0 if is_last else number,
                "since": since,
                "newest": newest,
                "unordered": int(not is_ordered),
                "position": position,
                **({"read": position, "of": page.size} if page.size else {}),
            }
            yield RawItem(position, record.raw, after)
        if page.breaks_off:
            raise SourceUnavailableError("The service broke off a list in the middle; the run can be resumed")
        if page.token is None:
            return
        token, skip = page.token, 0


def _query(options: SourceOptions, oai_set: str | None, since: str | None, token: str | None) -> dict[str, str]:
    """A token stands alone: all other arguments are exclusive to the first request (OAI-PMH 2.0, 3.5)."""
    if token:
        return {"verb": "ListRecords", "resumptionToken": token}
    query = {
        "verb": "ListRecords",
        "metadataPrefix": options.metadata_prefix or PREFIXES[0],
        "from": since,
        "until": options.until.isoformat() if options.until else None,
        "set": oai_set,
    }
    return {name: value for name, value in query.items() if value}


def _number(cursor: Cursor | None, name: str) -> int:
    value = (cursor or {}).get(name)
    return value if isinstance(value, int) else 0


def _text(cursor: Cursor | None, name: str) -> str | None:
    value = (cursor or {}).get(name)
    return value if isinstance(value, str) else None
