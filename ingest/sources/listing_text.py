"""Entries of listing pages pasted as plain text, parsed one by one.

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
from ingest.sources.listing_cuts import FEED_HEAD, LABELS, LESS, MORE, PREPRINT_YEAR, Piece, pieces_of
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

_MONTH_NAMES = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES, 1)}
_DAY = r"(\d{1,2})\s+([A-Z][a-z]+),?\s+(\d{4})"
_SUBMITTED = re.compile(rf"(?<!v1 )[Ss]ubmitted\s+{_DAY}")
_FIRST_SUBMITTED = re.compile(rf"v1 submitted\s+{_DAY}")
_ANNOUNCED = re.compile(r"originally announced\s+([A-Z][a-z]+)\s+(\d{4})")
_LABELLED = re.compile(rf"({LABELS}):\s*(.+?)(?=\s*(?:{LABELS}):|$)", re.MULTILINE)
_FACT = re.compile(rf"(?:{LABELS}):")
_SUBJECT_CODE = re.compile(r"\(([a-z-]+(?:\.[A-Za-z-]+)?)\)")
_ENTRY_ARXIV_ID = re.compile(r"arXiv:(\S+)")
_CATEGORY = re.compile(
    r"\b(?:cs|math|stat|eess|econ|q-bio|q-fin|physics|astro-ph|cond-mat|nlin)\.[A-Za-z-]{2,15}\b|\b(?:hep|nucl)-[a-z]{2}\b|\bmath-ph\b|\bquant-ph\b|\bgr-qc\b"
)
_NO_TITLE_LINE = re.compile(rf"arXiv:|doi$|10\.\d{{4,9}}/\S+$|(?:(?:{_CATEGORY.pattern})\s*)+$")
# Where a title and its first author run together: a letter, digit or closing mark, then a capital.
_JUNCTION = re.compile(r"(?<=[a-z0-9?!.)\]'”\"])(?=[^\W\d_a-z])|(?<=[A-Z])(?=[A-Z][^\W\d_A-Z])")
_NAME_WORD = r"(?:[^\W\d_a-z][\w.'’-]*|de|da|di|del|della|van|von|den|der|el|al|la|le|bin|ter|ten|dos|du)"
_NAME_LIST = re.compile(
    rf"{_NAME_WORD}(?: {_NAME_WORD}){{1,4}}(?:, {_NAME_WORD}(?: {_NAME_WORD}){{0,4}})*(?: et al\.?)?"
)

Head = dict[str, str]

KNOWN_PAGES = (
    "arXiv's search results and its lists (arxiv.org/list/…), a category feed, a “Collaborating Authors” page,"
    " a researcher profile"
)


def text_entries(text: str, today: date) -> Iterator[str]:
    """The entries of a pasted page. ``today`` completes dates of the current year, which the feed prints without year.

    What belongs to no entry is an entry without a head, which no parser takes. Raises ``UnusableRecordError`` when the
    text is none of the known pages.
    """
    pieces = pieces_of(text)
    if all(piece.layout is None for piece in pieces):
        raise UnusableRecordError(f"The page is none of those that are read: {KNOWN_PAGES}")
    for piece in pieces:
        yield _entry(piece, today) if piece.layout else "\n".join(piece.lines)


def parse_text_entry(entry: str) -> WorkRecord:
    """One entry of ``text_entries`` as a record. Raises ``UnusableRecordError``.

    A text without a head, as somebody who mends a left-over part writes it, must hold exactly one entry.
    """
    head_text, _, body = entry.replace("\r\n", "\n").partition("\n\n")
    head = {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in head_text.split("\n"))}
    lines = [line for line in body.split("\n") if line.strip()]
    if "Listing" not in head:
        pieces = pieces_of(entry)
        if len(pieces) != 1 or pieces[0].layout is None:
            raise UnusableRecordError("The text belongs to no entry of a listing")
        head, lines = _head(pieces[0]), pieces[0].lines
    parser = _PARSERS.get(head["Listing"])
    if parser is None:
        raise UnusableRecordError("The entry does not say which listing it is from", f"first line: {head_text[:100]}")
    return parser(head, lines)


def _head(piece: Piece) -> Head:
    head = {"Listing": piece.layout or ""}
    return head | {"Person": piece.person} if piece.person is not None else head


def _entry(piece: Piece, today: date) -> str:
    head = _head(piece)
    if piece.layout == "feed" and not re.search(r"\d{4}", piece.lines[0]):
        head["Read"] = today.isoformat()
    return "\n".join(f"{name}: {value}" for name, value in head.items()) + "\n\n" + "\n".join(piece.lines)


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


def _parse_list(_head: Head, lines: list[str]) -> WorkRecord:
    """ "arXiv:2501.00001 [pdf]", "Title:", authors, labelled facts the last of which is "Subjects:", the abstract."""
    at = next((index for index, line in enumerate(lines) if line.startswith("Title:")), None)
    if at is None:
        raise UnusableRecordError("The title is empty")
    end = next((index for index in range(at + 1, len(lines)) if _FACT.match(lines[index])), len(lines))
    title, *authors = lines[at:end]
    if title == "Title:" and authors:
        title, *authors = authors
    last = max((index for index in range(end, len(lines)) if _FACT.match(lines[index])), default=end)
    facts = lines[end : last + 1]
    # A label may stand in a line of its own, with its value below.
    if facts and facts[-1].endswith(":") and last + 1 < len(lines):
        last += 1
        facts = [*facts, lines[last]]
    return list_record(
        title=title.removeprefix("Title:"),
        authors=" ".join(authors).strip().removeprefix("Authors:"),
        abstract="\n".join(lines[last + 1 :]) if facts else "",
        opening=" ".join(lines[:at]),
        facts=" ".join(facts),
    )


def list_record(*, title: str, authors: str, abstract: str, opening: str, facts: str) -> WorkRecord:
    """A record of one of arXiv's lists from its parts; ``facts`` are the labelled ones, in one line."""
    # arXiv's lists print no day of submission, and subjects by their names with the codes behind.
    codes = " ".join(_SUBJECT_CODE.findall(facts.rpartition("Subjects:")[2]))
    record = listing_record(title=title, authors=authors, abstract=abstract, opening=opening, tail=facts)
    record.topics = arxiv_topics(codes) + [topic for topic in record.topics if topic.scheme != "arxiv"]
    return record


