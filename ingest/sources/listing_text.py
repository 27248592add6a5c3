"""Listing pages pasted as plain text: four layouts, each cut into entries that can be parsed one by one.

========================  ===========================================================================================
``search``                arXiv's search listing: title, "Authors:", one name a line, abstract short and whole, dates
``feed``                  a category feed: "CLJul 17, 2021Code", title and first three authors run together, abstract
``collaborating-authors`` a person's page: title, "arXiv.org ...", abstract; of the authors only the person is known
``profile``               a researcher profile: "preprint2022arXiv", title, abstract; of the authors only the person
========================  ===========================================================================================

An entry is the text of one work under a small head that says what its page said for all of them ("Listing: search",
"Person: Wang, Pengjie"), so that an entry alone can be corrected and parsed again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from functools import lru_cache

from ingest.authorline import parse_author_line
from ingest.printed_names import is_group_name
from ingest.sources.arxiv_facts import acm_topics, arxiv_topics, is_withdrawn, msc_topics, plausible
from ingest.sources.base import UnusableRecordError
from works.characters import one_line, paragraphs
from works.codelinks import find_code_links
from works.identifiers import find_dois, parse_arxiv_id, title_key
from works.records import BylineRecord, VersionRecord, WorkRecord
from works.taxonomy import ARXIV_CATEGORIES

SOURCE = "arxiv-listing"
RANK_OF_LIST = 20
"""A listing that prints authors; poorer than any source with structured records."""
RANK_OF_PERSON_PAGE = 10
"""A page that names one of the authors; its printed year can be wrong."""

_PREPRINT_YEAR = re.compile(r"^(?P<kind>preprint|article|[a-z -]{3,30}?)(?P<year>(?:19|20)\d{2})(?P<venue>\S.*)$")
_FEED_HEAD = re.compile(
    r"^(?P<code>[A-Z]{2}|[a-z-]+(?:\.[A-Za-z-]+)?)\s*(?P<month>[A-Z][a-z]{2})[a-z]*\.?\s(?P<day>\d{1,2})"
    r"(?:,\s(?P<year>\d{4}))?(?P<code_flag>\s*Code)?$"
)
_MONTH_NAMES = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES, 1)}
_DAY = r"(\d{1,2})\s+([A-Z][a-z]+),?\s+(\d{4})"
_SUBMITTED = re.compile(rf"(?<!v1 )[Ss]ubmitted\s+{_DAY}")
_FIRST_SUBMITTED = re.compile(rf"v1 submitted\s+{_DAY}")
_ANNOUNCED = re.compile(r"originally announced\s+([A-Z][a-z]+)\s+(\d{4})")
_LABELS = r"Comments|Journal ref|Report number|MSC Class|ACM Class"
_LABELLED = re.compile(rf"({_LABELS}):\s*(.+?)(?=\s*(?:{_LABELS}):|$)", re.MULTILINE)
_SEARCH_SEPARATOR = re.compile(r"\s*(?:-|\d{1,4}\.)\s*(?=arXiv:|$)|(?=arXiv:\d{4}\.|arXiv:[a-z-]+/\d)")
_MORE, _LESS = "▽ More", "△ Less"
_ENTRY_ARXIV_ID = re.compile(r"arXiv:(\S+)")
_CATEGORY = re.compile(
    r"\b(?:cs|math|stat|eess|econ|q-bio|q-fin|physics|astro-ph|cond-mat|nlin)\.[A-Za-z-]{2,15}\b|\b(?:hep|nucl)-[a-z]{2}\b|\bquant-ph\b|\bgr-qc\b"
)
_NO_TITLE_LINE = re.compile(rf"arXiv:|doi$|10\.\d{{4,9}}/\S+$|(?:(?:{_CATEGORY.pattern})\s*)+$")
# Where a title and its first author run together: a letter, digit or closing mark, then a capital.
_JUNCTION = re.compile(r"(?<=[a-z0-9?!.)\]'”\"])(?=[^\W\d_a-z])|(?<=[A-Z])(?=[A-Z][^\W\d_A-Z])")
_NAME_WORD = r"(?:[^\W\d_a-z][\w.'’-]*|de|da|di|del|della|van|von|den|der|el|al|la|le|bin|ter|ten|dos|du)"
_NAME_LIST = re.compile(
    rf"{_NAME_WORD}(?: {_NAME_WORD}){{1,4}}(?:, {_NAME_WORD}(?: {_NAME_WORD}){{0,4}})*(?: et al\.?)?"
)

Head = dict[str, str]


def text_entries(text: str, today: date) -> Iterator[str]:
    """The entries of a pasted page. ``today`` completes dates of the current year, which the feed prints without year.

    Raises ``UnusableRecordError`` when the text is none of the known pages.
    """
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    for layout, cut in _CUTTERS.items():
        entries = list(cut(lines, today))
        if entries:
            for head, body in entries:
                yield _entry({"Listing": layout, **head}, body)
            return
    raise UnusableRecordError("The page is no listing that can be read here")


def parse_text_entry(entry: str) -> WorkRecord:
    """One entry of ``text_entries`` as a record. Raises ``UnusableRecordError``."""
    head_text, _, body = entry.replace("\r\n", "\n").partition("\n\n")
    head = {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in head_text.split("\n"))}
    parser = _PARSERS.get(head.get("Listing", ""))
    if parser is None:
        raise UnusableRecordError("The entry does not say which listing it is from", f"first line: {head_text[:100]}")
    return parser(head, [line for line in body.split("\n") if line.strip()])


def _entry(head: Head, lines: list[str]) -> str:
    return "\n".join(f"{name}: {value}" for name, value in head.items()) + "\n\n" + "\n".join(lines).strip("\n")


# --- cutting pages into entries


def _cut_search(lines: list[str], _today: date) -> Iterator[tuple[Head, list[str]]]:
    """Entries begin at a line with a dash or a number ("-", "1."), or with the arXiv id, and each has "Authors:"."""
    if not any(line.startswith("Authors:") for line in lines):
        return
    entry: list[str] = []
    for line in [*lines, "-"]:
        separator = _SEARCH_SEPARATOR.match(line)
        if separator:
            if any(part.startswith("Authors:") for part in entry):
                yield {}, entry
            rest = line[separator.end() :].strip()
            entry = [rest] if rest else []
        else:
            entry.append(line)


def _cut_feed(lines: list[str], today: date) -> Iterator[tuple[Head, list[str]]]:
    entry: list[str] = []
    for line in [*lines, ""]:
        if _FEED_HEAD.match(line) or line == "":
            if entry and len(entry) > 1:
                yield ({} if re.search(r"\d{4}", entry[0]) else {"Read": today.isoformat()}), entry
            entry = [line] if line else []
        elif entry:
            entry.append(line)


def _cut_collaborating_authors(lines: list[str], _today: date) -> Iterator[tuple[Head, list[str]]]:
    filled = [line.strip() for line in lines if line.strip()]
    if "Collaborating Authors" not in filled:
        return
    start = filled.index("Collaborating Authors") + 1
    person, *rest = filled[start:] or [""]
    venues = [index for index, line in enumerate(rest) if line.startswith("arXiv.org")]
    for number, index in enumerate(venues):
        end = venues[number + 1] - 1 if number + 1 < len(venues) else len(rest)
        if index > 0:
            yield {"Person": person}, rest[index - 1 : end]


def _cut_profile(lines: list[str], _today: date) -> Iterator[tuple[Head, list[str]]]:
    filled = [line.strip() for line in lines if line.strip()]
    if "Published work" not in filled or "Researcher profile" not in filled:
        return
    person = filled[filled.index("Researcher profile") + 1]
    entry: list[str] = []
    for line in [*filled[filled.index("Published work") + 1 :], "preprint2000end"]:
        if _PREPRINT_YEAR.match(line) and len(line) < 80:
            if entry:
                yield {"Person": person}, entry
            entry = [line]
        elif entry:
            entry.append(line)


_CUTTERS: dict[str, Callable[[list[str], date], Iterator[tuple[Head, list[str]]]]] = {
    "search": _cut_search,
    "collaborating-authors": _cut_collaborating_authors,
    "profile": _cut_profile,
    "feed": _cut_feed,
}


# --- parsing entries


def _parse_search(_head: Head, lines: list[str]) -> WorkRecord:
    at = next((index for index, line in enumerate(lines) if line.startswith("Authors:")), None)
    if at is None:
        raise UnusableRecordError("The entry has no authors")
    end = next((index for index, line in enumerate(lines) if line.startswith("Abstract:")), len(lines))
    opening = lines[:at]
    title_lines = [line for line in opening if not _NO_TITLE_LINE.match(line)]
    authors = " ".join([lines[at].removeprefix("Authors:"), *lines[at + 1 : end]])
    rest = [lines[end].removeprefix("Abstract:"), *lines[end + 1 :]] if end < len(lines) else []
    abstract, tail = _abstract_and_tail(rest)
    return listing_record(
        title=" ".join(title_lines),
        authors=authors,
        abstract=abstract,
        opening=" ".join(opening),
        tail=tail,
    )


def _abstract_and_tail(lines: list[str]) -> tuple[str, str]:
    """The whole abstract (the page prints it cut, then whole) and what follows it."""
    if _LESS in lines:
        end = lines.index(_LESS)
        start = lines.index(_MORE) + 1 if _MORE in lines[:end] else 0
        return "\n".join(lines[start:end]), "\n".join(lines[end + 1 :])
    start = next((index for index, line in enumerate(lines) if re.match(r"Submitted\s+\d|Comments:", line)), len(lines))
    return "\n".join(line for line in lines[:start] if line != _MORE), "\n".join(lines[start:])


def listing_record(*, title: str, authors: str, abstract: str, opening: str, tail: str) -> WorkRecord:
    """A record of arXiv's search listing from its parts; ``tail`` holds dates, comments and references."""
    line = parse_author_line(authors)
    arxiv = _ENTRY_ARXIV_ID.search(opening)
    known = parse_arxiv_id(arxiv.group(1)) if arxiv else None
    submitted, first = _long_day(_SUBMITTED.search(tail)), _long_day(_FIRST_SUBMITTED.search(tail))
    record = _record(title, line.bylines, abstract, RANK_OF_LIST)
    if known:
        record.key = known.id
        record.identifiers.append(("arxiv", known.id))
    record.identifiers.extend(("doi", found) for found in find_dois(opening))
    record.topics = arxiv_topics(_CATEGORY.findall(opening))
    record.authors_complete, record.authors_missing = line.complete, line.missing
    record.submitted = first or submitted
    record.updated = submitted if first else None
    record.announced = _announced(_ANNOUNCED.search(tail), record.submitted)
    if record.submitted:
        record.versions = [VersionRecord(1)]
    labelled = {label: one_line(value) or None for label, value in _LABELLED.findall(tail)}
    record.comments = labelled.get("Comments")
    record.journal_ref = labelled.get("Journal ref")
    record.report_no = labelled.get("Report number")
    record.topics += msc_topics(labelled.get("MSC Class") or "") + acm_topics(labelled.get("ACM Class") or "")
    record.is_withdrawn = is_withdrawn(record.comments, record.abstract)
    record.code_links = find_code_links(record.comments, record.abstract)
    return record


