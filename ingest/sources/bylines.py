"""Bring a printed author line and the split names of the same record together.

The line is what was printed; the split names (``[family, given, suffix, affiliation...]``) say where a family name
begins. Nearly all lines are plain names with ", " between them and take a short cut; the rest go through
``ingest.authorline``.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from ingest.authorline import before_et_al, parse_author_line
from ingest.printed_names import (
    clean_name,
    clean_part,
    is_group_name,
    is_simple_name,
    person_and_group,
    plain_author_text,
)
from works.characters import looks_garbled, mended
from works.records import BylineRecord

# Any sign that a line is more than names and commas: a character, a gap, or a word (looked for in lower case).
_NOT_PLAIN = re.compile(r"[^\w .,'’-]|[0-9_]|[ ,.]-|- |  |, ?,|,[^ ]|, \W|^\W")
_NOT_PLAIN_WORDS = {
    "and", "'and'", "et", "et.", "for", "with", "other", "others", "author", "authors", "unknown", "anonymous", "none",
    "jr", "jr.", "sr", "sr.", "junior", "senior", "ii", "iii", "iv", "phd", "ph.d.", "md", "m.d.",
}  # fmt: skip
_ENDS_OF_ET_AL = ("al", "al.", "alii", "alia", "others")
_GROUP_STEMS = ("collab", "team", "group", "consorti", "network")
# Signs that join pieces, or part them at other places than commas.
_STRUCTURE = re.compile(r"[()\[\]:;&]|[^,] '?(?:and|et|und)'? ", re.IGNORECASE)
_NOT_IN_NAME = re.compile(r"[^\w .'’-]|[0-9_]| -|- ")

SplitName = list[str | None]


class Bylines(NamedTuple):
    bylines: list[BylineRecord]
    complete: bool
    missing: int | None


def bylines_of(line: str, split_names: list[SplitName]) -> Bylines:
    """The bylines of one record.

    When line and split names disagree in number, the longer list is the better one: sources cut the one or the other.
    Split names are joined to printed ones in order, wherever the family name occurs in the printed name.
    """
    if _is_plain(line):
        names = line.split(", ")
        if len(names) == len(split_names):
            return Bylines(
                [_plain_byline(name, split) for name, split in zip(names, split_names, strict=True)], True, None
            )
    named, complete = _without_et_al(split_names)
    if complete and (bylines := _piece_by_piece(line, split_names)):
        return Bylines(bylines, True, None)
    parsed = parse_author_line(line)
    complete = complete and parsed.complete
    if len(parsed.bylines) >= len(named) or not named:
        return Bylines(_with_splits(parsed.bylines, named), complete, parsed.missing)
    from_splits = bylines_of_splits(named).bylines
    if len(from_splits) > len(parsed.bylines):
        return Bylines(from_splits, complete, parsed.missing)
    return Bylines(_with_splits(parsed.bylines, named), complete, parsed.missing)


def _without_et_al(split_names: list[SplitName]) -> tuple[list[SplitName], bool]:
    """The split names that name somebody, and whether they are the whole list.

    Sources split "et al." like a name (``["al.", "et"]``), or with the name before it (``["al.", "H. Park et"]``): its
    family name is then unknown.
    """
    named: list[SplitName] = []
    complete = True
    for split in split_names:
        before = None
        if split and split[0] and split[0].lower().endswith(_ENDS_OF_ET_AL):
            before = before_et_al(" ".join(filter(None, [*split[1:2], split[0]])))
        if before is None:
            named.append(split)
            continue
        complete = False
        if before:
            named.append([None, before, None, *split[3:]])
    return named, complete


def _is_plain(line: str) -> bool:
    """True for a line of bare names with ", " between them."""
    # Some signs of mojibake count as letters: the third of "LÃ³pez".
    if not line or not line.isprintable() or _NOT_PLAIN.search(line) or looks_garbled(line):
        return False
    lower = line.lower()
    if not _NOT_PLAIN_WORDS.isdisjoint(lower.replace(",", " ").split()):
        return False
    return not any(stem in lower for stem in _GROUP_STEMS)


def _piece_by_piece(line: str, split_names: list[SplitName]) -> list[BylineRecord] | None:
    """The bylines of a long list of plain names with a collaboration or some other odd piece among them.

    ``None`` when a piece may belong together with its neighbours, or names nobody, or more than one.
    """
    names = line.split(", ")
    if len(names) != len(split_names) or _STRUCTURE.search(line):
        return None
    bylines: list[BylineRecord] = []
    for name, split in zip(names, split_names, strict=True):
        if is_simple_name(name):
            bylines.append(_plain_byline(name, split))
            continue
        parsed = parse_author_line(name)
        if len(parsed.bylines) != 1 or not parsed.complete:
            return None
        byline = parsed.bylines[0]
        if byline.is_group and not is_group_name(byline.name):
            return None
        bylines.append(byline if byline.is_group else _joined(byline, split))
    return bylines


def _plain_byline(name: str, split: SplitName) -> BylineRecord:
    """The byline of a name without oddities; nearly always its split, put together again, is what was printed."""
    if len(split) == 3 and (family := split[0]) and (given := split[1]) and name == f"{given} {family}":
        return BylineRecord(name, family, given, split[2] or None)
    byline = BylineRecord(name)
    return _plainly_joined(byline, split) or _joined(byline, split)


def _plainly_joined(byline: BylineRecord, split: SplitName) -> BylineRecord | None:
    """The short cut of ``_joined`` for a clean split name whose family name ends the printed name."""
    if len(split) != 3:
        return None
    family, given, suffix = split
    if (
        not family
        or not byline.name.endswith(family)
        or _cuts_a_word(byline.name, family)
        or (given and (_NOT_IN_NAME.search(given) or looks_garbled(given)))
    ):
        return None
    return BylineRecord(byline.name, family, given or None, suffix or None, byline.affiliations, email=byline.email)


def _with_splits(bylines: list[BylineRecord], split_names: list[SplitName]) -> list[BylineRecord]:
    """Give every printed name its split, matching in order; both lists may have entries that the other lacks."""
    joined: list[BylineRecord] = []
    following = 0
    for byline in bylines:
        if byline.is_group:
            joined.append(byline)
            continue
        if following < len(split_names) and (plain := _plainly_joined(byline, split_names[following])):
            joined.append(plain)
            following += 1
            continue
        match = next(
            (
                at
                for at in range(following, min(following + 8, len(split_names)))
                if _fits(byline.name, split_names[at])
            ),
            None,
        )
        if match is None:
            joined.append(byline)
            continue
        joined.append(_joined(byline, split_names[match]))
        following = match + 1
    return joined


def _fits(name: str, split: SplitName) -> bool:
    family = _folded(mended(split[0] or "")) if split else ""
    return bool(family) and family in _folded(name)


def _cuts_a_word(name: str, family: str) -> bool:
    """True when the source split "A. Badía -Majós" at a gap that was none: ``works.names`` then splits it anew."""
    at = name.rfind(family)
    return at > 0 and (name[at - 1] == "-" or name[at - 1].isalpha())


def _joined(byline: BylineRecord, split: SplitName) -> BylineRecord:
    if not split:
        return byline
    parts = [clean_part(plain_author_text(part or "")) or None for part in split[:2]]
    family, given = parts[0], parts[1] if len(parts) > 1 else None
    suffix = plain_author_text(split[2] or "") or None if len(split) > 2 else None
    if not family or not _fits(byline.name, [family]) or _cuts_a_word(byline.name, family):
        family = given = suffix = None
    affiliations = byline.affiliations or tuple(
        text for part in split[3:] if (text := plain_author_text(part or "").strip(" ,;"))
    )
    return BylineRecord(
        name=byline.name,
        family=family,
        given=given if family else None,
        suffix=suffix if family else None,
        affiliations=affiliations,
        email=byline.email,
    )


def bylines_of_splits(split_names: list[SplitName]) -> Bylines:
    """Bylines from split names alone, printed in reading order; what names nobody (":", "and") leaves none."""
    bylines: list[BylineRecord] = []
    named, complete = _without_et_al(split_names)
    for split in named:
        printed = plain_author_text(" ".join(filter(None, [*split[1:2], *split[:1], *split[2:3]])))
        person, group = person_and_group(printed)
        if name := clean_name(person):
            bylines.append(_joined(BylineRecord(name), split))
        if group and (name := clean_name(group)):
            affiliations = tuple(plain_author_text(part) for part in split[3:] if part)
            bylines.append(BylineRecord(name, is_group=True, affiliations=affiliations))
    return Bylines(bylines, complete, None)


def _folded(text: str) -> str:
    """Letters only, without case and accents, for telling whether a family name occurs in a printed name."""
    if text.isascii():
        return "".join(filter(str.isalpha, text.lower()))
    return "".join(filter(str.isalpha, unicodedata.normalize("NFKD", text).casefold()))
