"""Could two printed names belong to one person? A graded answer, from the names alone."""

from __future__ import annotations

import re
from enum import IntEnum
from functools import lru_cache

from works.name_east_asian import are_korean_families, are_romanisations, short_vowels
from works.name_forms import (
    EAST_ASIAN_FAMILIES,
    FAMILIES_FIRST,
    FAMILY_SPELLINGS,
    PARTICLES,
    fold,
    fold_umlauts,
    hyphen_parts,
)
from works.name_parsing import Name
from works.name_variants import are_nicknames, pinyin_syllables, romanisation_skeleton


class Agreement(IntEnum):
    """How well two names go together, worst first."""

    CONFLICT = 0
    """No custom known here prints one person both ways."""
    INITIAL = 1
    """Compatible, but only by initials or by a part that one of them lacks."""
    VARIANT = 2
    """The same name in another spelling, order, short form, or without its middle name."""
    EQUAL = 3
    """The same words apart from accents, hyphens, punctuation and case."""


@lru_cache(maxsize=1 << 15)
def given_tokens(given: str) -> tuple[str, ...]:
    """Folded given names; initials printed together come apart: ``"J.-P. Xiao-Ming"`` -> ``("j", "p", "xiaoming")``."""
    return tuple(token for token, _ in marked_given_tokens(given))


@lru_cache(maxsize=1 << 15)
def marked_given_tokens(given: str) -> tuple[tuple[str, bool], ...]:
    """Given names with whether each is an abbreviation: an initial, or a longer piece with a full stop ("Yu.")."""
    if given.isascii() and given.isalpha() and not given.isupper():
        return ((given.lower(), len(given) == 1),)
    found: list[tuple[str, bool]] = []
    for word in given.split():
        found += _word_tokens(word)
    return tuple(found)


_CAPITALS_WITHOUT_VOWEL = re.compile(r"[B-DF-HJ-NP-TV-XZ]{2,3}")


def _word_tokens(word: str) -> list[tuple[str, bool]]:
    if _CAPITALS_WITHOUT_VOWEL.fullmatch(word):
        return [(letter.lower(), True) for letter in word]
    if "." not in word:
        parts = hyphen_parts(word)
        if len(parts) > 1 and any(len(part) == 1 for part in parts):
            return [(folded, len(folded) == 1 and folded.isascii()) for part in parts if (folded := fold(part))]
        return [(token, len(token) == 1 and token.isascii()) for token in fold(word).split()]
    pieces = word.replace(".", ". ").split()
    marked: list[tuple[str, bool]] = []
    for piece in pieces:
        for part in hyphen_parts(piece):
            marked += [
                (token, (len(token) == 1 and token.isascii()) or part.endswith(".")) for token in fold(part).split()
            ]
    return marked


def compare_names(first: Name, second: Name) -> Agreement:
    """Grade whether two names can be one person's; symmetric in its arguments."""
    if first == second:
        return Agreement.EQUAL
    if first.is_group or second.is_group:
        same = first.is_group == second.is_group and fold(first.family) == fold(second.family)
        return Agreement.EQUAL if same else Agreement.CONFLICT
    if first.suffix and second.suffix and first.suffix != second.suffix:
        return Agreement.CONFLICT
    best = Agreement.EQUAL if first.suffix == second.suffix else Agreement.VARIANT
    if _words(first) == _words(second):
        return best
    families = _compare_families(first.family, second.family)
    if families is not Agreement.CONFLICT:
        is_east_asian = fold(first.family) in EAST_ASIAN_FAMILIES
        givens = _compare_given(marked_given_tokens(first.given), marked_given_tokens(second.given), is_east_asian)
        if givens is not Agreement.CONFLICT:
            return min(best, families, givens)
    return min(
        best,
        max(_compare_swapped(first, second), _compare_dropped_surname(first, second)),
    )


def _words(name: Name) -> tuple[str, ...]:
    return (*given_tokens(name.given), *fold(name.family).split())


def _compare_families(first: str, second: str) -> Agreement:
    a, b = fold(first), fold(second)
    if a == b:
        return Agreement.EQUAL
    if a.replace(" ", "") == b.replace(" ", ""):
        return Agreement.VARIANT
    bare_a, bare_b = _bare_family(first), _bare_family(second)
    if short_vowels(bare_a) == short_vowels(bare_b) or are_korean_families(bare_a, bare_b):
        return Agreement.VARIANT
    if len(bare_a) > 4 and romanisation_skeleton(bare_a) == romanisation_skeleton(bare_b):
        return Agreement.VARIANT
    # "Alsayed" is "El-Sayed" where the article is joined.
    if (bare_a != a and b in (f"al{bare_a}", f"el{bare_a}")) or (bare_b != b and a in (f"al{bare_b}", f"el{bare_b}")):
        return Agreement.VARIANT
    parts_a, parts_b = _surnames(first), _surnames(second)
    if len(parts_a) != len(parts_b) and (parts_a <= parts_b or parts_b <= parts_a):
        return Agreement.VARIANT
    return Agreement.CONFLICT


_SON_OF = re.compile(r"^mac ?(?=[bcdgklmnpq][a-z]{3})|^mc (?=[a-z]{3})")


