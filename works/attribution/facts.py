"""What attribution knows of a work and of one printed name on it, and the hashed form in which it is compared."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain
from typing import Final
from zlib import crc32

import msgspec
import numpy as np
import numpy.typing as npt

from works.attribution.forms import first_name
from works.attribution.hashing import Hashes, hash_of
from works.name_forms import fold, words_of
from works.names import Name, block_key, name_key

#: Author lists longer than this are represented by a fixed sample of their names, the same names on every work.
SAMPLED_AUTHORS = 60
#: At most so many different words of an abstract count, the first ones.
ABSTRACT_TERMS = 80


class WorkFacts(msgspec.Struct, frozen=True, gc=False):
    """One work as its source states it. ``authors`` are all printed names in order; ``None`` or empty: not known."""

    title: str
    authors: Sequence[Name]
    abstract: str | None = None
    topics: Sequence[str] = ()
    venue: str | None = None
    year: int | None = None
    is_complete: bool = True


class WorkFeatures(msgspec.Struct, frozen=True, gc=False):
    """Hashed facts of one work, about half a kilobyte.

    ``keys`` and ``forms`` are the ``coauthor_hashes`` of every author by position, ``shared`` the positions
    that count as co-authors (all, or the sample of a very long list); not ``is_complete`` means that the source cut the
    list. ``digest`` identifies the content: it settles ties, so that the order in which works were imported never
    matters.
    """

    digest: int
    year: int
    authors: int
    keys: Hashes
    forms: Hashes
    shared: npt.NDArray[np.int32]
    groups: Hashes
    terms: Hashes
    abstract: Hashes
    topics: Hashes
    venue: Hashes
    is_complete: bool = True


class AuthorshipFacts(msgspec.Struct, frozen=True, gc=False):
    """One printed position of a work: ``work`` is any id, ``position`` counts from 0 as in ``WorkFacts.authors``.

    ``author`` is the author record a human put it in (owner, curator, authenticated ORCID), ``None`` when no human did.
    ``block`` is the name's block key where the caller has it at hand; it is computed otherwise. ``standing`` is the
    author record it stands on where that is to be kept, ``None`` when its place is open.
    """

    id: int
    work: int
    position: int
    name: Name
    affiliations: Sequence[str] = ()
    orcid: str | None = None
    email: str | None = None
    author: int | None = None
    block: str | None = None
    standing: int | None = None


@lru_cache(maxsize=1 << 17)
def coauthor_hashes(name: Name) -> tuple[int, int]:
    """Hashes of a name's block key and of its family and first name; the latter 0 when only initials are printed.

    Both are 0 for a group. Further names are left out of the second: they come and go between works.
    """
    if name.is_group:
        return 0, 0
    key, first = block_key(name), first_name(name)
    return hash_of("key", key), hash_of("form", f"{key} {first}") if first else 0


def describe_work(facts: WorkFacts) -> WorkFeatures:
    """Hash the facts of a work once; the result may be kept as long as the work does not change."""
    pairs = [coauthor_hashes(name) for name in facts.authors]
    keys = np.array([key for key, _ in pairs], dtype=np.uint32)
    forms = np.array([form for _, form in pairs], dtype=np.uint32)
    shared = np.flatnonzero(keys)
    if len(shared) > SAMPLED_AUTHORS:
        # The smallest hashes: two lists of one collaboration keep mostly the same names.
        shared = np.sort(shared[np.argsort(keys[shared], kind="stable")[:SAMPLED_AUTHORS]])
    terms = _hashed_terms(facts.title)
    abstract = [term for term in _hashed_terms(facts.abstract or "") if term not in terms]
    digest = fold(facts.title) + "|" + "|".join(name_key(name) for name in facts.authors[:20])
    return WorkFeatures(
        digest=crc32(digest.encode()) << 16 ^ len(facts.authors),
        year=facts.year or 0,
        authors=len(facts.authors),
        keys=keys,
        forms=forms,
        shared=shared.astype(np.int32),
        groups=_hashes("group", (group_key(name.family) for name in facts.authors if name.is_group)),
        terms=np.array(list(terms), dtype=np.uint32),
        abstract=np.array(abstract[:ABSTRACT_TERMS], dtype=np.uint32),
        topics=_hashes("topic", map(fold, facts.topics)),
        venue=_hashes("venue", venue_keys(facts.venue or "")),
        is_complete=facts.is_complete,
    )


def _hashes(kind: str, texts: Iterable[str]) -> Hashes:
    return np.array(list(dict.fromkeys(hash_of(kind, text) for text in texts if text)), dtype=np.uint32)


_STOP_WORDS = words_of(
    """
    a about above after all also an and any are as at based be been between both but by can do does for from has
    have how in into is it its let more most new no non not of on one only or our over since some such than that the
    their then there these they this those through to toward towards two under up upon us use using used via was we
    were what when where which while who why will with within without you your approach method paper propose show
    result results
    """
)
_WORD = re.compile(r"[^\W_]+")
_TEX = re.compile(r"\$[^$]*\$|\\[a-zA-Z]+|[{}]")
_ENDINGS = re.compile(r"(?<=...)(?:ations?|ings?|ities|ity|ments?|ness|ies|ers?|ed|es|s|ly|al|ally|ive|y|e)$")


def title_terms(text: str) -> Iterator[str]:
    """The telling words of a title or abstract, cut to a rough stem; of Chinese and Japanese, pairs of characters."""
    return (term for term, _ in printed_terms(text))


def printed_terms(text: str) -> Iterator[tuple[str, str]]:
    """The terms of ``title_terms`` with the word each was made of."""
    return chain.from_iterable(map(_terms_of_word, _words(text)))


def _hashed_terms(text: str) -> dict[int, None]:
    """The hashes of the terms of ``title_terms``, each once, in their order."""
    return dict.fromkeys(chain.from_iterable(map(_hashes_of_words.__getitem__, _words(text))))


#: Makes an ASCII text lower case and all but its letters and digits spaces.
_PLAIN = {code: chr(code).lower() if chr(code).isalnum() else " " for code in range(128)}


def _words(text: str) -> list[str]:
    plain = _TEX.sub(" ", text) if "\\" in text or "$" in text or "{" in text or "}" in text else text
    return plain.translate(_PLAIN).split() if plain.isascii() else _WORD.findall(plain.lower())


def _terms_of_word(word: str) -> list[tuple[str, str]]:
    if word in _STOP_WORDS:
        return []
    if word.isascii():
        return [(stem(word), word)] if len(word) > 2 and not word.isdigit() else []
    if "\u3040" <= word[0] <= "\u9fff":
        return [(word[at : at + 2], word[at : at + 2]) for at in range(len(word) - 1)]
    folded = fold(word)
    return [(stem(folded), word)] if folded else []


class _HashesOfWords(dict[str, tuple[int, ...]]):
    """The hashes of the terms of each word seen lately. A hundred words a text make the order of a true cache dear."""

    def __missing__(self, word: str) -> tuple[int, ...]:
        if len(self) >= _WORDS_KEPT:
            self.clear()
        hashes = self[word] = tuple(hash_of("term", term) for term, _ in _terms_of_word(word))
        return hashes


_WORDS_KEPT: Final = 1 << 17
_hashes_of_words: Final = _HashesOfWords()


def stem(word: str) -> str:
    """A rough English stem: one ending off, at most nine letters."""
    return _ENDINGS.sub("", word)[:9]


_PLACE_STOP_WORDS = words_of(
    """
    of the and for in at de la di et del des du dept department school faculty institute institut university
    universita universite universitat universidad universidade univ college laboratory lab labs center centre
    national state key research science sciences engineering technology inc corp ltd co division group usa china uk
    germany france italy japan india p r information computer computing systems software electrical electronic
    applied academy
    """
)


@lru_cache(maxsize=1 << 16)
def place_keys(affiliation: str) -> tuple[str, ...]:
    """Words of a printed affiliation that tell places apart, and neighbouring words as pairs ("san diego")."""
    words = fold(affiliation).split()
    telling = [word for word in words if word not in _PLACE_STOP_WORDS and len(word) > 1 and not word.isdigit()]
    return tuple(dict.fromkeys(telling))


_VENUE_NOISE = re.compile(
    r"\b(?:proceedings|proc|of|the|on|and|in|for|annual|meeting|conference|international|workshop|journal|transactions"
    r"|volume|vol|long|short|papers?|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|\d+(?:st|nd|rd|th)?)\b"
)


@lru_cache(maxsize=1 << 15)
def venue_keys(venue: str) -> tuple[str, ...]:
    """The venue without its year, number and volume, so that its yearly issues are one venue."""
    text = " ".join(_VENUE_NOISE.sub(" ", fold(venue)).split())
    return (text,) if text else ()


def group_key(printed: str) -> str:
    """A collaboration without the words around its name: "for the LHCb collaboration" is ``lhcb``."""
    kept = [word for word in fold(printed).split() if word not in _GROUP_WORDS]
    return " ".join(kept)


_GROUP_WORDS = words_of(
    """
    for the on behalf of all a collaboration collaborations consortium team group project
    """
)
