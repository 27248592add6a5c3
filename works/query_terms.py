"""What a person typed into the search box, as terms: words, "phrases", -exclusions, and OR between alternatives."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from works.accents import accents_to_unicode
from works.name_forms import clean_controls, words_of

MAX_QUERY_LENGTH: Final = 300
#: Terms beyond this many are left out; each one is a lookup of its own in the text index.
MAX_TERMS: Final = 24

_TOKEN: Final = re.compile(r'(-?)"([^"]*)"|(-?)(\S+)')
#: Words that the English text search leaves out. They are names too ("An", "Do", "Will"), so a query made of nothing
#: else still searches them.
STOP_WORDS: Final = words_of(
    """
    i me my myself we our ours ourselves you your yours yourself yourselves he him his himself she her hers
    herself it its itself they them their theirs themselves what which who whom this that these those am is are
    was were be been being have has had having do does did doing a an the and but if or because as until while of
    at by for with about against between into through during before after above below to from up down in out on
    off over under again further then once here there when where why how all any both each few more most other
    some such no nor not only own same so than too very s t can will just don should now
    """
)


@dataclass(frozen=True, slots=True)
class Term:
    """One word or phrase."""

    text: str
    is_phrase: bool = False


@dataclass(frozen=True, slots=True)
class SearchTerms:
    """A parsed query: each group of ``required`` must match by one of its alternatives, none of ``excluded`` may."""

    required: tuple[tuple[Term, ...], ...] = ()
    excluded: tuple[Term, ...] = ()

    def __bool__(self) -> bool:
        """Whether there is anything to search for; exclusions alone are not."""
        return bool(self.required)

    @property
    def has_phrase(self) -> bool:
        """Whether several words must stand in a row."""
        return any(term.is_phrase and " " in term.text for group in self.required for term in group)


def clean_query(text: str) -> str:
    """The typed text without control characters, LaTeX accents spelled, spaces joined, cut to a bound."""
    return " ".join(accents_to_unicode(clean_controls(text[: MAX_QUERY_LENGTH * 4])).split())[:MAX_QUERY_LENGTH]


def parse_terms(text: str) -> SearchTerms:
    """The terms of a cleaned query, as search engines read them."""
    groups: list[tuple[Term, ...]] = []
    excluded: list[Term] = []
    joins_previous = False
    for match in list(_TOKEN.finditer(text))[:MAX_TERMS]:
        phrase, word = match[2], match[4]
        if word is not None and word in {"OR", "|"}:
            joins_previous = bool(groups)
            continue
        term = Term(word.strip('"') if phrase is None else phrase.strip(), is_phrase=phrase is not None)
        if not any(character.isalnum() for character in term.text):
            continue
        if match[1] or match[3]:
            excluded.append(term)
        elif joins_previous:
            groups[-1] = (*groups[-1], term)
        else:
            groups.append((term,))
        joins_previous = False
    telling = [group for group in groups if not _is_stop_word(group)]
    return SearchTerms(tuple(telling or groups), tuple(excluded))


def _is_stop_word(group: tuple[Term, ...]) -> bool:
    return all(not term.is_phrase and term.text.lower() in STOP_WORDS for term in group)