def _parse_feed(head: Head, lines: list[str]) -> WorkRecord:
    opening = _FEED_HEAD.match(lines[0])
    if opening is None or len(lines) < 2:
        raise UnusableRecordError("The entry has no line with category and date")
    line, _, tag = lines[1].partition(" · ")
    title, authors = split_title_and_authors(line)
    parsed = parse_author_line(authors)
    record = _record(title, parsed.bylines, "\n".join(lines[2:]), RANK_OF_LIST)
    record.authors_complete, record.authors_missing = parsed.complete, parsed.missing
    record.submitted = _feed_day(opening, head.get("Read"))
    record.topics = arxiv_topics(_category_of_short_code(opening["code"]))
    record.code_links = find_code_links(record.abstract)
    # The feed's flag and tags belong to no author and carry no link: they are kept as the remark that they are.
    remarks = ["Code"] if opening["code_flag"] else []
    remarks.extend(one_line(part) for part in tag.split("·") if part.strip())
    record.comments = " · ".join(remarks) or None
    return record


def split_title_and_authors(line: str) -> tuple[str, str]:
    """Part "Pruning, Expanding and MaskingBinzong Geng, Fajie Yuan et al." into title and authors.

    The cut is the first place, small letter or mark before capital, after which everything reads as a list of names.
    """
    line = one_line(line)
    for junction in _JUNCTION.finditer(line):
        if junction.start() and _NAME_LIST.fullmatch(line, junction.start()):
            return line[: junction.start()].strip(), line[junction.start() :]
    raise UnusableRecordError("Title and authors cannot be told apart", line[:300])


