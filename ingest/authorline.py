"""Read a printed author line: "Kate Rubin (1), M. Bolte (1 and 2) and D. Koester (2) ((1) UCO/Lick, (2) Univ. Kiel)".

The line becomes bylines in printed order: persons with the affiliations that the line gives them, and
collaborations as groups. Marks and LaTeX become plain text, the text is cut at separators outside parentheses,
and every piece becomes a name, a continuation of the name before it, or nothing.
Splitting a name into family and given name is the work of ``works.names``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ingest.printed_names import (
    MARKS,
    MAX_NAME_LENGTH,
    clean_name,
    group_name,
    has_group_prefix,
    is_group_name,
    is_simple_name,
    person_and_group,
    plain_author_text,
)
from works.records import BylineRecord

MAX_BYLINES = 20_000
"""No paper is known to have more than about 15,000 authors; a longer "list" is not one."""

_MAX_PIECE = 1_000

# --- separators
_SEPARATOR = re.compile(r"\s*(?:[,;]\s*(?:and\b|&)?|\s'?(?:and|AND|&|et|und)'?(?=\s|$)|\s\+\s)\s*")
_STRUCTURE = re.compile(r"[(\[)\]:]")
_OPENING, _CLOSING = "([", ")]"

# --- what a piece is
_MARK_REFERENCE = re.compile(rf"^(?:\d{{1,3}}|[a-z]{{1,2}}|[ivx]{{1,4}}|[{MARKS}]{{1,3}})$")
_LEGEND_ENTRY = re.compile(
    rf"(?:^|(?<=[\s,;.)\]]))[(\[]?\s*(\d{{1,3}}|[{MARKS}]{{1,3}}|(?<=[(\[])[a-z]{{1,2}}(?=\s*[)\]]))"
    r"\s*[)\]:.]?\s*(?=[^\W\d_]|[\"'(])"
)
_SUFFIX = re.compile(r"^(?:jr|sr|junior|senior|ii|iii|iv|2nd|3rd)\.?$", re.IGNORECASE)
_DEGREE = re.compile(r"^(?:ph\.?\s?d|m\.?\s?d|d\.?\s?phil|d\.?\s?sc|m\.?\s?sc|esq|frs|s\.?j|o\.?p)\.?$", re.IGNORECASE)
_ET_AL = re.compile(
    r"(?:^|[\s,])(?:et\.?[\s~]*al(?:ii|ia)?\b\.?|and\s+others|others$|(?:and|&)\s+\d[\d,]*\s+(?:others?|more|additional)\b(?:\s+authors?)?)\s*",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+")
_MISSING = re.compile(
    r"(?P<number>\d[\d,]*)\s+(?:(?P<left_out>additional\s+authors?|more|others?|other\s+authors?)|authors?)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class AuthorLine:
    """The bylines of a line, whether they are the whole list, and how many authors the line says it leaves out."""

    bylines: list[BylineRecord]
    complete: bool = True
    missing: int | None = None


@dataclass
class _Piece:
    """Text between two separators, the contents of the parentheses behind it, and whether a colon ended it."""

    text: str
    parentheses: list[str] = field(default_factory=list)


@dataclass
class _Byline:
    name: str
    is_group: bool = False
    references: list[str] = field(default_factory=list)
    affiliations: list[str] = field(default_factory=list)
    email: str | None = None

    def record(self) -> BylineRecord:
        return BylineRecord(
            name=self.name,
            is_group=self.is_group,
            email=self.email,
            affiliations=tuple(dict.fromkeys(self.affiliations)),
        )


def parse_author_line(line: str) -> AuthorLine:
    """Read one printed author line; never raises. Pieces that are no name ("and", ":", "Authors") leave no byline."""
    text = plain_author_text(line)
    count = None
    cut = _ET_AL.search(text)
    if cut:
        count = _MISSING.search(text, cut.start())
        text = _ET_AL.sub(", ", text)
    pieces = list(_pieces(text))
    legend = _take_legend(pieces)
    bylines: list[_Byline] = []
    for piece in pieces:
        _add_piece(bylines, piece)
        if len(bylines) > MAX_BYLINES:
            break
    _resolve_affiliations(bylines, legend)
    return AuthorLine([byline.record() for byline in bylines], cut is None, _missing(count, len(bylines)))


def before_et_al(name: str) -> str | None:
    """What stands before "et al." or "and others" in a name, often nothing; ``None`` when it holds neither."""
    found = _ET_AL.search(name)
    return name[: found.start()].strip(" ,;") if found else None


def _missing(count: re.Match[str] | None, printed: int) -> int | None:
    """How many authors are left out: "17 additional authors" says it, "55 authors" counts the printed ones too."""
    if count is None:
        return None
    number = int(count["number"].replace(",", "")[:6])
    return number if count["left_out"] else max(number - printed, 0) or None


def _pieces(text: str) -> Iterator[_Piece]:
    """Cut at separators outside parentheses; parentheses are kept apart, with the piece that they follow."""
    if not _STRUCTURE.search(text):
        yield from (_Piece(part) for part in _SEPARATOR.split(text) if part)
        return
    piece = _Piece("")
    start = position = 0
    while position < len(text):
        character = text[position]
        if character in _OPENING:
            closing = _closing(text, position)
            before = text[start:position]
            inside = text[position + 1 : closing]
            piece.text = f"{piece.text} {before}".strip() if before.strip() else piece.text
            if _is_nickname(piece.text, inside, text[closing + 1 : closing + _MAX_PIECE]):
                piece.text = f"{piece.text} {text[position : closing + 1]}"
            else:
                piece.parentheses.append(inside)
            position = start = closing + 1
            follow = text[position : position + 40].lstrip()
            name_follows = follow and follow[0] not in ",;&([)]:" and not _SEPARATOR.match(text, position)
            if piece.text and name_follows and not piece.text.endswith(")"):
                yield piece
                piece = _Piece("")
            continue
        if character == ":" and is_group_name(text[start:position].strip()):
            yield _Piece(text[start:position])
            piece, start = _Piece(""), position + 1
            position += 1
            continue
        separator = _SEPARATOR.match(text, position) if character in " ,;" else None
        if separator:
            piece.text = f"{piece.text} {text[start:position]}".strip()
            if piece.text or piece.parentheses:
                yield piece
            piece = _Piece("")
            position = start = separator.end()
            continue
        position += 1
    piece.text = f"{piece.text} {text[start:]}".strip()
    if piece.text or piece.parentheses:
        yield piece


def _closing(text: str, opening: int) -> int:
    """Where the parenthesis at ``opening`` closes; the end of the text when it never does."""
    depth = 0
    for position in range(opening, len(text)):
        if text[position] in _OPENING:
            depth += 1
        elif text[position] in _CLOSING:
            depth -= 1
            if depth == 0:
                return position
    return len(text)


def _is_nickname(before: str, inside: str, after: str) -> bool:
    """ "Xiaodong (Albert) Li": one given name before, one word inside, a family name right after."""
    return (
        bool(before)
        and len(before.split()) == 1
        and inside.isalpha()
        and inside[:1].isupper()
        and not inside.isupper()
        and re.match(r"\s+[^\W\d_]{2,}[^()]*(?:,|;|\sand\s|$)", after) is not None
        and re.match(r"\s+(?:and|&)\s", after) is None
    )


def _take_legend(pieces: list[_Piece]) -> dict[str, str]:
    """Remove the list of institutions at the end of the line, and answer it as mark -> institution."""
    if not pieces or not pieces[-1].parentheses:
        return {}
    content = pieces[-1].parentheses[-1]
    entries = list(_LEGEND_ENTRY.finditer(content))
    if not entries or entries[0].start() > 1:
        return {}
    pieces[-1].parentheses.pop()
    ends = [entry.start() for entry in entries[1:]] + [len(content)]
    legend: dict[str, str] = {}
    for entry, end in zip(entries, ends, strict=True):
        institution = content[entry.end() : end].strip(" ,;.([")
        if institution:
            legend.setdefault(entry.group(1), re.sub(r"\s*[,;]?\s*and$", "", institution))
    return legend


def _add_piece(bylines: list[_Byline], piece: _Piece) -> None:
    """Turn one piece into a name, a continuation of the name before it, or nothing."""
    text = piece.text.strip(" ,;:")
    if text and (_SUFFIX.match(text) or _DEGREE.match(text)):
        if bylines and _SUFFIX.match(text) and not bylines[-1].is_group:
            _add_suffix(bylines[-1], text)
    elif text:
        _add_names(bylines, text)
    for inside in piece.parentheses:
        _add_parenthesis(bylines, inside)


def _add_suffix(byline: _Byline, suffix: str) -> None:
    if not _SUFFIX.match(byline.name.rpartition(" ")[2]):
        byline.name += f" {suffix}"


def _add_names(bylines: list[_Byline], text: str) -> None:
    if len(text) > _MAX_PIECE:
        return
    previous = bylines[-1] if bylines else None
    if is_simple_name(text) and not (previous and previous.is_group):
        bylines.append(_Byline(text))
        return
    email = _EMAIL.search(text)
    if email:
        text = _EMAIL.sub("", text).strip(" <>,")
    person, group = person_and_group(text)
    if previous and group and _is_part_of_group(previous, group):
        previous.name, previous.is_group = f"{group_name(previous.name)} and {group}", True
        return
    if name := clean_name(person):
        bylines.append(_Byline(name, email=email.group() if email else None))
    if group and (name := clean_name(group)):
        bylines.append(_Byline(name, is_group=True))


def _is_part_of_group(previous: _Byline, group: str) -> bool:
    """A separator stood inside one group name: "on behalf of the CAST and IAXO collaborations", "The CDF, D0 ..."."""
    if is_group_name(previous.name):
        return False
    return previous.is_group or (previous.name.startswith("The ") and group.lower().endswith("collaborations"))


def _add_parenthesis(bylines: list[_Byline], inside: str) -> None:
    """A parenthesis holds a suffix, a group, references to the legend, names behind a group, or affiliations."""
    inside = inside.strip(" ;")
    if not inside.strip(" ,") or _MISSING.search(inside):
        return
    if is_group_name(inside) and len(inside) <= MAX_NAME_LENGTH and has_group_prefix(inside):
        bylines.append(_Byline(group_name(inside), is_group=True))
        return
    if not bylines:
        return
    byline = bylines[-1]
    if _SUFFIX.match(inside):
        _add_suffix(byline, inside)
        return
    if byline.is_group and inside.endswith(","):
        # "AMANDA Collaboration (M. Ackermann et al.)": the cut left a comma where "et al." stood.
        _add_names(bylines, inside.strip(" ,"))
        return
    marks = [mark for mark in re.split(r"[\s,;&+/]+|\band\b", inside) if mark]
    if marks and all(_MARK_REFERENCE.match(mark) for mark in marks):
        byline.references.extend(marks)
        return
    byline.affiliations.append(inside.strip(" ,"))


def _resolve_affiliations(bylines: list[_Byline], legend: dict[str, str]) -> None:
    """Look references up in the legend; share a written affiliation with the names before it that have none.

    Sharing follows the habit "G. Heald, P. Serra (ASTRON)", and only when the last person of the line has an
    affiliation: otherwise the parentheses are remarks on single names.
    """
    for byline in bylines:
        byline.affiliations.extend(legend[mark] for mark in byline.references if mark in legend)
    persons = [byline for byline in bylines if not byline.is_group]
    if legend or not persons or not persons[-1].affiliations:
        return
    shared: list[str] = []
    for byline in reversed(persons):
        if byline.affiliations:
            shared = byline.affiliations
        else:
            byline.affiliations = list(shared)
