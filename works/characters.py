"""Mend the characters of text from outside: control characters, HTML entities, mojibake, doubled escapes, white space.

The result is plain Unicode text in NFC. Formulas, commands and angle brackets stay as written: ``works.markup`` renders
them.
Clean ASCII, nearly all of what arrives, leaves every function after one or two C-speed looks at it.
"""

from __future__ import annotations

import html
import re
import unicodedata
from html.entities import html5

import ftfy

from works.accents import accents_to_unicode

_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
# C0 and C1 controls but for tab and line ends, surrogates, zero-width and direction marks, byte-order mark,
# non-characters.
# Zero-width joiner and non-joiner stay: Persian and Indic spelling needs them.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069"
    "\ufeff\ufff9-\uffff\ud800-\udfff]"
)
# What UTF-8 read as Latin-1 or Windows-1252 looks like: a lead byte, then continuation bytes.
_MOJIBAKE = re.compile("[ÂÃÄÅÎÏÐÑØÙà-ï][\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]")
_ESCAPED_CODE_POINT = re.compile(r"\\u([0-9a-fA-F]{4})")
_DOUBLED_ACCENT = re.compile(
    r"\\\\(?=[\"'`^~=.](?:\{|\\[ij]|[A-Za-z])|[uvHckdrb]\{|(?:ss|ae|AE|oe|OE|aa|AA|o|O|l|L|i|j)\b)"
)
_PARAGRAPH = re.compile(r"[ \t]*\n(?:[ \t]*\n|[ \t]+(?=\S))\s*")


def mended(text: str) -> str:
    """``text`` in NFC without invisible characters, with HTML entities and mojibake undone; white space as it was."""
    if text.isascii() and "&" not in text and "\\" not in text and _INVISIBLE.search(text) is None:
        return text
    if "&" in text:
        # Twice: "&amp;eacute;" went through two escapings on its way.
        text = _ENTITY.sub(_unescape, _ENTITY.sub(_unescape, text))
    if "\\u" in text:
        text = _ESCAPED_CODE_POINT.sub(lambda match: chr(int(match.group(1), 16)), text)
    if "\\\\" in text:
        text = _DOUBLED_ACCENT.sub(r"\\", text)
    if not text.isascii():
        if looks_garbled(text):
            text = ftfy.fix_encoding(text)
        text = unicodedata.normalize("NFC", text.replace("\x85", "\n").replace("\u2028", "\n").replace("\u2029", "\n"))
    return _INVISIBLE.sub("", text)


def looks_garbled(text: str) -> bool:
    """True when ``text`` may hold UTF-8 that was read as Latin-1 or Windows-1252; ``mended`` then looks closer."""
    return not text.isascii() and _MOJIBAKE.search(text) is not None


def visible(line: str) -> str:
    """One line without invisible characters, its white space (no-break spaces too) single and none at the ends."""
    return " ".join(_INVISIBLE.sub("", line).split()).strip("\u200c\u200d ")


def one_line(text: str) -> str:
    """``text`` mended and spelled, every run of white space one space, none at the ends: for titles, names, comments.

    Spelled: LaTeX accents and letters are Unicode, so that people find the words as they read and type them.
    """
    if text.isascii() and text.isprintable() and "&" not in text and "\\" not in text and "  " not in text:
        return text.strip()
    return " ".join(accents_to_unicode(mended(text)).split())


def paragraphs(text: str) -> str:
    """``text`` mended and spelled, hard line wraps joined, paragraphs apart by one line break: for abstracts.

    arXiv's convention: a line that starts with white space, like an empty line, begins a paragraph.
    """
    if text.isascii() and text.isprintable() and "&" not in text and "\\" not in text and "  " not in text:
        return text.strip()
    text = accents_to_unicode(mended(text)).strip()
    if "\n" not in text and "\r" not in text:
        return " ".join(text.split())
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "\n".join(" ".join(part.split()) for part in _PARAGRAPH.split(text) if part.strip())


def _unescape(match: re.Match[str]) -> str:
    entity = match.group()
    if entity[1] != "#":
        return html5.get(entity[1:], entity)
    character = html.unescape(entity)
    return entity if "\ufffd" in character else character
