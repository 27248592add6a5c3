"""The one protocol that every source follows, and the values that pass through it.

A source *checks* its options, *reads* raw items in a stable order, and *parses* one raw item. Reading touches files or
the network; parsing is pure and works on the raw bytes alone, so that a staff member can correct a rejected text and
parse it again. Raw items are bytes, so their fingerprint can be taken, and an unchanged item skipped, before parsing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from hashlib import blake2b
from threading import Event
from typing import NamedTuple, Protocol

import msgspec

from works.records import InstitutionRecord, Rejected, WorkRecord

# Raw text kept with a reject, in characters: enough to see and to mend any real record.
MAX_REJECTED_TEXT = 200_000

NOT_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What decoding JSON raises: the bytes are none, are no UTF-8, or nest deeper than any record does."""

Cursor = dict[str, str | int | None]
"""Where to go on after an item: plain JSON, meaning known to the source alone."""


class SourceError(Exception):
    """The source cannot be read at all. The message is one clear line for the person who started the run."""


class SourceUnavailableError(SourceError):
    """The source did not answer as it should, after every retry; a later run may go on from the last cursor."""


class StoppedError(Exception):
    """The run was asked to stop."""


class SourceOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What a run is asked to read. Every source ignores what does not concern it.

    ``inputs`` are paths, or URLs and identifiers for network sources; ``since`` and ``until`` are inclusive days (UTC);
    ``sets`` are OAI-PMH sets; ``query`` is a search in the service's own language; ``limit`` counts raw items;
    ``contact`` is the e-mail address or URL in the user agent; ``request_interval`` are seconds between two requests
    (``None``: the service's own rule) and ``timeout`` those without a byte after which one has failed. ``known_dois``
    are the works that an enriching source looks up. ``api_key`` is a secret of the installation: it comes from the
    settings whenever a run begins or goes on, and is never stored with the run. Nor is ``stop``, which is set when the
    run is to end: who waits for a service then raises ``StoppedError``.
    """

    inputs: tuple[str, ...] = ()
    base_url: str | None = None
    since: date | None = None
    until: date | None = None
    sets: tuple[str, ...] = ()
    metadata_prefix: str | None = None
    query: str | None = None
    known_dois: tuple[str, ...] = ()
    limit: int | None = None
    contact: str = ""
    api_key: str = ""
    request_interval: float | None = None
    timeout: float = 30.0
    allow_private_hosts: bool = False
    stop: Event | None = None


class RawItem(NamedTuple):
    """One record as the source sent it.

    ``position`` counts from 1 in the order of the source and stays the same when a run resumes. ``cursor`` leads to
    the item after this one. ``problem`` is set when the reader itself could not get the whole item (a line without
    end, an archive that breaks off); such an item is rejected with that reason.
    """

    position: int
    raw: bytes
    cursor: Cursor
    problem: str | None = None


Parsed = WorkRecord | InstitutionRecord | Rejected


class Source(Protocol):
    """One source of records."""

    slug: str
    title: str
    parser_version: int
    """Goes up when ``parse`` gets more out of the same raw bytes: unchanged items are then parsed anew."""
    is_network: bool
    brings_institutions: bool
    """True when records are of institutions, else they are of works."""
    enriches_known_works: bool
    """True when records complete works that the catalogue has, and never create one."""

    def files(self, options: SourceOptions) -> Sequence[str]:
        """The paths of the files that are read for these options, none when a service is asked."""
        ...

    def check(self, options: SourceOptions) -> None:
        """Refuse what cannot be read, before anything is written. Raises ``SourceError``."""
        ...

    def read(self, options: SourceOptions, cursor: Cursor | None = None) -> Iterator[RawItem]:
        """Yield raw items from the start, or after ``cursor``. Raises ``SourceError``."""
        ...

    def parse(self, raw: bytes, position: int = 0) -> Parsed:
        """Turn one raw item into a record or a reject. Pure; never raises on bad input."""
        ...


class UnusableRecordError(Exception):
    """Raised inside a parser: ``reason`` groups rejects, ``detail`` and ``key`` belong to this one."""

    def __init__(self, reason: str, detail: str = "", key: str | None = None) -> None:
        super().__init__(reason)
        self.reason, self.detail, self.key = reason, detail, key


@contextmanager
def json_record() -> Iterator[None]:
    """Around the reading of one record of JSON: bytes that are none, or not of its form, make it unusable."""
    try:
        yield
    except msgspec.ValidationError as error:
        raise UnusableRecordError("A field is missing or has the wrong type", str(error)) from None
    except NOT_JSON as error:
        raise UnusableRecordError("The record is not valid JSON", str(error)) from None


def parse_item(source: Source, item: RawItem) -> Parsed:
    """Parse one item; whatever is wrong with it, the answer is a reject and never an exception."""
    if item.problem:
        return rejected(item.position, item.raw, item.problem)
    try:
        return source.parse(item.raw, item.position)
    except UnusableRecordError as refusal:
        return rejected(item.position, item.raw, refusal.reason, refusal.detail, refusal.key)
    except Exception as error:
        # One record must never end a run; the reject shows what happened.
        return rejected(item.position, item.raw, "The parser failed on this record", f"{type(error).__name__}: {error}")


def rejected(position: int, raw: bytes, reason: str, detail: str = "", key: str | None = None) -> Rejected:
    """A reject with its raw text cut to ``MAX_REJECTED_TEXT`` and without NUL, which PostgreSQL cannot store."""
    text = raw[: MAX_REJECTED_TEXT * 4].decode("utf-8", "replace")[:MAX_REJECTED_TEXT].replace("\0", "\ufffd")
    return Rejected(position=position, reason=reason, raw=text, detail=detail[:2000].replace("\0", "\ufffd"), key=key)


def fingerprint(source: Source, raw: bytes) -> bytes:
    """16 bytes that change when the raw item or the way it is parsed changes."""
    return blake2b(raw, digest_size=16, key=f"{source.slug}:{source.parser_version}".encode()).digest()
