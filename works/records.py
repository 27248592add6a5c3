"""What every source hands to the catalogue: one work as a source states it.

A record is a plain value without Django. Parsers build records, the loader merges them. ``None`` and empty
lists mean "this source does not say", never "this is known to be empty": the loader keeps what it already knows.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

import msgspec

WorkKind = Literal["preprint", "article", "conference", "book", "chapter", "dataset", "thesis", "review", "other"]
"""The values of ``works.models.Work.Kind``. Sources have many more; each brings its own to these."""


class BylineRecord(msgspec.Struct, frozen=True, gc=False):
    """One printed position of an author list.

    ``name`` is the name as printed in reading order ("Trevor Darrell"), cleaned only of control characters, markup
    and marks that are no part of a name. ``family``, ``given`` and ``suffix`` are set when the source itself splits
    the name (``authors_parsed`` of arXiv, ``family``/``given`` of Crossref); otherwise ``works.names`` splits it.
    ``is_group`` marks a collaboration, which is printed but is no person.
    """

    name: str
    family: str | None = None
    given: str | None = None
    suffix: str | None = None
    affiliations: tuple[str, ...] = ()
    orcid: str | None = None
    email: str | None = None
    rors: tuple[str, ...] = ()
    is_group: bool = False


class VersionRecord(msgspec.Struct, frozen=True, gc=False):
    """One version of a work; ``number`` counts from 1, ``size_kb`` as printed by the source."""

    number: int
    submitted_at: datetime | None = None
    size_kb: int | None = None


class TopicRecord(msgspec.Struct, frozen=True, gc=False):
    """A subject of a work. ``scheme`` is one of ``arxiv``, ``openalex``, ``acm``, ``msc``."""

    scheme: str
    code: str
    name: str | None = None


class WorkRecord(msgspec.Struct, kw_only=True):
    """One work as one source states it.

    ``source`` is the source's slug and ``key`` the source's own stable id of the work (``2206.07253``).
    ``identifiers`` are ``(scheme, value)`` pairs with normalised values: ``("arxiv", "2206.07253")``,
    ``("doi", "10.1145/3534678.3539149")``, ``("openalex", "W123")``. ``title`` and ``abstract`` are text with LaTeX
    left as written. ``authors_complete`` is false when the list is known to be cut ("et al."). ``rank`` orders sources:
    a fact from a lower rank never replaces one from a higher. ``year`` is what a source prints when it gives no day.
    """

    source: str
    key: str
    title: str
    identifiers: list[tuple[str, str]]
    bylines: list[BylineRecord]
    abstract: str | None = None
    kind: WorkKind = "preprint"
    authors_complete: bool = True
    authors_missing: int | None = None
    versions: list[VersionRecord] = []
    topics: list[TopicRecord] = []
    submitted: date | None = None
    updated: date | None = None
    announced: date | None = None
    year: int | None = None
    comments: str | None = None
    journal_ref: str | None = None
    venue: str | None = None
    report_no: str | None = None
    licence: str | None = None
    submitter: str | None = None
    code_links: list[str] = []
    is_withdrawn: bool = False
    is_deleted: bool = False
    rank: int = 50


class InstitutionRecord(msgspec.Struct, kw_only=True):
    """One research organisation as a registry states it.

    ``ror`` is the short ROR id (``03yrm5c26``). ``aliases`` are other names, acronyms and labels, each once.
    ``country_code`` is ISO 3166-1 alpha-2 in upper case; ``domains`` are host names that belong to it.
    ``status`` is ``active``, ``inactive`` or ``withdrawn``; ``successor_rors`` name what replaced it.
    """

    source: str
    ror: str
    name: str
    aliases: tuple[str, ...] = ()
    acronyms: tuple[str, ...] = ()
    country_code: str | None = None
    city: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    homepage: str | None = None
    wikipedia: str | None = None
    domains: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    established: int | None = None
    status: str = "active"
    parent_rors: tuple[str, ...] = ()
    successor_rors: tuple[str, ...] = ()


class Rejected(msgspec.Struct, frozen=True):
    """A raw record that a parser refused: where it stood, why in plain words, and its raw text (cut to a bound).

    ``reason`` is a short stable sentence used to group rejects ("Title is empty"); ``detail`` says more.
    """

    position: int
    reason: str
    raw: str
    detail: str = ""
    key: str | None = None
