"""The trust score: a number from 0 to 100 that anyone can compute again.

Pure arithmetic over five counted facts. Citation counts, followers, views and activity take no part. The formula
carries a version; a change of any number below is a new version, so that an old receipt stays checkable.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import floor
from typing import Any

import numpy as np
from numpy.typing import NDArray

FORMULA = 1

WORK_POINTS, WORKS_MAXIMUM = 1, 20
TOPIC_POINTS, TOPICS_MAXIMUM = 1, 10
COLLABORATOR_POINTS, COLLABORATORS_MAXIMUM = 2, 20
STANDING_MAXIMUM = 15
FULL_FLOW = 0.25
"""The flow of ``graph.standing`` at which an author has all standing points."""


@dataclass(frozen=True, slots=True)
class Level:
    """One step of verification: its points, the highest score it allows, and what it means."""

    number: int
    points: int
    cap: int
    label: str
    meaning: str
    next_step: str


LEVELS = (
    Level(
        0,
        0,
        20,
        "Unverified",
        "Only a name, or a name that several people share.",
        "More imported works settle whose name this is.",
    ),
    Level(
        1,
        0,
        40,
        "Unverified",
        "An imported public record that nobody has claimed.",
        "The researcher can claim the record with a confirmed e-mail address and a matching name.",
    ),
    Level(
        2,
        10,
        65,
        "Claimed",
        "Claimed by an account with a confirmed e-mail address and a matching name.",
        "One proof bound to the person or the work: an authenticated ORCID iD, an institutional e-mail address, "
        "an address printed in a paper, or a homepage that links back.",
    ),
    Level(
        3,
        20,
        85,
        "Verified",
        "One proof binds the account to the person or the work.",
        "A second, independent proof with two-factor login, a curator's check, or two verified co-authors from "
        "different institutions who vouch.",
    ),
    Level(
        4,
        35,
        100,
        "Attested",
        "Two independent proofs, a curator's check, or two verified co-authors who vouch.",
        "Nothing: this is the highest level.",
    ),
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the score is computed from.

    ``standing`` is the share of trust that reaches the author over collaborations, in points from 0 to 15, not yet
    rounded (see ``graph.standing``).
    """

    works: int
    topics: int
    close_collaborators: int
    level: int
    standing: float = 0.0


@dataclass(frozen=True, slots=True)
class Term:
    """One line of the sum: how many were counted, what they bring, the most they could, and what would raise it."""

    key: str
    name: str
    counted: str
    points: int
    maximum: int
    meaning: str
    raise_by: str


@dataclass(frozen=True, slots=True)
class Trust:
    """A computed score with everything needed to explain it. ``total`` is the sum before the cap."""

    formula: int
    level: Level
    terms: tuple[Term, ...]
    total: int
    score: int

    @property
    def label(self) -> str:
        """The word that stands beside the number."""
        return self.level.label

    @property
    def is_capped(self) -> bool:
        """Whether the level holds the score below the sum of its parts."""
        return self.score < self.total

    @property
    def explanation(self) -> str:
        """The sum in one line: ``5 + 6 + 8 + 0 + 0 = 19``, with the cap when it bites."""
        total = f"{' + '.join(str(term.points) for term in self.terms)} = {self.total}"
        if self.is_capped:
            return f"{total}, held at {self.score}, the most that level L{self.level.number} allows"
        return total


def standing_points(flow_of_one: float) -> float:
    """Standing points from 0 to 15 of a flow: linear up to ``FULL_FLOW``, then level."""
    return min(flow_of_one / FULL_FLOW, 1.0) * STANDING_MAXIMUM


def compute(facts: Facts) -> Trust:
    """The trust score of the facts.

    Raises ValueError for a negative count or an unknown level: such facts are a bug, never a low score.
    """
    counts = (facts.works, facts.topics, facts.close_collaborators)
    if min(counts) < 0 or not 0 <= facts.standing <= STANDING_MAXIMUM:
        raise ValueError(f"Facts out of range: {facts}")
    if not 0 <= facts.level < len(LEVELS):
        raise ValueError(f"Unknown verification level {facts.level}")
    level = LEVELS[facts.level]
    terms = (
        _term(
            "works",
            "Works",
            facts.works,
            WORK_POINTS,
            WORKS_MAXIMUM,
            "Works on the public record attributed to this author, one point each.",
            "Each further work adds {each}.",
        ),
        _term(
            "topics",
            "Topics",
            facts.topics,
            TOPIC_POINTS,
            TOPICS_MAXIMUM,
            "Different topics of those works, one point each.",
            "Each further topic adds {each}.",
        ),
        _term(
            "close_collaborators",
            "Close collaborators",
            facts.close_collaborators,
            COLLABORATOR_POINTS,
            COLLABORATORS_MAXIMUM,
            "Co-authors with two or more shared works, or a collaboration strength of at least 0.5; two points each.",
            "Each further close collaborator adds {each}.",
        ),
        Term(
            "verification",
            "Verification",
            f"L{level.number}",
            level.points,
            LEVELS[-1].points,
            level.meaning,
            level.next_step,
        ),
        Term(
            "standing",
            "Standing",
            f"{facts.standing:.2f}",
            floor(facts.standing),
            STANDING_MAXIMUM,
            "Trust that flows along collaborations from verified authors; works with more than 25 authors carry none.",
            "It rises when co-authors, or their co-authors, verify themselves."
            if facts.standing < STANDING_MAXIMUM
            else "This term is at its highest.",
        ),
    )
    total = sum(term.points for term in terms)
    return Trust(FORMULA, level, terms, total, min(total, level.cap))


def scores(
    works: NDArray[Any],
    topics: NDArray[Any],
    close_collaborators: NDArray[Any],
    level: NDArray[Any],
    standing: NDArray[Any],
) -> NDArray[np.int64]:
    """The scores of many authors at once: ``compute(...).score`` for columns of facts."""
    total = np.minimum(works * WORK_POINTS, WORKS_MAXIMUM).astype(np.int64)
    total += np.minimum(topics * TOPIC_POINTS, TOPICS_MAXIMUM)
    total += np.minimum(close_collaborators * COLLABORATOR_POINTS, COLLABORATORS_MAXIMUM)
    total += np.array([step.points for step in LEVELS])[level]
    total += np.floor(standing).astype(np.int64)
    return np.asarray(np.minimum(total, np.array([step.cap for step in LEVELS])[level]), dtype=np.int64)


def _term(key: str, name: str, count: int, each: int, maximum: int, meaning: str, raise_by: str) -> Term:
    points = min(count * each, maximum)
    step = f"{each} point" if each == 1 else f"{each} points"
    hint = raise_by.format(each=step) if points < maximum else "This term is at its highest."
    return Term(key, name, f"{count:,}", points, maximum, meaning, hint)
