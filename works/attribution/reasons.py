"""Why an authorship is where it is, stored compactly and told in sentences.

A stored reason is ``(code, facts)``; a fact is ``[hash, works]``: the hash of a co-author, place, topic or word, and
how many other works of the author record share it. The hashes are turned back into words from the work's own facts,
which never change, so a reason costs a few bytes and follows the spelling on the page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from works.attribution.facts import (
    WorkFacts,
    coauthor_hashes,
    group_key,
    place_keys,
    printed_terms,
    venue_keys,
)
from works.attribution.hashing import hash_of
from works.name_forms import fold

Fact = list[int]
Reason = tuple[str, list[Fact]]

ONLY_WORK: Final = "only"
NAME_SAME, NAME_VARIANT, NAME_INITIAL = "name", "variant", "initial"
CONFIRMED: Final = "confirmed"

_ABOUT_THE_NAME: Final = {
    ONLY_WORK: "It is the only work on this record so far: nothing ties it to other works under this name.",
    NAME_SAME: "The name is printed the same way on the other works here.",
    NAME_VARIANT: "The name is another spelling of the one on the other works here.",
    NAME_INITIAL: "Only initials are printed; they fit the name on the other works here.",
    CONFIRMED: "A person confirmed that this work belongs here.",
}


def sentences(
    reasons: Iterable[Sequence[object]], facts: WorkFacts, affiliations: Sequence[str] = (), topics: Sequence[str] = ()
) -> list[str]:
    """The stored reasons of one authorship in plain words, strongest first.

    ``facts`` are those of the work, ``affiliations`` those printed for the authorship. Facts that can no longer be
    found on the work are left out.
    """
    told = []
    for code, shared in reasons:
        if code in _ABOUT_THE_NAME:
            told.append(_ABOUT_THE_NAME[str(code)])
        elif code in _TELLERS and isinstance(shared, list):
            sentence = _TELLERS[str(code)](shared, facts, affiliations)
            told += [sentence] if sentence else []
    return told


Teller = Callable[[list[Fact], WorkFacts, Sequence[str]], str]


def _coauthors(shared: list[Fact], facts: WorkFacts, affiliations: Sequence[str]) -> str:
    names = {value: name.display for name in reversed(facts.authors) for value in coauthor_hashes(name)}
    found = list({names[value]: works for value, works in shared if value in names}.items())
    if not found:
        return ""
    label = "co-author" if len(found) == 1 else "co-authors"
    return f"Shares the {label} {_joined(f'{name} ({_works(works)})' for name, works in found)} with other works here."


def _place(shared: list[Fact], facts: WorkFacts, affiliations: Sequence[str]) -> str:
    values = {value for value, _ in shared}
    for affiliation in affiliations:
        if any(hash_of("place", key) in values for key in place_keys(affiliation)):
            return f"The printed affiliation “{affiliation}” fits {_works(max(works for _, works in shared))} here."
    return ""


def _topics(shared: list[Fact], facts: WorkFacts, affiliations: Sequence[str]) -> str:
    names = {hash_of("topic", fold(topic)): topic for topic in facts.topics}
    found = [(names[value], works) for value, works in shared if value in names]
    if not found:
        return ""
    return f"Same topic: {_joined(f'{name} ({_works(works)})' for name, works in found)}."


def _words(shared: list[Fact], facts: WorkFacts, affiliations: Sequence[str]) -> str:
    words = {hash_of("term", term): word for term, word in printed_terms(facts.title)}
    found = [words[value] for value, _ in shared if value in words]
    if not found:
        return ""
    label = "word" if len(found) == 1 else "words"
    return f"The title shares the {label} {_joined(f'“{word}”' for word in found)} with other works here."


def _venue(shared: list[Fact], facts: WorkFacts, affiliations: Sequence[str]) -> str:
    values = {hash_of("venue", key) for key in venue_keys(facts.venue or "")}
    works = max((works for value, works in shared if value in values), default=0)
    return f"Published in the same venue as {_works(works)} here: {facts.venue}." if works else ""


def _group(shared: list[Fact], facts: WorkFacts, affiliations: Sequence[str]) -> str:
    names = {hash_of("group", group_key(name.family)): name.family for name in facts.authors if name.is_group}
    found = [(names[value], works) for value, works in shared if value in names]
    if not found:
        return ""
    told = (f"“{name}” (so {'does' if works == 1 else 'do'} {_works(works)})" for name, works in found)
    return f"The author list names {_joined(told)}."


def _contact(shared: list[Fact], facts: WorkFacts, affiliations: Sequence[str]) -> str:
    return f"Carries the same ORCID or e-mail address as {_works(shared[0][1])} here."


_TELLERS: Final[dict[str, Teller]] = {
    "contact": _contact,
    "coauthors": _coauthors,
    "place": _place,
    "group": _group,
    "topics": _topics,
    "venue": _venue,
    "words": _words,
}


def _works(count: int) -> str:
    return "1 other work" if count == 1 else f"{count} other works"


def _joined(parts: Iterable[str]) -> str:
    listed = list(parts)
    return listed[0] if len(listed) == 1 else f"{', '.join(listed[:-1])} and {listed[-1]}"
