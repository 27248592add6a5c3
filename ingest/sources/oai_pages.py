"""Pages of OAI-PMH lists: whole ones by their elements, ill-formed ones record by record.

One record that is no XML must cost no more than itself. A page that does not parse is therefore cut where its records
begin, as bytes: each one that is well-formed reads as it would on a whole page, and the others are kept as they came.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

from ingest.sources.xml import Element, XmlError, child, children, parse_xml, serialised, text_of
from works.identifiers import arxiv_id

_LIST = re.compile(rb"<(?:[\w.-]+:)?ListRecords\b[^>]*>")
_LIST_END = re.compile(rb"</(?:[\w.-]+:)?ListRecords\s*>")
_RECORD = re.compile(rb"<(?:[\w.-]+:)?record(?=[\s>])")
_RECORD_END = re.compile(rb"</(?:[\w.-]+:)?record\s*>")
_TOKEN = re.compile(
    rb"<(?:[\w.-]+:)?resumptionToken\b(?P<attributes>[^>]*)(?:/>|>(?P<text>[^<]*)</(?:[\w.-]+:)?resumptionToken\s*>)"
)
_SIZE = re.compile(rb"completeListSize\s*=\s*[\"'](\d{1,18})[\"']")
_DAY = re.compile(rb"<(?:[\w.-]+:)?datestamp>\s*(\d{4}-\d\d-\d\d)")
_IDENTIFIER = re.compile(rb"<(?:[\w.-]+:)?identifier>([^<]{1,200})<")
_NAMESPACE = re.compile(rb"\s(xmlns(?::[\w.-]+)?)\s*=\s*(\"[^\"<]*\"|'[^'<]*')")
_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


class ListedRecord(NamedTuple):
    """A record as XML of its own, and the day (ISO) of its last change, empty when it does not say."""

    raw: bytes
    day: str


class ListPage(NamedTuple):
    """``size`` is the number of records of the whole list, if it is told; ``breaks_off`` when the end is missing."""

    records: list[ListedRecord]
    token: str | None
    size: int | None
    breaks_off: bool = False


def whole_page(root: Element) -> ListPage | None:
    """The page of a well-formed answer; ``None`` when it holds no list of records."""
    page = child(root, "ListRecords")
    if page is None:
        return None
    token = child(page, "resumptionToken")
    size = token.get("completeListSize") if token is not None else None
    return ListPage(
        [_listed(record) for record in children(page, "record")],
        text_of(page, "resumptionToken") or None,
        int(size) if size and size.isdecimal() else None,
    )


def broken_page(body: bytes) -> ListPage | None:
    """The page of an ill-formed answer; ``None`` when it holds no list of records, or a document type before it."""
    begin = _LIST.search(body)
    if begin is None or _DOCTYPE.search(body, 0, begin.start()):
        return None
    namespaces = dict(_NAMESPACE.findall(body[: begin.end()]))
    end = _LIST_END.search(body, begin.end())
    content = body[begin.end() : end.start() if end else len(body)]
    token = _TOKEN.search(content)
    content = content[: token.start()] if token else content
    starts = [found.start() for found in _RECORD.finditer(content)]
    pieces = [content[start:stop] for start, stop in pairwise([*starts, len(content)])]
    if pieces and not (end or token) and not _RECORD_END.search(pieces[-1]):
        pieces.pop()
    size = _SIZE.search(token["attributes"]) if token else None
    text = (token["text"] or b"").decode("utf-8", "replace").strip() if token else ""
    return ListPage(
        [_piece(piece, namespaces) for piece in pieces],
        text or None,
        int(size[1]) if size else None,
        breaks_off=not (end or token),
    )


def printed_id(raw: bytes) -> str | None:
    """The arXiv id of a record that is no XML, as far as it can be seen."""
    found = _IDENTIFIER.search(raw)
    return arxiv_id(found[1].decode("utf-8", "replace").strip()) if found else None


def _listed(record: Element) -> ListedRecord:
    return ListedRecord(serialised(record), text_of(child(record, "header"), "datestamp")[:10])


def _piece(piece: bytes, namespaces: dict[bytes, bytes]) -> ListedRecord:
    """A record cut out of its page; what is no XML stays as it came, with the names that the page declared for it."""
    ends = list(_RECORD_END.finditer(piece))
    piece = piece[: ends[-1].end()] if ends else piece.rstrip()
    head = piece.partition(b">")[0]
    own = {name for name, _ in _NAMESPACE.findall(head)}
    declared = b"".join(b" " + name + b"=" + value for name, value in namespaces.items() if name not in own)
    at = _RECORD.match(piece)
    cut = at.end() if at else 0
    raw = piece[:cut] + declared + piece[cut:]
    try:
        return _listed(parse_xml(raw))
    except XmlError:
        day = _DAY.search(raw)
        return ListedRecord(raw, day[1].decode() if day else "")
