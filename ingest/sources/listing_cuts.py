"""Cut the text of listing pages into entries; every line goes into an entry, is known furniture, or is left over.

========================  ===========================================================================================
``search``                arXiv's search listing: title, "Authors:", one name a line, abstract short and whole, dates
``list``                  arXiv's lists of a category: "[1] arXiv:2501.00001", "Title:", authors, "Subjects:", abstract
``feed``                  a category feed: "CLJul 17, 2021Code", title and first three authors run together, abstract
``collaborating-authors`` a person's page: title, "arXiv.org ...", abstract; of the authors only the person is known
``profile``               a researcher profile: "preprint2022arXiv", title, abstract; of the authors only the person
========================  ===========================================================================================

A page may hold several kinds one after the other. What belongs to no entry is handed on as a piece without a layout.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from works.characters import visible

FEED_HEAD = re.compile(
    r"^(?P<code>[A-Z]{2}|[a-z-]+(?:\.[A-Za-z-]+)?)\s*(?P<month>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?"
    r"\s(?P<day>\d{1,2})(?:,\s(?P<year>\d{4}))?(?P<code_flag>\s*Code)?$"
)
PREPRINT_YEAR = re.compile(r"^(?P<kind>preprint|article|[a-z -]{3,30}?)(?P<year>(?:19|20)\d{2})(?P<venue>\S.*)$")
LABELS = r"Comments|Journal[ -]ref|Report[ -](?:number|no)|MSC[ -][Cc]lass(?:es)?|ACM[ -][Cc]lass(?:es)?|DOI|Subjects"
MORE, LESS = "▽ More", "△ Less"
_SEARCH_SEPARATOR = re.compile(r"(?:-|\d{1,4}\.)\s*(?=arXiv:|$)|(?=arXiv:\d{4}\.|arXiv:[a-z-]+/\d)")
_LIST_NUMBER = re.compile(r"\[\d{1,5}\]\s*(?=arXiv:|$)")
_LABELLED = re.compile(rf"(?:{LABELS}):")
_DATES = re.compile(r"Submitted\s+\d|v\d+ submitted|originally announced", re.IGNORECASE)
# What pages print around their entries, a line each.
_FURNITURE = re.compile(
    r"Goto|Search|Search v[\d.].*|Show(?:ing|s) (?:\d|up to|new listings|results).*|Total of \d+ entries.*"
    r"|(?:New|Cross|Replacement) submissions.*|See (?:today's|recent).*|(?:Sort|Order|Results)\b.{0,60}"
    r"|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{1,2} [A-Z][a-z]{2} \d{4}.*|\d+ published item\(s\)"
    r"|Previous|Next|[\d\s….]+|-|Advanced Search|All fields|(?:About|Help|Contact|Subscribe|Copyright|Privacy Policy)",
    re.IGNORECASE,
)
_PROFILE, _WORKS_OF_PROFILE, _PERSON_PAGE = "Researcher profile", "Published work", "Collaborating Authors"
_VENUE = "arXiv.org"


class Piece(NamedTuple):
    """The lines of one entry; ``layout`` is ``None`` for what belongs to none. ``person`` is whose page it is from."""

    layout: str | None
    lines: list[str]
    person: str | None = None


def pieces_of(text: str) -> list[Piece]:
    """All of a page's text in its order, but for empty lines and furniture."""
    lines = [visible(line) for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    starts = [index for index in range(len(lines)) if _begins_page(lines, index)]
    found = list(_cut_lists(lines[: starts[0] if starts else len(lines)]))
    for start, end in pairwise([*starts, len(lines)]):
        page = lines[start:end]
        first = next((index for index, _ in _list_starts(page)), len(page))
        found += _cut_profile(page[:first]) if page[0] == _PROFILE else _cut_person_page(page[:first])
        found += _cut_lists(page[first:])
    return found


def _begins_page(lines: list[str], index: int) -> bool:
    if lines[index] == _PERSON_PAGE:
        return True
    return lines[index] == _PROFILE and _WORKS_OF_PROFILE in lines[index:]


def _left_over(lines: list[str]) -> Iterator[Piece]:
    """One piece of the lines that are more than furniture."""
    kept = [line for line in lines if line and not _FURNITURE.fullmatch(line)]
    if kept:
        yield Piece(None, kept)


# --- lists of works with their authors


def _list_starts(lines: list[str]) -> list[tuple[int, str]]:
    """Where entries of the layouts ``search``, ``list`` and ``feed`` begin, in order."""
    starts: list[tuple[int, str]] = []
    for index, line in enumerate(lines):
        if FEED_HEAD.match(line):
            starts.append((index, "feed"))
        elif _LIST_NUMBER.match(line):
            starts.append((index, "list"))
        elif _SEARCH_SEPARATOR.match(line) and not (starts and _goes_on(lines[starts[-1][0] : index])):
            starts.append((index, "search"))
    # A dash or a number may stand in an abstract: an entry has its authors before the next one.
    return [
        (index, _layout_of(layout, lines[index:end]))
        for (index, layout), (end, _) in pairwise([*starts, (len(lines), "")])
        if layout == "feed" or _has_facts(lines[index:end])
    ]


def _goes_on(begun: list[str]) -> bool:
    """True when an entry has no more than its number, so that a line with an arXiv id is its second one."""
    return len(list(filter(None, begun))) == 1 and re.fullmatch(r"-|\d{1,4}\.|\[\d{1,5}\]", begun[0]) is not None


def _has_facts(lines: list[str]) -> bool:
    return any(line.startswith(("Authors:", "Title:")) for line in lines)


def _layout_of(layout: str, lines: list[str]) -> str:
    return "list" if layout == "search" and any(line.startswith("Title:") for line in lines) else layout


def _cut_lists(lines: list[str]) -> Iterator[Piece]:
    starts = _list_starts(lines)
    preface = lines[: starts[0][0] if starts else len(lines)]
    if any(line.startswith("Authors:") for line in preface):
        first = next(index for index, line in enumerate(preface) if line and not _FURNITURE.fullmatch(line))
        starts = [(first, "search"), *starts]
    else:
        yield from _left_over(preface)
    for (start, layout), (end, _) in pairwise([*starts, (len(lines), "")]):
        entry = lines[start:end]
        cut = _END_OF[layout](entry)
        if layout == "search":
            entry[0] = entry[0][found.end() :] if (found := _SEARCH_SEPARATOR.match(entry[0])) else entry[0]
        yield Piece(layout, [line for line in entry[:cut] if line])
        yield from _left_over(entry[cut:])


def _end_of_search(entry: list[str]) -> int:
    """Behind the abstract an entry has its days and labelled facts alone."""
    in_tail = False
    for index, line in enumerate(entry):
        is_fact = bool(_LABELLED.match(line) or _DATES.search(line))
        if in_tail and line and not is_fact:
            return index
        in_tail = in_tail or line == LESS or bool(_DATES.match(line))
    return len(entry)


def _end_of_list(entry: list[str]) -> int:
    return next((index for index, line in enumerate(entry) if index and _FURNITURE.fullmatch(line)), len(entry))


def _end_of_feed(entry: list[str]) -> int:
    """An entry has three lines: head, title with authors, abstract; an empty one or furniture ends it."""
    filled = 0
    for index, line in enumerate(entry):
        if filled >= len(("head", "title", "abstract")) and (not line or _FURNITURE.fullmatch(line)):
            return index
        filled += bool(line)
    return len(entry)


_END_OF = {"search": _end_of_search, "list": _end_of_list, "feed": _end_of_feed}


# --- pages of one person


def _cut_person_page(lines: list[str]) -> Iterator[Piece]:
    person, *rest = [line for line in lines[1:] if line] or [""]
    venues = [index for index, line in enumerate(rest) if line.startswith(_VENUE) and index]
    yield from _left_over(rest[: venues[0] - 1] if venues else [person, *rest])
    for number, index in enumerate(venues):
        end = venues[number + 1] - 1 if number + 1 < len(venues) else len(rest)
        yield Piece("collaborating-authors", rest[index - 1 : end], person)


def _cut_profile(lines: list[str]) -> Iterator[Piece]:
    filled = [line for line in lines if line]
    person = filled[1] if len(filled) > 1 else ""
    works = filled[filled.index(_WORKS_OF_PROFILE) + 1 :] if _WORKS_OF_PROFILE in filled else []
    starts = [index for index, line in enumerate(works) if PREPRINT_YEAR.match(line) and len(line) < 80]
    yield from _left_over(works[: starts[0] if starts else len(works)])
    for start, end in pairwise([*starts, len(works)]):
        yield Piece("profile", works[start:end], person)
