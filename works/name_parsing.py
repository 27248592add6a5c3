"""Reads one printed personal name: which part is the family name, which the given names, which a suffix.

No rule is right for every naming custom, so keys and comparisons (``works.names``, ``works.name_comparison``) are made
to bear a split at the wrong word: they look at all words of a name.
"""

from __future__ import annotations

import re
from functools import lru_cache

import msgspec

from works.name_forms import (
    DEGREES,
    EAST_ASIAN_FAMILIES,
    PARTICLES,
    SUFFIXES,
    VIETNAMESE_FAMILIES,
    clean,
    clean_controls,
    fold,
    is_group_name,
    words_of,
)


class Name(msgspec.Struct, frozen=True):
    """A printed name taken apart, spelt as printed. A name of one word, or of a group, is its family name alone.

    ``is_group`` says that this is no person: a collaboration, or a stray mark of the author list (":", "and").
    """

    family: str
    given: str = ""
    suffix: str = ""
    is_group: bool = False

    @property
    def display(self) -> str:
        """The name in reading order: "Robert W. Heath Jr"; "王伟" when it is written in Chinese or Korean script."""
        if self.given and _is_east_asian_script(self.family):
            return self.family + self.given
        return " ".join(part for part in (self.given, self.family, self.suffix) if part)

    @property
    def inverted(self) -> str:
        """The name as a catalogue sorts it: "Heath, Robert W., Jr"."""
        return ", ".join(part for part in (self.family, self.given, self.suffix) if part)


@lru_cache(maxsize=1 << 11)
def parse_name(
    printed: str,
    *,
    family: str | None = None,
    given: str | None = None,
    suffix: str | None = None,
) -> Name:
    """Split a printed name; ``family``, ``given`` and ``suffix`` are the source's own split where it has one.

    Never fails: a text without any letter comes back as it was printed, marked as no person.
    """
    if family and family.strip() and (given or not _several_words(printed)):
        return _from_source(family, given or "", suffix or "")
    if is_group_name(printed):
        return _group(printed)
    text = clean(printed)
    if not any(c.isalpha() for c in text) or text.lower() in ("and", "et al", "et al."):
        return _group(printed)
    if "," in text:
        return _from_commas(text)
    words, found = _without_suffix(text.split())
    if len(words) == 1:
        return _from_one_word(words[0], found or (suffix or ""))
    turned = _initials_last(words, found or (suffix or ""))
    if turned:
        return turned
    at = _family_start(words)
    if at == 0:
        return Name(family=words[0], given=" ".join(words[1:]), suffix=found)
    return Name(
        family=" ".join(words[at:]),
        given=" ".join(words[:at]),
        suffix=found or (suffix or ""),
    )


def _several_words(printed: str) -> bool:
    return len(printed.split()) > 1 and not is_group_name(printed)


def _group(printed: str) -> Name:
    return Name(family=" ".join(clean_controls(printed).split()), is_group=True)


def _from_source(family: str, given: str, suffix: str) -> Name:
    if not given and is_group_name(family):
        return _group(family)
    family_words, found = _without_suffix(clean(family).split())
    given_words, also_found = _without_suffix(clean(given).split())
    if not family_words:
        family_words, given_words = given_words[-1:], given_words[:-1]
    given_text = " ".join(given_words).rstrip(",")
    if len(family_words) == 1 and given_words and family_words[0].endswith("."):
        turned = _initials_last([*given_words, *family_words], _suffix(suffix) or found or also_found)
        if turned:
            return turned
    return Name(
        " ".join(family_words).rstrip(",") or family,
        given_text,
        _suffix(suffix) or found or also_found,
    )


def _from_commas(text: str) -> Name:
    """ "Family, Given", "Family, Jr, Given", "Family, Given, Jr" or "Given Family, Jr"."""
    parts = [part for part in (part.strip() for part in text.split(",")) if part]
    if not parts:
        return Name(family=text)
    suffixes = [_suffix(part) for part in parts[1:]]
    suffix = next((found for found in suffixes if found), "")
    rest = [part for part, found in zip(parts[1:], suffixes, strict=True) if not found and fold(part) not in DEGREES]
    if not rest:
        name = parse_name(parts[0])
        return Name(name.family, name.given, suffix or name.suffix, name.is_group)
    return _from_source(parts[0], " ".join(rest), suffix)


