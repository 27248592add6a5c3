"""LaTeX text accents and letters to Unicode: ``Erd{\\H o}s`` becomes ``Erdős``.

Only what spells letters is read; mathematics and other commands stay as written. Names, titles and search text need
this table at import speed, so it is one compiled pattern rather than a LaTeX parser.
"""

from __future__ import annotations

import re
import unicodedata

_COMBINING = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", "=": "\u0304", "u": "\u0306", ".": "\u0307",
    '"': "\u0308", "r": "\u030a", "H": "\u030b", "v": "\u030c", "d": "\u0323", "c": "\u0327", "k": "\u0328",
    "b": "\u0331", "t": "\u0361", "U": "\u030e", "G": "\u030f",
}  # fmt: skip
_LETTERS = {
    "ss": "ß", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "aa": "å", "AA": "Å", "o": "ø", "O": "Ø", "l": "ł", "L": "Ł",
    "i": "ı", "j": "ȷ", "dh": "ð", "DH": "Ð", "th": "þ", "TH": "Þ", "dj": "đ", "DJ": "Đ", "ng": "ŋ", "NG": "Ŋ",
}  # fmt: skip
_LETTER_NAMES = "ss|ae|AE|oe|OE|aa|AA|dh|DH|th|TH|dj|DJ|ng|NG|o|O|l|L|i|j"
# One accented letter: \"o  \"{o}  {\"o}  \' \i  \'{\i}  \v{s}  \c c  \H{o}. A letter command needs a break before
# its letter.
_ACCENT = re.compile(
    r"\\(?:([`'^~=.\"])\s*|([uvHckdrbtUG])(?=[{\s\\])\s*)"
    r"(?:\{\s*\\?\s*([A-Za-zıȷæøåÆØÅ])\s*\}|\{\s*([A-Za-z]{2})\s*\}"
    r"|\\([ij])(?![A-Za-z])(?: (?=[a-z]))?|\{\\([ij])\s*\}(?:\{\})?|([A-Za-zıȷæøåÆØÅ]))"
)
_LETTER = re.compile(rf"\\({_LETTER_NAMES})(?:\{{\}}|(?![A-Za-z])\\? ?)")
_BRACED_LETTER = re.compile(rf"\{{\s*\\({_LETTER_NAMES})\s*(?:\{{\}})?\s*\}}")
_BRACED_WORD = re.compile(r"\{([^{}$\\]*)\}")
_ESCAPED_SIGN = re.compile(r"\\([&%#_])")
_MATH = re.compile(r"(\$[^$]*\$)")


def accents_to_unicode(text: str) -> str:
    """``text`` with LaTeX accents and letters as Unicode, NFC; mathematics between dollar signs untouched."""
    if "\\" not in text:
        return text
    if "$" not in text:
        return _spell(text)
    return "".join(part if part.startswith("$") else _spell(part) for part in _MATH.split(text))


def without_braces(text: str) -> str:
    """``text`` without the braces that only group letters (``{van der} Berg``)."""
    while "{" in text:
        shorter = _BRACED_WORD.sub(r"\1", text)
        if shorter == text:
            break
        text = shorter
    return text


def _spell(text: str) -> str:
    text = _BRACED_LETTER.sub(lambda match: "{" + _LETTERS[match.group(1)] + "}", text)
    text = _ACCENT.sub(_compose, text)
    text = _LETTER.sub(lambda match: _LETTERS[match.group(1)], text)
    # A brace round one accented letter has done its work: Schr{ö}dinger.
    text = re.sub(r"\{([^\W\d_A-Za-z])\}", r"\1", text) if "{" in text else text
    return unicodedata.normalize("NFC", text)


def _compose(match: re.Match[str]) -> str:
    sign, command, braced, pair, dotless, braced_dotless, bare = match.groups()
    letters: str = braced or pair or dotless or braced_dotless or bare
    # The dot goes when an accent takes its place; Unicode composes the accent with the plain letter.
    first = {"ı": "i", "ȷ": "j"}.get(letters[0], letters[0])
    return unicodedata.normalize("NFC", first + _COMBINING[sign or command]) + letters[1:]
