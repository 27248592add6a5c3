"""Citations in the formats that reference managers read: BibTeX, RIS and CSL-JSON. Pure: values in, text out.

Formats: BibTeX as BibLaTeX and BibTeX read it (UTF-8, with the LaTeX of the texts); RIS by the Research Information
Systems tag list; CSL-JSON by the schema of the Citation Style Language, version 1.0. Neither of these knows LaTeX.

A preprint that was published is cited as the article, with its journal, volume, pages and year, and its number at arXiv
beside them; so do INSPIRE and ADS. That holds where the journal reference can be taken apart for certain; where not, it
stands in the entry as it is printed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

from works.journal_refs import NOWHERE, JournalRef, parse_journal_ref
from works.markup import plain_text
from works.name_forms import fold

_BIBTEX_TYPES = {
    "preprint": "misc",
    "article": "article",
    "review": "article",
    "conference": "inproceedings",
    "book": "book",
    "chapter": "incollection",
    "thesis": "phdthesis",
}
_BIBTEX_CONTAINERS = {"article": "journal", "inproceedings": "booktitle", "incollection": "booktitle"}
_RIS_TYPES = {
    "preprint": "UNPB",
    "article": "JOUR",
    "review": "JOUR",
    "conference": "CPAPER",
    "book": "BOOK",
    "chapter": "CHAP",
    "dataset": "DATA",
    "thesis": "THES",
}
_CSL_TYPES = {
    "article": "article-journal",
    "review": "article-journal",
    "conference": "paper-conference",
    "book": "book",
    "chapter": "chapter",
    "dataset": "dataset",
    "thesis": "thesis",
}
#: Kinds whose journal reference is that of an article.
_IN_JOURNALS = frozenset({"preprint", "article", "review"})
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_FORMULA = re.compile(r"((?<!\\)\$[^$]+\$)")
_UNSAFE = re.compile(r"(?<!\\)[&%#_^$]")
#: Fields that are addresses, read as they stand.
_VERBATIM = frozenset({"url", "doi", "eprint"})
_NOT_KEY = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class CitedName:
    """A printed author. A group has only ``family``, its whole name."""

    family: str
    given: str = ""
    suffix: str = ""
    is_group: bool = False


@dataclass(frozen=True)
class Citation:
    """What a citation says of a work. Text is as printed, LaTeX included; ``kind`` is one of ``Work.Kind``.

    ``primary_class`` is the code of the first arXiv category.
    """

    kind: str
    title: str
    url: str
    names: Sequence[CitedName]
    is_complete: bool = True
    year: int | None = None
    submitted: date | None = None
    doi: str = ""
    arxiv: str = ""
    primary_class: str = ""
    journal_ref: str = ""
    venue: str = ""
    abstract: str = ""
    key_words: Sequence[str] = ()
    key_mark: str = ""

    @cached_property
    def published(self) -> JournalRef | None:
        """Where the work stands in what it was printed in, ``None`` where that is not certain."""
        is_stated = bool(self.venue) and self.journal_ref.startswith(f"{self.venue} ")
        if not is_stated and self.kind not in _IN_JOURNALS:
            return None
        found = parse_journal_ref(self.journal_ref, self.venue)
        return replace(found, journal=self.venue) if found and self.venue and self.kind != "preprint" else found

    @property
    def place(self) -> JournalRef:
        """``published``, and ``NOWHERE`` where that is not certain."""
        return self.published or NOWHERE

    @property
    def form(self) -> str:
        """The kind of entry: that of an article for a preprint that was published."""
        return "article" if self.published and self.kind == "preprint" else self.kind

    @property
    def container(self) -> str:
        """What the work is printed in; of a preprint only the journal that published it."""
        if self.published:
            return self.published.journal
        if self.kind == "preprint":
            return "" if self.arxiv else self.venue
        return self.venue or self.journal_ref

    @property
    def note(self) -> str:
        """The journal reference as it is printed, where it could not be taken apart."""
        return "" if self.published or self.container == self.journal_ref else self.journal_ref

    @property
    def printed_year(self) -> int | None:
        """The year of the article, which may be long after that of its preprint."""
        return self.published.year if self.published else self.year

    @property
    def printed_on(self) -> date | None:
        """The day of the work itself: that of a preprint says nothing of its article."""
        is_of_preprint = self.published and (self.kind == "preprint" or self.year != self.published.year)
        return None if is_of_preprint else self.submitted

    @property
    def key(self) -> str:
        """A readable key: ``shang2022teko``; ``key_mark`` tells it from others of the same file."""
        family = _NOT_KEY.sub("", fold(self.names[0].family)) if self.names else ""
        words = [word for word in _NOT_KEY.split(fold(self.title)) if len(word) > 3]
        return f"{family or 'anonymous'}{self.year or ''}{words[0] if words else ''}{self.key_mark}"


def with_keys_of_their_own(citations: Iterable[Citation]) -> Iterator[Citation]:
    """The citations of one file; a key that stood before gets a number behind it, as BibTeX refuses a second one."""
    taken: set[str] = set()
    for citation in citations:
        mark = 2
        found = citation
        while found.key in taken:
            found, mark = replace(citation, key_mark=f"-{mark}"), mark + 1
        taken.add(found.key)
        yield found


def to_bibtex(citation: Citation) -> str:
    """One BibTeX entry. A cut author list ends in ``and others``."""
    names = [_bibtex_name(name) for name in citation.names]
    if not citation.is_complete:
        names.append("others")
    entry_type = _BIBTEX_TYPES.get(citation.form, "misc")
    place, day = citation.place, citation.printed_on
    fields = {
        "title": f"{{{_bibtex_text(citation.title)}}}",
        "author": " and ".join(names),
        _BIBTEX_CONTAINERS.get(entry_type, "howpublished"): citation.container,
        "volume": place.volume,
        "number": place.number,
        "pages": place.pages.replace("-", "--"),
        "year": str(citation.printed_year or ""),
        "month": _MONTHS[day.month - 1] if day else "",
        "note": citation.note,
        "doi": citation.doi,
        "eprint": citation.arxiv,
        "archivePrefix": "arXiv" if citation.arxiv else "",
        "primaryClass": citation.primary_class if citation.arxiv else "",
        "url": citation.url,
    }
    texts = {"title", "author", "month"} | _VERBATIM
    fields |= {name: _bibtex_text(value) for name, value in fields.items() if name not in texts}
    fields |= {name: _balanced(fields[name]) for name in _VERBATIM}
    lines = [f"  {name} = {value if name == 'month' else f'{{{value}}}'}" for name, value in fields.items() if value]
    return f"@{entry_type}{{{citation.key},\n" + ",\n".join(lines) + "\n}\n"


def to_ris(citation: Citation) -> str:
    """One RIS record, lines ended by CR LF as the format asks."""
    place, day = citation.place, citation.printed_on
    tags: list[tuple[str, str]] = [("TY", _RIS_TYPES.get(citation.form, "GEN")), ("TI", plain_text(citation.title))]
    tags += [("AU", _ris_name(name)) for name in citation.names]
    if day:
        tags.append(("DA", day.strftime("%Y/%m/%d/")))
    tags += [
        ("PY", str(citation.printed_year or "")),
        ("T2", plain_text(citation.container)),
        ("VL", place.volume),
        ("IS", place.number),
        ("SP", place.first_page),
        ("EP", place.last_page),
        ("N1", plain_text(citation.note)),
        ("DO", citation.doi),
        ("AN", f"arXiv:{citation.arxiv}" if citation.arxiv else ""),
        ("AB", plain_text(citation.abstract)),
        *(("KW", word) for word in citation.key_words),
        ("UR", citation.url),
    ]
    lines = [f"{tag}  - {_one_line(value)}" for tag, value in tags if value]
    return "\r\n".join([*lines, "ER  - ", ""])


def to_csl(citation: Citation) -> str:
    """A CSL-JSON list with one item."""
    place, day, year = citation.place, citation.printed_on, citation.printed_year
    parts = [day.year, day.month, day.day] if day else [year] if year else None
    is_preprint = citation.form == "preprint"
    item: dict[str, Any] = {
        "id": citation.key,
        "type": _CSL_TYPES.get(citation.form, "article"),
        "title": plain_text(citation.title),
        "author": [_csl_name(name) for name in citation.names],
        "issued": {"date-parts": [parts]} if parts else None,
        "container-title": plain_text(citation.container),
        "volume": place.volume,
        "issue": place.number,
        "page": place.pages,
        "note": plain_text(citation.note),
        "DOI": citation.doi,
        "number": f"arXiv:{citation.arxiv}" if citation.arxiv and is_preprint else "",
        "publisher": "arXiv" if citation.arxiv and is_preprint else "",
        "archive": "arXiv" if citation.arxiv and not is_preprint else "",
        "archive_location": citation.arxiv if not is_preprint else "",
        "abstract": plain_text(citation.abstract),
        "URL": citation.url,
    }
    return json.dumps([{name: value for name, value in item.items() if value}], ensure_ascii=False, indent=2) + "\n"


def _bibtex_name(name: CitedName) -> str:
    if name.is_group or not name.given:
        return f"{{{_bibtex_text(name.family)}}}"
    return ", ".join(_bibtex_text(part) for part in (name.family, name.suffix, name.given) if part)


def _bibtex_text(text: str) -> str:
    """Text as BibTeX takes it: signs that LaTeX would read as commands are escaped, but in formulas."""
    parts = _FORMULA.split(_balanced(text))
    return "".join(part if _FORMULA.fullmatch(part) else _UNSAFE.sub(_escaped, part) for part in parts)


def _escaped(sign: re.Match[str]) -> str:
    return "\\^{}" if sign[0] == "^" else "\\" + sign[0]


def _balanced(text: str) -> str:
    """The text on one line; without its braces when they would not close, because they would swallow the entry.

    BibTeX counts escaped braces, too.
    """
    text = _one_line(text)
    depth = 0
    for brace in re.findall(r"[{}]", text):
        depth += 1 if brace == "{" else -1
        if depth < 0:
            break
    text = text if depth == 0 else re.sub(r"\\?[{}]", "", text)
    return text.rstrip("\\")


def _ris_name(name: CitedName) -> str:
    return ", ".join(part for part in (name.family, name.given, name.suffix) if part)


def _csl_name(name: CitedName) -> dict[str, str]:
    if name.is_group or not name.given:
        return {"literal": name.family}
    parts = {"family": name.family, "given": name.given, "suffix": name.suffix}
    return {part: value for part, value in parts.items() if value}


def _one_line(text: str) -> str:
    return " ".join(text.split())
