"""Personal names: the public face of name parsing, and the keys under which names are filed.

Three keys come from one normal form (folded words, see ``works.name_forms.fold``):

* ``name_key``: all words, family name first. One per printed form; files the name pages and the form statistics.
* ``block_key``: last word of the family name + first initial. All authorships of a block are compared.
* ``block_keys``: the block key and the other blocks in which the same person may stand under another custom
  (family name first, second surname dropped, nickname, another romanisation). Blocks stay separate; these keys only
  say where to look.
"""

from __future__ import annotations

import re
from functools import lru_cache

from works.name_comparison import Agreement, compare_names, given_tokens
from works.name_east_asian import pinyin_initials, short_vowels
from works.name_forms import (
    DEGREES,
    FAMILIES_FIRST,
    FAMILY_SPELLINGS,
    PARTICLES,
    SUFFIXES,
    fold,
    fold_umlauts,
    hyphen_parts,
    words_of,
)
from works.name_parsing import Name, parse_name
from works.name_variants import nickname_initials

__all__ = [
    "Agreement",
    "Name",
    "block_key",
    "block_keys",
    "compare_names",
    "given_tokens",
    "name_key",
    "parse_name",
    "plain_keys",
]

#: Words written before a hyphen, or joined to the name, that are no surname of their own.
_JOINED_PREFIXES = words_of("ben bar ou abu abd mc mac st saint o d")

#: Given names of ASCII letters: whole words, hyphens between whole parts, initials with or without a full stop.
_PLAIN_GIVEN = re.compile(
    r"(?:[A-Z][a-z]*\.?|[A-Z][a-z]+(?:-[A-Za-z][a-z]+)+)(?: (?:[A-Z][a-z]*\.?|[A-Z][a-z]+(?:-[A-Za-z][a-z]+)+))*"
)
_NO_GIVEN = words_of("and by et others dr prof professor mr mrs ms sir") | SUFFIXES.keys() | DEGREES


@lru_cache(maxsize=1 << 11)
def name_key(name: Name) -> str:
    """Folded "family given" with all given names: ``van der maaten laurens j p``; of a group its folded name."""
    return f"{fold(name.family)} {' '.join(given_tokens(name.given))}".rstrip()


@lru_cache(maxsize=1 << 11)
def block_key(name: Name) -> str:
    """The one block an authorship of this name is filed in: ``"maaten l"``.

    Particles and all but the last surname are left out, because sources split and print them differently; Müller,
    Mueller and Muller fall together. Of one-word names and groups: all folded words, without an initial.
    """
    tokens = given_tokens(name.given)
    if not tokens:
        return fold(name.family) or name.family.casefold()
    return f"{_family_core(name.family)} {tokens[0][0]}"


def plain_keys(family: str, given: str) -> tuple[str, str] | None:
    """``name_key`` and ``block_key`` of a name that a source split and printed without any oddity, else ``None``.

    The short cut of imports: nine names in ten cost a fifth of the usual way, with the same result.
    """
    if not (family.isascii() and family.isalpha() and (tokens := _plain_tokens(given))):
        return None
    return f"{family.lower()} {tokens}", f"{_family_core(family)} {tokens[0]}"


# Given names come again and again, most of all single initials.
@lru_cache(maxsize=1 << 12)
def _plain_tokens(given: str) -> str | None:
    """The words of a given name in lower case, ``None`` when there is anything odd about it."""
    if not _PLAIN_GIVEN.fullmatch(given):
        return None
    tokens = given.lower().replace(".", "").replace("-", "")
    return tokens if _NO_GIVEN.isdisjoint(tokens.split()) else None


@lru_cache(maxsize=1 << 14)
def block_keys(name: Name) -> tuple[str, ...]:
    """``block_key`` first, then the blocks where other spellings of this person would be filed.

    Family and given name swapped (where one of the two is a usual East Asian family name and both are whole words),
    an earlier surname of several, a joined particle (Le Cun, LeCun), the second given name used as first
    ("J. Trevor Darrell", "Gary Geunbae Lee") and nicknames with another initial (Bill, William).
    """
    primary = block_key(name)
    tokens = given_tokens(name.given)
    if name.is_group or not tokens:
        return (primary,)
    keys = [primary]
    family = fold(name.family).split()
    core = _family_core(name.family)
    first = tokens[0]
    swappable = len(first) > 1 and (core in FAMILIES_FIRST or first in FAMILIES_FIRST)
    if swappable:
        joined = "".join(tokens)
        keys += [
            f"{FAMILY_SPELLINGS.get(last, last)} {core[0]}" for last in {first, tokens[-1], joined} if len(last) > 1
        ]
    if len(family) > 1:
        keys.append(f"{''.join(family)} {first[0]}")
        keys += [f"{fold_umlauts(word)} {first[0]}" for word in family[:-1] if word not in PARTICLES]
    parts = hyphen_parts(name.family.split()[-1])
    if len(parts) > 1:
        keys += [f"{fold_umlauts(fold(part))} {first[0]}" for part in parts if len(part) > 2]
        keys.append(f"{fold_umlauts(fold(''.join(parts)))} {first[0]}")
    keys += [f"{core} {token[0]}" for token in tokens[1:2] if len(token) > 1]
    keys += [f"{core} {initial}" for initial in (*nickname_initials(first), *pinyin_initials(first))]
    keys.append(f"{short_vowels(core)} {first[0]}")
    if len(family) > 1 and family[-2] in ("mc", "mac", "al", "el"):
        keys += [f"{article}{core} {first[0]}" for article in {family[-2], family[-2].replace("mac", "mc")}]
    elif core.startswith("mac") and len(core) > 6:
        keys.append(f"mc{core[3:]} {first[0]}")
    elif core.startswith(("al", "el")) and len(core) > 6:
        keys.append(f"{core[2:]} {first[0]}")
    return tuple(dict.fromkeys(keys))


@lru_cache(maxsize=1 << 12)
def _family_core(family: str) -> str:
    words = family.split()
    last = "".join(words[-2:]) if len(words) > 1 and words[-2] in ("Mc", "Mac") else words[-1]
    parts = hyphen_parts(last)
    if len(parts) > 1:
        while len(parts) > 1 and fold(parts[0]) in PARTICLES:
            parts = parts[1:]
        last = "".join(parts) if fold(parts[0]) in _JOINED_PREFIXES or len(parts[-1]) < 3 else parts[-1]
    folded = fold_umlauts(fold(last)) or fold(family) or family.casefold()
    return FAMILY_SPELLINGS.get(folded, folded)
