"""How wide a label is and how it breaks, without a browser.

Widths are estimates for the widest of the common system sans faces (DejaVu Sans), so that a label that fits here fits
everywhere.
"""

from __future__ import annotations

import re
import unicodedata

_NARROW = frozenset("iljtfrI.,:;'|!()[]-/ ")
_BROAD = frozenset("mwMW@%—…")
ELLIPSIS = "…"
_CODE = re.compile(r" \([^\s()]+\)$")


def width(text: str, size: float) -> float:
    """Estimated width of one line in pixels at a font size in pixels."""
    return size * sum(_advance(letter) for letter in text)


def _advance(letter: str) -> float:
    """The width of one character in em."""
    if unicodedata.combining(letter):
        return 0.0
    if unicodedata.east_asian_width(letter) in "WF":
        return 1.0
    if letter in _NARROW:
        return 0.36
    if letter in _BROAD:
        return 0.95
    return 0.7 if letter.isupper() or letter.isdigit() else 0.6


def fit(text: str, size: float, room: float) -> str:
    """The text, cut with an ellipsis when it is wider than ``room`` pixels.

    A code in brackets at its end is what tells two topics of one name apart, so it stays while there is room for it.
    """
    if width(text, size) <= room:
        return text
    code = _CODE.search(text)
    if code and width(text[0] + ELLIPSIS + code[0], size) <= room:
        return _cut(text[: code.start()], size, room - width(code[0], size)) + code[0]
    return _cut(text, size, room)


def _cut(text: str, size: float, room: float) -> str:
    """As much of the text as fits together with the ellipsis that follows it."""
    kept = ""
    for letter in text:
        if width(kept + letter + ELLIPSIS, size) > room:
            break
        kept += letter
    return kept.rstrip(" ,;:-") + ELLIPSIS


def wrap(text: str, size: float, room: float, lines: int) -> tuple[str, ...]:
    """The text on at most ``lines`` lines, broken between words; what does not fit is cut with an ellipsis."""
    words = text.split()
    done: list[str] = []
    while words:
        if len(done) == lines - 1:
            done.append(fit(" ".join(words), size, room))
            break
        line = words.pop(0)
        while words and width(f"{line} {words[0]}", size) <= room:
            line = f"{line} {words.pop(0)}"
        done.append(fit(line, size, room))
    return tuple(done) or ("",)
