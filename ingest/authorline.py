"""Read a printed author line: "Kate Rubin (1), M. Bolte (1 and 2) and D. Koester (2) ((1) UCO/Lick, (2) Univ. Kiel)".

The line becomes bylines in printed order: persons with the affiliations that the line gives them, and collaborations as groups.
The reading goes in three steps: marks and LaTeX become plain text, the text is cut at separators outside
parentheses, and every piece becomes a name, a continuation of the name before it, or nothing.
Splitting a name into family and given name is the work of ``works.names``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from works.accents import accents_to_unicode, without_braces
from works.characters import one_line
from works.records import BylineRecord

# No paper is known to have more authors than about 15,000 (Physics and medical consortia); a longer "list" is not one.
MAX_BYLINES = 20_000
MAX_NAME_LENGTH = 200

# --- step 1: LaTeX and marks that are no letters
_FOOTNOTE_COMMAND = re.compile(
    r"\\(?:thanks|footnote|footnotemark|inst|altaffilmark|altaffiltext|email|orcid\w*|textsuperscript|fnm\w*|affil|ead)\s*"
    r"(?:\[[^\]]*\])?(?:\{[^{}]*\})?"
)
_SUPERSCRIPT = re.compile(r"\$\s*\{?\s*\^[^$]*\$|\^\{[^{}]*\}|\^\\?[\w*]+|\$\s*\\?(?:dagger|ast|star|ddagger)\s*\$")
_SPACING_COMMAND = re.compile(r"\\(?:[,;:! ]|quad\b|qquad\b|\\|newline\b|hfill\b)|\\-")
_FONT_COMMAND = re.compile(
    r"\\(?:text(?:bf|it|sc|rm|sf|tt)|em(?:ph)?|bf|it|sc|rm|mbox|hbox|rlap|ensuremath|relax)(?![a-zA-Z])\s*"
)
_COMMAND_AND = re.compile(r"\\(?:and|AND)(?![a-zA-Z])")
# A right quotation mark of Windows-1252 (0x92) that a terminal wrote as "~R": "D~RErasmo".
_CARET_NOTATION_QUOTE = re.compile(r"(?<=[A-Z])~R(?=[A-Z])")
_GAP_BEFORE_HYPHEN = re.compile(r"(?<=[\w.])\s+-\s?(?=\w)|(?<=[\w.])-\s+(?=\w)")

# --- step 2: separators
_SEPARATOR = re.compile(r"\s*(?:[,;]\s*(?:and\b|&)?|\s(?:and|AND|&|et|und)(?=\s|$)|\s\+\s)\s*")
_STRUCTURE = re.compile(r"[(\[)\]:]")
_OPENING, _CLOSING = "([", ")]"

# --- step 3: what a piece is
_MARKS = "*†‡§¶#|•⋆∗"
_MARK_REFERENCE = re.compile(rf"^(?:\d{{1,3}}|[a-z]{{1,2}}|[ivx]{{1,4}}|[{_MARKS}]{{1,3}})$")
_LEGEND_ENTRY = re.compile(
    rf"(?:^|(?<=[\s,;.)\]]))[(\[]?\s*(\d{{1,3}}|[{_MARKS}]{{1,3}}|(?<=[(\[])[a-z]{{1,2}}(?=\s*[)\]]))\s*[)\]:.]?\s*(?=[^\W\d_]|[\"'(])"
)
_SUFFIX = re.compile(r"^(?:jr|sr|junior|senior|ii|iii|iv|2nd|3rd)\.?$", re.IGNORECASE)
_DEGREE = re.compile(r"^(?:ph\.?\s?d|m\.?\s?d|d\.?\s?phil|d\.?\s?sc|m\.?\s?sc|esq|frs|s\.?j|o\.?p)\.?$", re.IGNORECASE)
_ET_AL = re.compile(r"(?:^|[\s,])(?:et[\s~]*al(?:ii|ia)?\b\.?|and\s+others|others$)\s*", re.IGNORECASE)
_MISSING = re.compile(r"(\d[\d,]*)\s+(?:additional|more|other)?\s*(?:authors?|others?)", re.IGNORECASE)
_GROUP_WORD = (
    r"(?:collaborations?|coll(?:ab)?\.|collab|consorti(?:um|a)|teams?|(?:working|study|research|science|analysis)?\s*groups?|"
    r"network|task force|investigators)"
)
_GROUP_STEM = re.compile(
    r"[Cc][Oo][Ll][Ll]|[Cc]onsorti|CONSORTI|[Tt][Ee][Aa][Mm]|[Gg][Rr][Oo][Uu][Pp]|[Nn]etwork|[Tt]ask [Ff]orce|[Ii]nvestigators"
)
_GROUP = re.compile(rf"\b{_GROUP_WORD}\)?\.?$|^(?:the\s.*\b)?{_GROUP_WORD}\b(?=$|\sof\b|\sfor\b)", re.IGNORECASE)
_ON_BEHALF = re.compile(
    r"(?:^|[\s,(]+)(?:(?:on|in)\s+behalf\s+of|for|representing|\(for)\s+(?=(?:the\b|all\b|\w+.*\b"
    + _GROUP_WORD
    + r"))",
    re.I,
)
_PERSON_DASH_GROUP = re.compile(r"^(?P<person>.*\w\.?)\s+[-–—]\s*(?P<group>[^-–—]+)$")
_ARTICLE = re.compile(r"^(?:(?:for|on\s+behalf\s+of|and|the|from|of)\s+)+", re.IGNORECASE)
_NO_NAME = re.compile(
    r"^(?:\W*|and|et|author\(?s?\)?|unknown|none|n/?a|null|anonymous authors?|nan|\d+|(?:with\s+)?an?\s+appendix(?:\s+by)?)$",
    re.IGNORECASE,
)
_LEADING_WORDS = re.compile(r"^(?:(?:and|&|by|with(?:\s+an\s+appendix\s+by)?|authors?\s*:)\s+)+", re.IGNORECASE)
_GLUED_DIGITS = re.compile(
    rf"(?<=[^\W\d_.)])[\d{_MARKS}]+(?:\s*,\s*[\d{_MARKS}]+)*$|(?<=\.)[\d{_MARKS}]+$|\s+[\d{_MARKS}]+$|^[\d{_MARKS}]+\s*(?=[^\W\d_])"
)
# Letters, full stops, hyphens, apostrophes: nothing to clean, unless a word says otherwise.
_SIMPLE_NAME = re.compile(r"[^\W\d_](?:[^\W\d_]|[.'’-]|[ -](?![ -]))*")
_TELLING_WORDS = frozenset(
    "and et by with for on in of the from representing behalf author authors unknown none anonymous nan null appendix an a others".split()
)
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


@dataclass(frozen=True)
class AuthorLine:
    """What a line says: the bylines; whether it is the whole list; how many authors it says are left out, if it does."""

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
    complete, missing = True, None
    if cut := _ET_AL.search(text):
        complete = False
        if count := _MISSING.search(text, cut.start()):
            missing = int(count.group(1).replace(",", ""))
        text = _ET_AL.sub(", ", text)
    pieces = list(_pieces(text))
    legend = _take_legend(pieces)
    bylines: list[_Byline] = []
    for piece in pieces:
        _add_piece(bylines, piece)
        if len(bylines) > MAX_BYLINES:
            break
    _resolve_affiliations(bylines, legend)
    return AuthorLine([byline.record() for byline in bylines], complete, missing)


def plain_author_text(line: str) -> str:
    """The line without LaTeX, superscripts, footnote commands and invisible characters; separators as printed."""
    text = one_line(_CARET_NOTATION_QUOTE.sub("'", line))
    if "\\" in text or "$" in text or "^" in text:
        text = _FOOTNOTE_COMMAND.sub("", _COMMAND_AND.sub(" and ", text))
        text = _SUPERSCRIPT.sub("", accents_to_unicode(text))
        text = _FONT_COMMAND.sub("", _SPACING_COMMAND.sub(" ", text)).replace("$", "").replace("\\", "")
    if "{" in text or "}" in text:
        text = without_braces(text).replace("{", "").replace("}", "")
    if "~" in text:
        text = text.replace("~", " ")
    return _GAP_BEFORE_HYPHEN.sub("-", text) if " -" in text or "- " in text else text


def clean_name(text: str) -> str:
    """One printed name without what is no part of it: footnote marks, glued digits, a leading "and", outer punctuation.

    Answers an empty string when nothing that could name a person or a group is left.
    """
    if is_simple_name(text):
        return text
    name = " ".join(_LEADING_WORDS.sub("", text.strip(" ,;:\t" + _MARKS)).split())
    if not _GROUP.search(name):
        while (shorter := _GLUED_DIGITS.sub("", name).strip(" ,;:-" + _MARKS)) != name:
            name = shorter
    if len(name) > MAX_NAME_LENGTH or _NO_NAME.match(name) or not any(map(str.isalpha, name)):
        return ""
    return name


@lru_cache(maxsize=1 << 16)
def is_simple_name(text: str) -> bool:
    """True for the ordinary name of a person, which needs no cleaning: "Marie-Anne O'Brien", "J. de la Cruz"."""
    return (
        len(text) <= MAX_NAME_LENGTH
        and _SIMPLE_NAME.fullmatch(text) is not None
        and text[-1] not in " -"
        and _TELLING_WORDS.isdisjoint(text.lower().split())
        and not is_group_name(text)
    )


def is_group_name(name: str) -> bool:
    """True for a collaboration, consortium or team: printed among the authors, but no person."""
    return _GROUP_STEM.search(name) is not None and _GROUP.search(name) is not None


def group_name(text: str) -> str:
    """The name of a group without "for the", "on behalf of" and the article: "MiniBooNE Collaboration"."""
    return _ARTICLE.sub("", text.strip(" ,;:()[]"))


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
            if _is_nickname(piece.text, inside, text[closing + 1 :]):
                piece.text = f"{piece.text} {text[position : closing + 1]}"
            else:
                piece.parentheses.append(inside)
            position = start = closing + 1
            follow = text[position : position + 40].lstrip()
            if piece.text and follow and follow[0] not in ",;&([)]:" and not _SEPARATOR.match(text, position):
                if not piece.text.endswith(")"):
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
    if text and bylines and (_SUFFIX.match(text) or _DEGREE.match(text)):
        if _SUFFIX.match(text) and not bylines[-1].is_group:
            bylines[-1].name += f" {text}"
    elif text:
        _add_names(bylines, text)
    for inside in piece.parentheses:
        _add_parenthesis(bylines, inside)


def _add_names(bylines: list[_Byline], text: str) -> None:
    previous = bylines[-1] if bylines else None
    if is_simple_name(text) and not (previous and previous.is_group):
        bylines.append(_Byline(text))
        return
    email = _EMAIL.search(text)
    if email:
        text = _EMAIL.sub("", text).strip(" <>,")
    person, group = _person_and_group(text)
    if previous and previous.is_group and not is_group_name(previous.name) and group:
        # "on behalf of the CAST and IAXO collaborations": the "and" stood inside one group name.
        previous.name = f"{previous.name} and {group}"
        return
    if name := clean_name(person):
        bylines.append(_Byline(name, email=email.group() if email else None))
    if group and (name := clean_name(group)):
        bylines.append(_Byline(name, is_group=True))


def _person_and_group(text: str) -> tuple[str, str]:
    """Part "Andy Flinders for the VERITAS collaboration" into the person and the group; either may be empty."""
    if behalf := _ON_BEHALF.search(text):
        return text[: behalf.start()], group_name(text[behalf.end() :])
    if is_group_name(text):
        if parted := _PERSON_DASH_GROUP.match(text):
            return parted["person"], group_name(parted["group"])
        return "", group_name(text)
    return text, ""


def _add_parenthesis(bylines: list[_Byline], inside: str) -> None:
    """A parenthesis names a suffix, a collaboration, references to the legend, or affiliations of the name before it."""
    inside = inside.strip(" ,;")
    if not inside or _MISSING.search(inside):
        return
    if is_group_name(inside) and len(inside) <= MAX_NAME_LENGTH and _ARTICLE.match(inside):
        bylines.append(_Byline(group_name(inside), is_group=True))
        return
    if not bylines:
        return
    byline = bylines[-1]
    if _SUFFIX.match(inside):
        byline.name += f" {inside}"
        return
    marks = [mark for mark in re.split(r"[\s,;&+/]+|\band\b", inside) if mark]
    if marks and all(_MARK_REFERENCE.match(mark) for mark in marks):
        byline.references.extend(marks)
        return
    byline.affiliations.append(inside)


def _resolve_affiliations(bylines: list[_Byline], legend: dict[str, str]) -> None:
    """Look references up in the legend; share a written affiliation with the names before it that have none.

    Sharing follows the habit "G. Heald, P. Serra (ASTRON)", and only when the last person of the line has an affiliation:
    otherwise the parentheses are remarks on single names.
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
