"""A printed journal reference ("Phys. Rev. D 93, 104026 (2016)") taken apart. Pure: text in, values out.

A citation prints what is found here as fact, so only what can be read in one way is read: a reference must be taken
apart to its last character, and journal, volume and year must all be there. Proceedings, references to several places
and prose are left as they are printed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class JournalRef:
    """Where an article stands in its journal; ``pages`` are ``first-last``, or one page or article number.

    ``number`` (the issue within the volume) and ``pages`` are empty when they are not printed.
    """

    journal: str
    volume: str
    number: str
    pages: str
    year: int

    @property
    def first_page(self) -> str:
        """The first page, or what stands alone: the article number."""
        return self.pages.partition("-")[0]

    @property
    def last_page(self) -> str:
        """The last page of a range, else empty."""
        return self.pages.partition("-")[2]


NOWHERE = JournalRef("", "", "", "", 0)
"""Stands for no reference where its empty parts are printed as nothing."""


def parse_journal_ref(text: str, venue: str = "") -> JournalRef | None:
    """The parts of a reference, ``None`` when they are not certain.

    ``venue`` is the journal's name where a source states it: nothing is guessed of a reference that begins with it.
    """
    text = _ERRATUM.sub("", " ".join(text.translate(_DASHES).split())).rstrip(" .,")
    if len(text) > _LONGEST:
        return None
    if venue and text.startswith(f"{venue} "):
        return _Reading(text.removeprefix(venue)).result(venue)
    first_year = _YEAR_FIRST.match(text)
    if first_year:
        text = text[first_year.end() :]
    start = _NUMBERS.search(text)
    journal = _journal(text[: start.start()]) if start else None
    if start is None or journal is None:
        return None
    reading = _Reading(text[start.start() :])
    reading.years += [int(first_year[1])] if first_year else []
    return reading.result(journal)


_LONGEST = 250
_DASHES = {ord(dash): "-" for dash in "\u2010\u2011\u2012\u2013\u2014\u2212"}
_YEAR = r"(?:19[3-9]\d|20[0-4]\d)"
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
#: What says the day or month before a year.
_DATE = rf"(?:\d{{1,2}}/|(?:\d{{1,2}}\s+)?{_MONTH}\b\.?(?:\s*[-/]\s*{_MONTH}\b\.?)?\s*(?:\d{{1,2}}\s*,)?,?\s*)"
_ISSUE = r"\d{1,3}(?:\s*[-/&]\s*\d{1,3})?"
_PAGE = r"(?:[A-Z]{1,3}|e)?\d{1,8}[A-Za-z]?"
_PAGES = rf"{_PAGE}(?:\s*-{{1,3}}\s*{_PAGE})?"

#: What follows the place of the article itself.
_ERRATUM = re.compile(r"[\s,;.]*[\[(]?\s*Err?atum\b.*$", re.IGNORECASE)
_YEAR_FIRST = re.compile(rf"({_YEAR})[ ,]+(?=[^\W\d_])")
#: Where the name of the journal ends at the latest.
_NUMBERS = re.compile(r"[\d(]")
#: Words between the name and its first number that say nothing of their own.
_BEFORE_NUMBERS = re.compile(rf"(?:[\s,:]+(?:vol(?:ume)?\b|v\.|year\b|{_MONTH}\b)[\s.:,]*)+$", re.IGNORECASE)
#: Those that say that the first number is no volume.
_NO_VOLUME = re.compile(
    r"\b(?:no|nr|num|number|n|issue|pp?|pages?|art|article|id|part|ch|chapter)[.: ]*$", re.IGNORECASE
)
_NAME = re.compile(r"[^\W\d_](?:[^\W\d_]|[.'’]|[ .&:-]+(?=[^\W\d_])|, (?=(?:Series|Ser\.|Section) [A-Z]$))+")
#: Behind a word too long to be short for another, in a name without such words.
_FULL_STOP = re.compile(r"^([^.]*[^\W\d_]{7})\.$")
#: What may stand before a volume: a space, a dot, a section (Phys.Rev.D52), or one of these short names.
_BEFORE_VOLUME = re.compile(r"(?:[\s.,:]|(?:^|[\s.])[A-Z]|\b(?:JHEP|JCAP))$")
#: Longer ones are sentences, or a title before the journal.
_WORDS_AT_MOST, _ABBREVIATED_WORDS_AT_MOST = 14, 8
#: Names of what is no journal, or no name ...
_NO_JOURNAL = re.compile(
    r"""
    ^(?:in|dans|see|to|vol|pos|iaus|aipc|eas|nato)\b | volume$ | \bversion\b | publ\w*\W*ser\b | special\ publ
    | neural\ information\ processing
    | \b(?:conf|conference|symp|symposium|symposia|workshop|congress|meeting|school|lect|lecture|lncs|lnai|eptcs|lipics
    |ceur|spie|proc|proceedings|colloq\w*|talk|poster|monogr\w*|contemp|contemporary|springer\w*|verlag|birkhauser
    |press|published|book|thesis|preprint|arxiv|eds?|editors?|edited|isbn|appear|accepted|submitted|chapter)\b
    """,
    re.VERBOSE | re.IGNORECASE,
)
#: ... and what is a journal all the same: those of societies, and supplements.
_SOCIETIES = r"Nat\w*|Am\w*|R|Roy\w*|Lond\w*|Edinb\w*|Camb\w*|Steklov|Indian|Japan|Jpn|Phys|IEEE$"
_JOURNAL_ALL_THE_SAME = re.compile(
    rf"^Proc(?:eedings|\.)(?:\ ?of)?(?:\ the)?\ ?(?:{_SOCIETIES})\b | \(?\bProc\.?\ ?Suppl\b | ^EPJ\ Web\b.*"
    r"| ^J\w*\.?\ ?(?:of\ )?Phys\w*\.?:?\ ?Conf\w*\.?\ ?Ser",
    re.VERBOSE,
)


def _journal(head: str) -> str | None:
    """The name in what stands before the first number of a reference."""
    if _NO_VOLUME.search(head) or not (_BEFORE_VOLUME.search(head) or _BEFORE_NUMBERS.search(head)):
        return None
    name = _FULL_STOP.sub(r"\1", _BEFORE_NUMBERS.sub("", head).rstrip(" ,:"))
    words = name.split()
    at_most = _ABBREVIATED_WORDS_AT_MOST if ". " in name else _WORDS_AT_MOST
    if not (len(name) >= 3 and len(words) <= at_most and _NAME.fullmatch(name)):
        return None
    return None if _NO_JOURNAL.search(_JOURNAL_ALL_THE_SAME.sub("", name)) else name


_PIECE = re.compile(
    rf"""
    [\s,:]*\.?[\s,:]*(?:
        \(\s*(?:(?i:{_DATE}))?(?P<year_alone>{_YEAR})\s*\)
      | (?i:{_DATE})(?P<dated_year>{_YEAR})(?!\w)
      | (?i:vol(?:ume)?\b|v(?=[.\s]))[.:\s]*(?P<volume>\d{{1,4}})(?!\w)
      | (?i:no|nr|num(?:ber)?|issue|iss|n)\b[.:\s]*(?P<number>{_ISSUE})(?![\w-])
      | (?P<length>\d{{1,4}}\s*(?:pp|pages|pgs)\b)
      | (?:(?i:pp|pages?|pgs?|art(?:icle)?(?:\s+(?:no|id|number))?)\b|p)[.:\s]*(?P<pages>{_PAGES})(?!\w)
      | \((?P<issue>{_ISSUE})\)
      | (?P<rapid>\(R\))
      | (?P<glued_volume>\d{{1,4}})[Nn](?P<glued_number>\d{{1,2}})(?!\w)
      | (?P<bare>{_PAGES})(?!\w)
    )
    """,
    re.VERBOSE,
)


@dataclass(slots=True)
class _Reading:
    """The numbers behind the name of a journal, taken piece by piece."""

    rest: str
    years: list[int] = field(default_factory=list)
    volume: str = ""
    number: str = ""
    pages: str = ""
    bare: list[str] = field(default_factory=list)

    def result(self, journal: str) -> JournalRef | None:
        """What was read, ``None`` when something is left over, twice there, lacking or in two ways to be read."""
        if not (self._take_pieces() and self._sort_bare()):
            return None
        pages = re.sub(r"\s*-+\s*", "-", self.pages)
        if not self.volume.lstrip("0") or len(set(self.years)) != 1 or not _is_range(pages):
            return None
        return JournalRef(journal, self.volume, re.sub(r"\s", "", self.number), pages, self.years[0])

    def _take_pieces(self) -> bool:
        position, rest = 0, self.rest.rstrip(" .,")
        while position < len(rest):
            piece = _PIECE.match(rest, position)
            if piece is None or not self._take(piece):
                return False
            position = piece.end()
        return True

    def _take(self, piece: re.Match[str]) -> bool:
        """Keep one piece; false when it cannot be there."""
        kind, value = piece.lastgroup or "", piece[piece.lastgroup or 0]
        match kind:
            case "year_alone" | "dated_year":
                self.years.append(int(value))
            case "bare":
                self.bare.append(value)
            case "glued_number":
                if self.volume or self.bare:
                    return False
                self.volume, self.number = piece["glued_volume"], value
            case "volume":
                if self.volume or self.pages or [word for word in self.bare if not _is_year(word)]:
                    return False
                self.volume = value
            case "number" | "issue":
                if self.number or self.pages or not (self.volume or self.bare):
                    return False
                self.number = value
            case "pages":
                if self.pages:
                    return False
                self.pages = value
            case _:  # how many pages there are, or that it was a rapid communication
                return bool(self.pages or self.bare)
        return True

    def _sort_bare(self) -> bool:
        """Tell year, volume, number and pages of the numbers without a word; false when that is a guess."""
        bare = self.bare
        if not self.years:
            found = [word for word in bare if _is_year(word)]
            if len(found) != 1:
                return False
            bare.remove(found[0])
            self.years.append(int(found[0]))
        if not self.volume and bare:
            self.volume = bare.pop(0)
        if len(bare) == 2 and not self.number and re.fullmatch(r"[1-9]\d?", bare[0]) and "-" in bare[1]:
            self.number = bare.pop(0)
        if len(bare) == 1 and not self.pages:
            self.pages = bare.pop()
        return not bare and re.fullmatch(r"\d{1,4}", self.volume) is not None


def _is_year(word: str) -> bool:
    return re.fullmatch(_YEAR, word) is not None


def _is_range(pages: str) -> bool:
    """Whether the last page is not before the first; the last may be shortened (1234-41)."""
    first, last = (re.sub(r"\D", "", page) for page in (pages.partition("-")[0], pages.partition("-")[2]))
    return len(last) < len(first) or not last or int(first) <= int(last)
