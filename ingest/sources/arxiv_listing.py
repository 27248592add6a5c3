"""``arxiv-listing``: listing pages that a person saved or pasted, HTML or plain text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from ingest.sources.base import Cursor, Parsed, RawItem, SourceError, SourceOptions, UnusableRecordError, rejected
from ingest.sources.files import open_file
from ingest.sources.listing_html import html_entries, parse_html_entry
from ingest.sources.listing_text import KNOWN_PAGES, SOURCE, parse_text_entry, text_entries

MAX_PAGE = 32 * 1024 * 1024
"""Bytes of one page; arXiv's longest has about one."""


class ArxivListing:
    """Pages with works, in the layouts of ``listing_cuts``, alone or one behind the other."""

    slug = SOURCE
    title = "Listing page"
    parser_version = 2
    is_network = False
    brings_institutions = False
    enriches_known_works = False

    def files(self, options: SourceOptions) -> Sequence[str]:
        return options.inputs

    def check(self, options: SourceOptions) -> None:
        if not options.inputs:
            raise SourceError(f"arxiv-listing needs a saved or pasted page: {KNOWN_PAGES}")
        for name in options.inputs:
            _entries(Path(name))

    def read(self, options: SourceOptions, cursor: Cursor | None = None) -> Iterator[RawItem]:
        pages = [_entries(Path(name)) for name in options.inputs]
        count = sum(map(len, pages))
        done = (cursor or {}).get("position")
        position = 0
        for entries in pages:
            for entry in entries:
                position += 1
                if isinstance(done, int) and position <= done:
                    continue
                if options.limit is not None and position > options.limit:
                    return
                yield RawItem(position, entry.encode(), {"position": position, "read": position, "of": count})

    def parse(self, raw: bytes, position: int = 0) -> Parsed:
        text = raw.decode("utf-8", "replace")
        try:
            return parse_html_entry(text) if text.lstrip().startswith("<") else parse_text_entry(text)
        except UnusableRecordError as refusal:
            return rejected(position, raw, refusal.reason, refusal.detail, refusal.key)


def _entries(path: Path) -> list[str]:
    """All entries of one page. Raises ``SourceError`` in one clear line when it is no listing."""
    with open_file(path) as page:
        content = page.read(MAX_PAGE + 1)
    if len(content) > MAX_PAGE:
        raise SourceError(f"{path.name} is longer than {MAX_PAGE // 1024**2} MB, which no listing page is")
    if b"\0" in content[:1000]:
        raise SourceError(f"{path.name} is no text")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    today = datetime.now(UTC).date()
    try:
        entries = list(html_entries(text, today) if _is_html(text) else text_entries(text, today))
    except UnusableRecordError as refusal:
        raise SourceError(f"{path.name}: {refusal.reason[0].lower()}{refusal.reason[1:]}") from None
    return entries


def _is_html(text: str) -> bool:
    beginning = text[:5000].lstrip().lower()
    return beginning.startswith("<") or "<html" in beginning or "<div" in beginning
