"""One printed name of an author list: free it of LaTeX and marks, and tell persons from groups.

Pure text in, pure text out; cutting a line into names is the work of ``ingest.authorline``.
"""

from __future__ import annotations

import re
from functools import lru_cache

from works.accents import accents_to_unicode, without_braces
from works.characters import looks_garbled, one_line

MAX_NAME_LENGTH = 200
MARKS = "*†‡§¶#|•⋆∗%⁰¹²³⁴⁵⁶⁷⁸⁹"
"""Signs that refer to a footnote, and are no part of a name."""

# --- LaTeX and marks that are no letters
_FOOTNOTE_COMMAND = re.compile(
    r"\\(?:thanks|footnote(?:mark)?|inst|altaffil(?:mark|text)|email|orcid\w*|textsuperscript|fnm\w*|affil|ead)\s*"
    r"(?:\[[^\]]*\])?(?:\{[^{}]*\})?"
    r"|\\(?:d?dag(?:ger)?|ddagger|ast|star|S|P)(?![a-zA-Z])"
)
_SUPERSCRIPT = re.compile(r"\$\s*\{?\s*\^[^$]*\$|\^\{[^{}]*\}|\^\\?[\w*]+|\$\s*\\?(?:dagger|ast|star|ddagger)\s*\$")
_SPACING_COMMAND = re.compile(r"\\(?:[,;:! ]|quad\b|qquad\b|\\|newline\b|hfill\b)|\\-")
# A letter command that runs into the next letter, which LaTeX itself would refuse: "En\\sslin", "\\vZeljko".
_RUN_ON_LETTER = re.compile(r"\\(ss|a[ae]|A[AE]|oe|OE|[lLoOi])(?=[^\W\d_])")
_RUN_ON_ACCENT = re.compile(r"\\([vc])(?=[A-Zcszr](?:[^\W\d_]|[ ,.]|$))(?!vs|cr)")
_FONT_COMMAND = re.compile(
    r"\\(?:text(?:bf|it|sc|rm|sf|tt)|em(?:ph)?|bf|it|sc|rm|mbox|hbox|rlap|ensuremath|relax)(?![a-zA-Z])\s*"
)
_COMMAND_AND = re.compile(r"\\(?:and|AND)(?![a-zA-Z])")
# A right quotation mark of Windows-1252 (0x92) that a terminal wrote as "~R": "D~RErasmo".
_CARET_NOTATION_QUOTE = re.compile(r"(?<=[A-Z])~R(?=[A-Z])")
_GAP_AT_HYPHEN = re.compile(r"(?<=[\w.])\s+-(?=\w)|(?<=[\w.])-\s+(?!and\b)(?=\w)")

_EAST_ASIAN_MARKS = str.maketrans({"，": ", ", "、": ", ", "；": "; ", "（": " (", "）": ")", "：": ":", "\u3000": " "})

# --- groups

_GROUP_WORD = (
    r"(?:collaborations?|coll(?:ab)?\.|collab|consorti(?:um|a)|teams?|groups?|network|task force|investigators)"
)
_GROUP_STEM = re.compile(
    r"[Cc][Oo][Ll][Ll]|[Cc]onsorti|CONSORTI|[Tt][Ee][Aa][Mm]|[Gg][Rr][Oo][Uu][Pp]|[Nn]etwork|[Tt]ask [Ff]or|[Ii]nvestig"
)
_GROUP = re.compile(rf"\b{_GROUP_WORD}\)?\.?$|^(?:the\s.*\b)?{_GROUP_WORD}\b(?=$|\sof\b|\sfor\b)", re.IGNORECASE)
_ON_BEHALF = re.compile(
    r"(?:^|[\s,(]+)(?:(?:on|in)\s+behalf\s+of|for|representing|\(for)\s+(?=(?:the\b|all\b|\w+.*\b"
    + _GROUP_WORD
    + r"))",
    re.I,
)
_PERSON_DASH_GROUP = re.compile(r"^(?P<person>.*\w\.?)\s+[-–—]\s*(?P<group>[^-–—]+)$")
_PREFIX = re.compile(r"^(?:(?:for|on\s+behalf\s+of|and|the|from|of)\s+)+", re.IGNORECASE)