def _abstract_and_tail(lines: list[str]) -> tuple[str, str]:
    """The whole abstract (the page prints it cut, then whole) and what follows it."""
    if LESS in lines:
        end = lines.index(LESS)
        start = lines.index(MORE) + 1 if MORE in lines[:end] else 0
        return "\n".join(lines[start:end]), "\n".join(lines[end + 1 :])
    start = next((index for index, line in enumerate(lines) if re.match(r"Submitted\s+\d|Comments:", line)), len(lines))
    return "\n".join(line for line in lines[:start] if line != MORE), "\n".join(lines[start:])


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
    # "Journal ref" in search results, "Journal-ref" in lists: the first word says which fact it is.
    labelled = {re.split("[ -]", label)[0]: one_line(value) or None for label, value in _LABELLED.findall(tail)}
    record.identifiers.extend(("doi", found) for found in find_dois(labelled.get("DOI") or ""))
    record.comments = labelled.get("Comments")
    record.journal_ref = labelled.get("Journal")
    record.report_no = labelled.get("Report")
    record.topics += msc_topics(labelled.get("MSC") or "") + acm_topics(labelled.get("ACM") or "")
    record.is_withdrawn = is_withdrawn(record.comments, record.abstract)
    record.code_links = find_code_links(record.comments, record.abstract)
    return record


def _parse_feed(head: Head, lines: list[str]) -> WorkRecord:
    opening = FEED_HEAD.match(lines[0])
    if opening is None or len(lines) < 2:
        raise UnusableRecordError("The entry has no line with category and date")
    # The flag "Code" and tags behind the authors are the feed's own: they say nothing that the work itself would.
    line = lines[1].partition(" · ")[0]
    title, authors = split_title_and_authors(line)
    parsed = parse_author_line(authors)
    record = _record(title, parsed.bylines, "\n".join(lines[2:]), RANK_OF_LIST)
    record.authors_complete, record.authors_missing = parsed.complete, parsed.missing
    record.submitted = _feed_day(opening, head.get("Read"))
    record.topics = arxiv_topics(_category_of_short_code(opening["code"]))
    record.code_links = find_code_links(record.abstract)
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
    opening = PREPRINT_YEAR.match(lines[0]) if lines else None
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
    "list": _parse_list,
    "feed": _parse_feed,
    "collaborating-authors": _parse_collaborating_authors,
    "profile": _parse_profile,
}