@lru_cache(maxsize=256)
def _category_of_short_code(code: str) -> str:
    """The category behind the two letters that the feed prints: computer science first, else the only one that fits."""
    if "." in code or f"cs.{code}" in ARXIV_CATEGORIES:
        return code if "." in code else f"cs.{code}"
    fitting = [category for category in ARXIV_CATEGORIES if category.endswith(f".{code}")]
    return fitting[0] if len(fitting) == 1 else ""


def _feed_day(opening: re.Match[str], read: str | None) -> date | None:
    """The printed day; without a year it is the last such day before the page was read."""
    if opening["year"]:
        return _day(opening["day"], opening["month"], opening["year"])
    try:
        reference = date.fromisoformat(read or "")
        day = date(reference.year, _MONTHS[opening["month"]], int(opening["day"]))
        return day if day <= reference else day.replace(year=reference.year - 1)
    except (KeyError, ValueError):
        return None


def _parse_collaborating_authors(head: Head, lines: list[str]) -> WorkRecord:
    if len(lines) < 2 or not lines[1].startswith("arXiv.org"):
        raise UnusableRecordError("The entry has no title with its source below")
    return _record(lines[0], [_person(head)], "\n".join(lines[2:]), RANK_OF_PERSON_PAGE, complete=False)


def _parse_profile(head: Head, lines: list[str]) -> WorkRecord:
    opening = _PREPRINT_YEAR.match(lines[0]) if lines else None
    if opening is None or len(lines) < 2:
        raise UnusableRecordError("The entry has no line with type, year and source")
    record = _record(lines[1], [_person(head)], "\n".join(lines[2:]), RANK_OF_PERSON_PAGE, complete=False)
    record.year = int(opening["year"])
    return record


