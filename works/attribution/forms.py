"""Printed names of one block as numbers, so that thousands of name pairs are compared at once.

The rules are those of ``works.name_comparison``; here a name is reduced to its first whole given name, the initials of
the further ones and its suffix. A cluster carries the same numbers, taken together over its names: that is what
keeps "Y. Wang" from joining "Yang Wang" with "Yifang Wang".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from itertools import combinations

import msgspec
import numpy as np
import numpy.typing as npt

from works.attribution.hashing import hash_of
from works.name_comparison import marked_given_tokens
from works.name_east_asian import is_wade_giles, korean_skeleton, wade_giles
from works.name_forms import EAST_ASIAN_FAMILIES, fold, fold_umlauts
from works.name_variants import nickname_groups, pinyin_syllables, romanisation_skeleton
from works.names import Name

SAME, VARIANT, NEAR = 3, 2, 1


class FormCode(msgspec.Struct, frozen=True, gc=False):
    """One printed name in numbers.

    ``first`` hashes the first given name, 0 when only its initial is printed; ``middle`` has a bit for each further
    initial; ``whole_middle`` stands for the first further name printed in full, 0 when there is none; ``suffix``
    hashes the suffix. ``is_pinyin``: Chinese in Latin letters, where few names are shared by many people.
    """

    first_name: str
    first: int
    middle: int
    whole_middle: int
    suffix: int
    family: int
    is_pinyin: bool


@lru_cache(maxsize=1 << 17)
def form_code(name: Name) -> FormCode:
    """The numbers of one name."""
    family = fold(name.family)
    first, rest, is_split = _given(name, family)
    middle = 0
    for token, _ in rest:
        middle |= 1 << (ord(token[0]) % 31)
    # Syllables of one given name are no further names of their own.
    further = "" if is_split else next((token for token, is_short in rest if not is_short), "")
    return FormCode(
        first_name=first,
        first=hash_of("given", first) if first else 0,
        middle=middle,
        whole_middle=_lettered(further) if further else 0,
        suffix=hash_of("suffix", name.suffix) if name.suffix else 0,
        family=hash_of("family", fold_umlauts(family.replace(" ", ""))),
        is_pinyin=bool(pinyin_syllables(family)) and (not first or bool(pinyin_syllables(first))),
    )


def first_name(name: Name) -> str:
    """The first given name, folded, with all syllables of an East Asian one; empty when only initials are printed."""
    return _given(name, fold(name.family))[0]


def _given(name: Name, family: str) -> tuple[str, Sequence[tuple[str, bool]], bool]:
    """First whole given name, the further ones with whether each is short, and whether these are its syllables."""
    tokens = marked_given_tokens(name.given)
    if not tokens or tokens[0][1]:
        return "", tokens[1:], False
    first, rest = tokens[0][0], tokens[1:]
    if any(is_short for _, is_short in rest):
        return first, rest, False
    is_east_asian = family.split()[-1] in EAST_ASIAN_FAMILIES if family else False
    if is_east_asian or (rest and all(len(pinyin_syllables(token)) == 1 for token, _ in tokens)):
        joined = "".join(token for token, _ in tokens)
        syllables = pinyin_syllables(joined)
        if len(syllables) <= 3 and (syllables or len(tokens) == 2):
            # "Xiao Ming" is "Xiaoming", whose initials are X. M.
            further = syllables[1:] or tuple(token for token, _ in rest)
            return joined, [(syllable, False) for syllable in further], True
    return first, rest, False


def _lettered(word: str) -> int:
    """The hash of a word with its first letter in the lowest five bits: words of other letters need not be rivals."""
    return hash_of("middle", word) << 5 | ord(word[0]) % 31


@lru_cache(maxsize=1 << 16)
def _link_keys(first: str) -> tuple[tuple[str, int], ...]:
    """Keys that two spellings of one given name share, each with the grade of the link."""
    keys: list[tuple[str, int]] = [(f"u{fold_umlauts(first)}", VARIANT)]
    keys += [(f"n{group}", VARIANT) for group in nickname_groups(first)]
    if len(first) > 3 and not pinyin_syllables(first):
        keys.append((f"r{romanisation_skeleton(first)}", VARIANT))
    chinese = first if is_wade_giles(first) else wade_giles(first)
    keys += [(f"w{chinese}", VARIANT)] if is_wade_giles(chinese) else []
    keys += [(f"k{korean}", VARIANT) for korean in (korean_skeleton(first),) if korean]
    if len(first) > 4:
        # One letter more, less or other: both share the word without that letter.
        keys += [(f"d{first[:at]}{first[at + 1 :]}", NEAR) for at in range(len(first))]
        keys.append((f"d{first}", NEAR))
    return tuple(dict.fromkeys(keys))


def linked_first_names(
    firsts_of_blocks: Iterable[Iterable[str]],
) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int8]]:
    """Pairs of given names of one block that are spellings of one another: sorted pair codes and their grades."""
    links: dict[int, int] = {}
    for firsts in firsts_of_blocks:
        groups: defaultdict[str, list[str]] = defaultdict(list)
        grades: dict[str, int] = {}
        ordered = sorted(firsts)
        for first in ordered:
            for key, grade in _link_keys(first):
                groups[key].append(first)
                grades[key] = grade
        for key, members in groups.items():
            for a, b in combinations(members, 2):
                if (grades[key] == VARIANT and key[0] != "k") or not (pinyin_syllables(a) and pinyin_syllables(b)):
                    code = pair_code(hash_of("given", a), hash_of("given", b))
                    links[code] = max(links.get(code, 0), grades[key])
        for at, first in enumerate(ordered):
            for longer in ordered[at + 1 :]:
                if len(first) < 3 or not longer.startswith(first):
                    break
                if not (pinyin_syllables(first) and pinyin_syllables(longer)):
                    links.setdefault(pair_code(hash_of("given", first), hash_of("given", longer)), NEAR)
    codes = np.array(sorted(links), dtype=np.uint64)
    return codes, np.array([links[int(code)] for code in codes], dtype=np.int8)


def kindred_first_names(firsts: Iterable[str], others: Collection[str]) -> set[str]:
    """Of these given names those that can be spellings of one of the others; an empty one, an initial, goes with all.

    What ``linked_first_names`` links is among them.
    """
    if "" in others:
        return set(firsts)
    keys = {key for other in others for key, _ in _link_keys(other)}
    starts = {other[:at] for other in others for at in range(3, len(other) + 1)}
    return {
        first
        for first in firsts
        if not first
        or first in others
        or first in starts
        or any(first[:at] in others for at in range(3, len(first)))
        or any(key in keys for key, _ in _link_keys(first))
    }


def pair_code(first: int, second: int) -> int:
    """One number for an unordered pair of 32-bit hashes."""
    return min(first, second) << 32 | max(first, second)