# --- persons
_NO_NAME = re.compile(
    r"^(?:\W*|and|et|author\(?s?\)?|unknown|none|n/?a|anonymous authors?|\d+|(?:with )?an? appendix(?: by)?)$",
    re.I,
)
_LEADING_WORDS = re.compile(r"^(?:(?:and|&|by|with(?:\s+an\s+appendix\s+by)?|authors?\s*:)\s+)+", re.IGNORECASE)
# Digits that were a superscript: behind a small letter or a full stop, apart at the end, or in front. Not "WG12".
_GLUED_DIGITS = re.compile(
    rf"(?:(?<=[^\W\d_A-Z])|(?<=\.))[\d{MARKS}]+(?:\s*,\s*[\d{MARKS}]+)*$|\s+[\d{MARKS}]+$|^[\d{MARKS}]+\s*(?=[^\W\d_])"
)
# Letters, full stops, hyphens, apostrophes: nothing to clean, unless a word says otherwise.
_SIMPLE_NAME = re.compile(r"[^\W\d_⁰-⁹¹²³](?:[^\W\d_⁰-⁹¹²³]|[.'’]|[ -](?![ -]))*")
_TELLING_WORDS = {
    "and", "'and'", "et", "et.", "by", "with", "for", "on", "in", "of", "the", "from", "representing", "behalf",
    "author", "authors", "unknown", "none", "anonymous", "appendix", "an", "a", "others",
}  # fmt: skip


def plain_author_text(line: str) -> str:
    """The line without LaTeX, superscripts, footnote commands and invisible characters; separators as printed."""
    text = one_line(_CARET_NOTATION_QUOTE.sub("'", line))
    if "\\" in text or "$" in text or "^" in text:
        text = _FOOTNOTE_COMMAND.sub("", _COMMAND_AND.sub(" and ", text))
        text = accents_to_unicode(_RUN_ON_ACCENT.sub(r"\\\1 ", text))
        text = _SUPERSCRIPT.sub("", accents_to_unicode(_RUN_ON_LETTER.sub(r"\\\1 ", text)))
        text = _FONT_COMMAND.sub("", _SPACING_COMMAND.sub(" ", text)).replace("$", "").replace("\\", "")
    if "{" in text or "}" in text:
        text = without_braces(text).replace("{", "").replace("}", "")
    if not text.isascii():
        text = text.translate(_EAST_ASIAN_MARKS)
    if "~" in text:
        text = text.replace("~", " ")
    return _GAP_AT_HYPHEN.sub("-", text) if " -" in text or "- " in text else text


def clean_name(text: str) -> str:
    """One printed name without what is no part of it: footnote marks, glued digits, a leading "and", outer punctuation.

    Answers an empty string when nothing that could name a person or a group is left.
    """
    if is_simple_name(text):
        return text
    name = clean_part(text)
    if len(name) > MAX_NAME_LENGTH:
        return ""
    if not _GROUP.search(name):
        while (shorter := _GLUED_DIGITS.sub("", name).strip(" ,;:-" + MARKS)) != name:
            name = shorter
    if _NO_NAME.match(name) or not any(map(str.isalpha, name)):
        return ""
    return name


def clean_part(text: str) -> str:
    """A part of a name without marks, outer punctuation and a leading "and"; unlike a whole name it may be any word."""
    return " ".join(_LEADING_WORDS.sub("", text.strip(" ,;:\t" + MARKS).lstrip(".-' ")).split())


@lru_cache(maxsize=1 << 12)
def is_simple_name(text: str) -> bool:
    """True for the ordinary name of a person, which needs no cleaning: "Marie-Anne O'Brien", "J. de la Cruz"."""
    return (
        len(text) <= MAX_NAME_LENGTH
        and _SIMPLE_NAME.fullmatch(text) is not None
        and text[0].isalpha()
        and text[-1] not in " -"
        and _TELLING_WORDS.isdisjoint(text.lower().split())
        and not is_group_name(text)
        and not looks_garbled(text)
    )


def is_group_name(name: str) -> bool:
    """True for a collaboration, consortium or team: printed among the authors, but no person."""
    return _GROUP_STEM.search(name) is not None and _GROUP.search(name) is not None


def has_group_prefix(text: str) -> bool:
    """True for "for the X ...", "on behalf of ...", "the X ...": how a group is introduced."""
    return _PREFIX.match(text) is not None


def group_name(text: str) -> str:
    """The name of a group without "for the", "on behalf of" and the article: "MiniBooNE Collaboration"."""
    return _PREFIX.sub("", text.strip(" ,;:()[]"))


def person_and_group(text: str) -> tuple[str, str]:
    """Part "Andy Flinders for the VERITAS collaboration" into the person and the group; either may be empty."""
    if behalf := _ON_BEHALF.search(text):
        return text[: behalf.start()], group_name(text[behalf.end() :])
    if is_group_name(text):
        if parted := _PERSON_DASH_GROUP.match(text):
            return parted["person"], group_name(parted["group"])
        return "", group_name(text)
    return text, ""
