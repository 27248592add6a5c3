"""The rows that one record becomes: pure preparation for ``works.load``."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

import msgspec

from works.names import block_key, name_key, parse_name, plain_keys
from works.records import BylineRecord, WorkRecord

#: A title shorter than this, folded, says too little to match two records by it ("Introduction", "Erratum").
TITLE_KEY_MINIMUM = 16
TITLE_KEY_LENGTH = 300
#: Names beyond this many are left out of the one-line author list, which serves search and listings.
BYLINE_AUTHORS = 4000

_NOT_WORD = re.compile(r"[\W_]+")
_NOT_WORD_ASCII = re.compile(r"[^a-z0-9]+")


class AuthorshipRow(msgspec.Struct, frozen=True, gc=False):
    """One printed position with its name split and keyed; fields as in ``works.models.Authorship``."""

    raw_name: str
    family: str
    given: str
    suffix: str
    name_key: str
    block: str
    is_group: bool
    affiliations: tuple[str, ...]
    orcid: str
    email: str
    rors: tuple[str, ...]


@lru_cache(maxsize=1 << 11)
def title_key(title: str) -> str:
    """The title without case, accents, punctuation and LaTeX marks, cut to a bound; equal titles have equal keys."""
    if title.isascii():
        return _NOT_WORD_ASCII.sub(" ", title.lower()).strip()[:TITLE_KEY_LENGTH]
    folded = unicodedata.normalize("NFKD", title.casefold())
    folded = "".join(character for character in folded if not unicodedata.combining(character))
    return _NOT_WORD.sub(" ", folded).strip()[:TITLE_KEY_LENGTH]


def authorship_row(byline: BylineRecord) -> AuthorshipRow:
    """Split and key a printed name; a collaboration keeps its name and gets no block."""
    name = name_columns(byline.name, byline.family, byline.given, byline.suffix, byline.is_group)
    return AuthorshipRow(
        byline.name,
        *name,
        byline.affiliations,
        byline.orcid or "",
        byline.email or "",
        byline.rors,
    )


def byline_text(record: WorkRecord) -> str:
    """The printed author list on one line."""
    return ", ".join(byline.name for byline in record.bylines[:BYLINE_AUTHORS])


def year_of(record: WorkRecord) -> int | None:
    """The year of the first version, else of the earliest other date, else the bare year that the source gives."""
    for day in (record.submitted, record.announced, record.updated):
        if day is not None:
            return day.year
    return record.year


class NameColumns(NamedTuple):
    """A printed name split and keyed; a group has an empty ``block``."""

    family: str
    given: str
    suffix: str
    name_key: str
    block: str
    is_group: bool


def name_columns(
    printed: str, family: str | None, given: str | None, suffix: str | None, is_group: bool
) -> NameColumns:
    """Split a printed name, or take the split of its source, and key it."""
    if family and given and not suffix and not is_group and (keys := plain_keys(family, given)):
        return NameColumns(family, given, "", *keys, False)
    name = parse_name(printed, family=family, given=given, suffix=suffix)
    is_group = is_group or name.is_group
    return NameColumns(
        name.family, name.given, name.suffix, name_key(name), "" if is_group else block_key(name), is_group
    )
