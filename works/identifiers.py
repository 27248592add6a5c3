"""Identifiers of works, people and organisations: recognise, check, and bring into one spelling.

Every function takes text from outside, never raises on it, and answers ``None`` (or an empty list) when the text
holds no such identifier. Two spellings of one identifier always normalise to the same value.
"""

from __future__ import annotations

import re
import unicodedata
from hashlib import blake2b
from itertools import pairwise
from typing import NamedTuple

# arXiv identifier schemes: info.arxiv.org/help/arxiv_identifier.html. From 2007-04 on ``YYMM.NNNN``, from 2015-01 on
# ``YYMM.NNNNN``; before 2007-04 ``archive/YYMMNNN``, sometimes with a subject class ("math.GT/0309136") that is no
# part of the identifier.
_ARXIV_PREFIX = re.compile(
    r"^(?:https?://)?(?:(?:www\.|export\.)?arxiv\.org/(?:abs|pdf|html|format|ps)/|oai:arxiv\.org:|arxiv\s*:\s*|"
    r"(?:https?://)?(?:dx\.)?(?:doi\.org/)?10\.48550/arxiv\.)",
    re.IGNORECASE,
)
_ARXIV_NEW = re.compile(r"^(\d{3,4})\.(\d{1,5})(?:v([1-9]\d{0,2}))?$")
_ARXIV_OLD = re.compile(r"^([a-z]+(?:-[a-z]+)?)(?:\.[A-Za-z-]{2,})?/(\d{2})(\d{2})(\d{3})(?:v([1-9]\d{0,2}))?$", re.I)
_FIRST_NEW_MONTH, _FIRST_FIVE_DIGIT_MONTH, _FIRST_OLD_YEAR = 704, 1501, 88

# DOI syntax: ISO 26324; registrant codes of four to nine digits, optionally subdivided.
_DOI_START = re.compile(r"10\.\d{4,9}(?:\.\d+)*/")
_DOI_GAP_AFTER_DIRECTORY = re.compile(r"\b10\.\s+(?=\d{4,9}/)")
_DOI_GAP_AFTER_HYPHEN = re.compile(r"(?<=\d-)\s+(?=\d)")
_DOI_TRAILING = ".,;:'\"”’-/"
_OPENING = {")": "(", "]": "[", ">": "<", "}": "{"}
_DOI_URL_REMAINS = ("doi:", "dx.doi.org/", "doi.org/", "http://", "https://", "/abs/", "/abs", "/full", "/pdf")

_ORCID = re.compile(r"(?<![\dX])(\d{4})-?(\d{4})-?(\d{4})-?(\d{3}[\dX])(?![\dX])", re.IGNORECASE)
_ROR = re.compile(r"^(?:https?://)?(?:ror\.org/)?(0[a-hj-km-np-tv-z0-9]{6}\d{2})/?$", re.IGNORECASE)
_ROR_ALPHABET = {digit: value for value, digit in enumerate("0123456789abcdefghjkmnpqrstvwxyz")}
_OPENALEX = re.compile(
    r"^(?:https?://)?(?:(?:api\.)?openalex\.org/)?(?:works/|authors/|institutions/|topics/)?([WAIT]\d{1,12})$", re.I
)


class ArxivId(NamedTuple):
    """An arXiv identifier without its version, and the version that stood behind it, if any."""

    id: str
    version: int | None


def parse_arxiv_id(text: str) -> ArxivId | None:
    """Read one arXiv identifier, old or new style, bare or in a URL, with or without version.

    New-style identifiers that were read as numbers on their way ("908.2093", "1803.0102") get their outer zeros back:
    a float loses leading zeros of the month and trailing zeros of the number, and nothing else.
    """
    candidate = text.strip()
    if not candidate[:1].isdecimal() or candidate.startswith("10.48550"):
        candidate = _ARXIV_PREFIX.sub("", candidate)
    candidate = candidate.removesuffix(".pdf")
    if match := _ARXIV_NEW.match(candidate):
        month, number, version = match.groups()
        yymm = int(month)
        if not _FIRST_NEW_MONTH <= yymm < _FIRST_OLD_YEAR * 100 or not 1 <= yymm % 100 <= 12:
            return None
        digits = 5 if yymm >= _FIRST_FIVE_DIGIT_MONTH else 4
        if len(number) > digits or not int(number):
            return None
        return ArxivId(f"{yymm:04d}.{number:0<{digits}}", int(version) if version else None)
    if match := _ARXIV_OLD.match(candidate):
        archive, year, month, number, version = match.groups()
        if not 1 <= int(month) <= 12 or 7 < int(year) < _FIRST_OLD_YEAR:
            return None
        return ArxivId(f"{archive.lower()}/{year}{month}{number}", int(version) if version else None)
    return None