def _suffix(text: str) -> str:
    return SUFFIXES.get(text.rstrip(".").lower(), "") if len(text) <= 7 else ""


def _without_suffix(words: list[str]) -> tuple[list[str], str]:
    found = ""
    while len(words) > 1:
        last = words[-1].strip(".,").lower()
        if last in SUFFIXES:
            found = SUFFIXES[last]
        elif last.replace(".", "") not in DEGREES or len(words) < 3:
            break
        words = words[:-1]
    return words, found


def _family_start(words: list[str]) -> int:
    """Index of the first word of the family name; 0 when the family name is printed first ("WANG Wei")."""
    if _is_shouted(words[0]) and not any(_is_shouted(word) for word in words[1:]):
        return 0
    if _is_east_asian_script(words[0]) and all(map(_is_east_asian_script, words)):
        return 0
    at = len(words) - 1
    while at > 1 and words[at - 1].lower().strip(".'\u2019`") in PARTICLES:
        # "Nguyen Van Tran": Van is a middle name there.
        if words[at - 1][0].isupper() and fold(words[0]) in VIETNAMESE_FAMILIES:
            break
        at -= 1
    # "Sean Mc Donald"
    if at > 1 and words[at - 1] in ("Mc", "Mac"):
        at -= 1
    # "Santiago Ramón y Cajal"
    if at >= 3 and words[at - 1] in ("y", "i", "e"):
        at -= 2
    return at


def _is_shouted(word: str) -> bool:
    """Whether a word is a family name set in capitals: "WANG", not the initials "JP"."""
    return word.isupper() and "." not in word and (len(word) > 3 or word.lower() in EAST_ASIAN_FAMILIES)


#: Initials as they are printed behind a name: "R.", "K.V.", "S", "XM". A bare E or O may be the family name itself.
_INITIALS = re.compile(r"(?:[^\W\d_]\.-?)+|(?![EO])[A-Z]|[B-DF-HJ-NP-TV-XZ]{2,3}")


def _initials_last(words: list[str], suffix: str) -> Name | None:
    """ "Venkatesh R." and "Anand Kumar S.": initials of the father or of the given names behind the name.

    The last whole word is filed as the family name, as in "R. Venkatesh" and "S. Anand Kumar".
    """
    at = len(words)
    while at and _INITIALS.fullmatch(words[at - 1]):
        at -= 1
    if at in (0, len(words)) or any(len(word.strip(".")) < 2 for word in words[:at]):
        return None
    if " ".join(words[at:]).lower() in EAST_ASIAN_FAMILIES:
        return None
    return Name(family=words[at - 1], given=" ".join([*words[at:], *words[: at - 1]]), suffix=suffix)


_COMPOUND_FAMILIES = words_of("欧阳 歐陽 司马 司馬 诸葛 諸葛 上官 司徒 东方 令狐 皇甫 慕容 남궁 황보 제갈 선우 독고")


def _from_one_word(word: str, suffix: str) -> Name:
    """A name in one word, or in a script that prints family and given name without a space."""
    if not _is_east_asian_script(word) or not 2 <= len(word) <= 5:
        return Name(family=word, suffix=suffix)
    # Four characters: a Japanese family name has two as a rule; Chinese and Korean ones have one.
    size = 2 if word[:2] in _COMPOUND_FAMILIES or (len(word) >= 4 and not _is_hangul(word)) else 1
    return Name(family=word[:size], given=word[size:], suffix=suffix)


def _is_hangul(text: str) -> bool:
    return all("\uac00" <= c <= "\ud7a3" for c in text)


def _is_east_asian_script(text: str) -> bool:
    return not text.isascii() and all("\u3400" <= c <= "\u9fff" or "\uac00" <= c <= "\ud7a3" for c in text)