@lru_cache(maxsize=1 << 15)
def _bare_family(family: str) -> str:
    """A family name without particles, hyphens and marks that come and go between spellings."""
    folded = _SON_OF.sub("mc", fold(family))
    words = (
        [fold(part) for word in family.split() for part in _article_apart(word)] if "-" in family else folded.split()
    )
    bare = fold_umlauts("".join(word for word in words if word not in PARTICLES) or folded)
    return FAMILY_SPELLINGS.get(bare, bare)


def _article_apart(word: str) -> list[str]:
    parts = hyphen_parts(word)
    return parts if parts and fold(parts[0]) in PARTICLES else [word]


@lru_cache(maxsize=1 << 15)
def _surnames(family: str) -> frozenset[str]:
    """The surnames of a double name: "García-López" and "García López" have the same two."""
    words = (fold(part) for word in family.split() for part in hyphen_parts(word))
    return frozenset(fold_umlauts(word) for word in words if len(word) > 1 and word not in PARTICLES)


Tokens = tuple[tuple[str, bool], ...]


def _compare_given(first: Tokens, second: Tokens, is_east_asian: bool) -> Agreement:
    if not first or not second:
        return Agreement.INITIAL if first or second else Agreement.EQUAL
    if first == second:
        return Agreement.EQUAL
    joined_a, joined_b = "".join(t for t, _ in first), "".join(t for t, _ in second)
    if (joined_a == joined_b or are_romanisations(joined_a, joined_b)) and not (first[0][1] or second[0][1]):
        return Agreement.VARIANT
    shorter, longer = sorted((first, second), key=len)
    if len(shorter) == 1 and len(longer) > 1:
        syllables = pinyin_syllables(shorter[0][0]) if is_east_asian and not shorter[0][1] else ()
        if len(syllables) > 1 and all(is_short for _, is_short in longer):
            # "X. M. Li" against "Xiaoming Li": every initial must be that of a syllable.
            initials = tuple(syllable[0] for syllable in syllables)
            return Agreement.INITIAL if initials == tuple(t[0] for t, _ in longer) else Agreement.CONFLICT
    heads = _compare_token(first[0], second[0])
    if heads is Agreement.CONFLICT:
        return _compare_by_middle(first, second)
    lowest = heads
    for one, other in zip(first[1:], second[1:], strict=False):
        step = _compare_token(one, other)
        if step is Agreement.CONFLICT:
            return Agreement.CONFLICT
        # "Robert W." and "Robert William" are variants once the first names are whole.
        lowest = min(
            lowest,
            Agreement.VARIANT if step is Agreement.INITIAL and heads > Agreement.INITIAL else step,
        )
    if len(shorter) == len(longer):
        return lowest
    extra_is_whole = any(not is_short for _, is_short in longer[len(shorter) :])
    # "Xiao Ming Li" and "Xiao Li" are two names as a rule, "Anna Maria Rossi" and "Anna Rossi" are not.
    return min(
        lowest,
        Agreement.INITIAL if is_east_asian and extra_is_whole else Agreement.VARIANT,
    )


def _compare_token(first: tuple[str, bool], second: tuple[str, bool]) -> Agreement:
    (a, a_is_short), (b, b_is_short) = first, second
    if a == b:
        return Agreement.INITIAL if a_is_short and len(a) > 1 else Agreement.EQUAL
    if a_is_short or b_is_short:
        compatible = (a_is_short and b.startswith(a)) or (b_is_short and a.startswith(b))
        return Agreement.INITIAL if compatible else Agreement.CONFLICT
    if fold_umlauts(a) == fold_umlauts(b) or are_nicknames(a, b) or are_romanisations(a, b):
        return Agreement.VARIANT
    if min(len(a), len(b)) > 3 and not (pinyin_syllables(a) and pinyin_syllables(b)):
        return Agreement.VARIANT if romanisation_skeleton(a) == romanisation_skeleton(b) else Agreement.CONFLICT
    return Agreement.CONFLICT


def _compare_by_middle(first: Tokens, second: Tokens) -> Agreement:
    """ "J. Trevor Darrell" is also printed "Trevor Darrell": one begins with the other's second, whole name."""
    for one, other in ((first, second), (second, first)):
        if len(one) > 1 and not one[1][1] and not other[0][1] and one[1][0] == other[0][0]:
            return Agreement.VARIANT
    return Agreement.CONFLICT


def _compare_swapped(first: Name, second: Name) -> Agreement:
    """Family name first in one of the two: "Wang Xiaoming" and "Xiaoming Wang"."""
    given_a, given_b = (
        "".join(given_tokens(first.given)),
        "".join(given_tokens(second.given)),
    )
    family_a, family_b = fold(first.family), fold(second.family)
    if len(given_a) < 2 or given_a != family_b or family_a != given_b:
        return Agreement.CONFLICT
    known = FAMILIES_FIRST & {family_a, family_b}
    return Agreement.VARIANT if known else Agreement.CONFLICT


def _compare_dropped_surname(first: Name, second: Name) -> Agreement:
    """ "Ana García" and "Ana García López" when the second was split at its last word."""
    for one, other in ((first, second), (second, first)):
        tokens = marked_given_tokens(other.given)
        if len(tokens) < 2 or fold(one.family) != tokens[-1][0] or tokens[-1][1]:
            continue
        givens = _compare_given(marked_given_tokens(one.given), tokens[:-1], is_east_asian=False)
        if givens is not Agreement.CONFLICT:
            return min(Agreement.VARIANT, givens)
    return Agreement.CONFLICT