def arxiv_id(text: str) -> str | None:
    """The arXiv identifier in ``text`` without version, or ``None``."""
    parsed = parse_arxiv_id(text)
    return parsed.id if parsed else None


def find_dois(text: str) -> list[str]:
    """All DOIs in a field, lower case (DOIs are case-insensitive), each once, in order.

    The field may hold several, apart by spaces, commas, semicolons or line breaks. Such marks also occur *inside*
    older DOIs ("10.1002/(SICI)1521-3994(200003)321:1<65::AID-ASNA65>3.0.CO;2-D"), so a DOI ends at white space or where
    the next one begins, not at a punctuation mark. Gaps that a line break left in ("10. 1145/3154499") are closed.
    """
    text = _DOI_GAP_AFTER_HYPHEN.sub("", _DOI_GAP_AFTER_DIRECTORY.sub("10.", text))
    found: dict[str, None] = {}
    bounds = [match.start() for match in _DOI_START.finditer(text)] + [len(text)]
    for start, end in pairwise(bounds):
        words = text[start:end].split(None, 1)
        doi = _trim_doi(words[0]) if words else ""
        if "/" in doi:
            found[doi.lower()] = None
    return list(found)


def doi(text: str) -> str | None:
    """The first DOI in ``text``, lower case, or ``None``."""
    dois = find_dois(text)
    return dois[0] if dois else None


def _trim_doi(text: str) -> str:
    """Drop the remains of a following URL or list, and closing marks that the DOI itself did not open."""
    for tail in _DOI_URL_REMAINS:
        text = text.removesuffix(tail)
    while text:
        last = text[-1]
        unopened = last in _OPENING and text.count(last) > text.count(_OPENING[last])
        if last not in _DOI_TRAILING and not unopened:
            break
        text = text[:-1]
    return text


def orcid(text: str) -> str | None:
    """The ORCID iD in ``text`` as ``0000-0002-1825-0097``, or ``None`` when absent or its check digit is wrong.

    Check digit: ISO 7064 MOD 11-2 (support.orcid.org, "Structure of the ORCID Identifier").
    """
    match = _ORCID.search(text)
    if not match:
        return None
    groups = [group.upper() for group in match.groups()]
    digits = "".join(groups)
    total = 0
    for digit in digits[:-1]:
        total = (total + int(digit)) * 2
    check = (12 - total % 11) % 11
    return "-".join(groups) if digits[-1] == ("X" if check == 10 else str(check)) else None


def ror(text: str) -> str | None:
    """The ROR id in ``text`` in its short form (``03yrm5c26``), or ``None`` when it is malformed or does not check.

    Seven Crockford base-32 digits, then the ISO 7064 MOD 97-10 check number of their value (ror.readme.io, "ROR
    identifier pattern").
    """
    match = _ROR.match(text.strip())
    if not match:
        return None
    short = match.group(1).lower()
    value = 0
    for digit in short[:7]:
        value = value * 32 + _ROR_ALPHABET[digit]
    return short if int(short[7:]) == 98 - value * 100 % 97 else None


def openalex_id(text: str) -> str | None:
    """The OpenAlex id in ``text`` (``W2741809807``; works, authors, institutions, topics), or ``None``."""
    match = _OPENALEX.match(text.strip())
    return match.group(1).upper() if match else None


def normalised_title(title: str) -> str:
    """A title reduced to what stays the same between listings: letters and digits, lower case, without accents.

    LaTeX commands lose their backslash and braces, so "Schr{\\"o}dinger" and "Schrödinger" agree.
    """
    plain = unicodedata.normalize("NFKD", title).casefold()
    return "".join(character for character in plain if character.isalnum())


def title_key(title: str, first_author: str = "") -> str:
    """A stable key for a work without identifier, from its title and first printed author: ``t-<20 hex digits>``."""
    material = f"{normalised_title(title)}\n{normalised_title(first_author)}"
    return "t-" + blake2b(material.encode(), digest_size=10).hexdigest()