def _person(head: Head) -> BylineRecord:
    name = one_line(head.get("Person", ""))
    if not name:
        raise UnusableRecordError("The entry does not say whose page it is from")
    family, comma, given = name.partition(",")
    if comma and given.strip():
        return BylineRecord(f"{given.strip()} {family.strip()}", family.strip(), given.strip())
    return BylineRecord(name, is_group=is_group_name(name))


def _record(title: str, bylines: list[BylineRecord], abstract: str, rank: int, *, complete: bool = True) -> WorkRecord:
    title = one_line(title)
    if not title:
        raise UnusableRecordError("The title is empty")
    if not bylines:
        raise UnusableRecordError("The work has no author")
    text = paragraphs(abstract)
    return WorkRecord(
        source=SOURCE,
        key=title_key(title, bylines[0].name),
        title=title,
        identifiers=[],
        bylines=bylines,
        abstract=text or None,
        authors_complete=complete,
        rank=rank,
        code_links=find_code_links(text),
    )


def _announced(match: re.Match[str] | None, submitted: date | None) -> date | None:
    """The first day on which the paper can have been announced: the page prints the month alone."""
    first = _day(1, match.group(1)[:3], match.group(2)) if match else None
    return max(first, submitted) if first and submitted and first.month == submitted.month else first


def _long_day(match: re.Match[str] | None) -> date | None:
    return _day(match.group(1), match.group(2)[:3], match.group(3)) if match else None


def _day(day: str | int, month: str, year: str | int) -> date | None:
    try:
        return plausible(date(int(year), _MONTHS[month], int(day)))
    except (KeyError, ValueError):
        return None


_PARSERS: dict[str, Callable[[Head, list[str]], WorkRecord]] = {
    "search": _parse_search,
    "feed": _parse_feed,
    "collaborating-authors": _parse_collaborating_authors,
    "profile": _parse_profile,
}
