"""Researchers like a given one who have never written with it, and why they are alike.

Two measures from counts that are already derived: topics in common, as far as both give them a like share of their
works (so that a record with works on everything is like nobody) and weighed so that rare topics say more; and
collaborators in common, weighed so that one with few co-authors says more (Adamic and Adar, *Friends and Neighbors on
the Web*, 2003). Every suggestion names the most telling of what it shares.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log

SHOWN = 6
NAMED = 2
"""How many topics and how many collaborators a suggestion names."""
TOPIC_WEIGHT = 5.0
"""What a shared focus on one topic is worth against shared collaborators."""


@dataclass(frozen=True, slots=True)
class SharedTopic:
    """A topic that both publish on: all works on it, and the smaller of its shares (0 to 1) of the works of each."""

    code: str
    name: str
    works: int
    overlap: float

    @property
    def weight(self) -> float:
        """Higher says more."""
        return self.overlap / log(2 + self.works)


@dataclass(frozen=True, slots=True)
class Likeness:
    """What a candidate shares; collaborators are (name, number of co-authors)."""

    author: int
    name: str
    topics: Sequence[SharedTopic]
    collaborators: Sequence[tuple[str, int]]

    @property
    def score(self) -> float:
        """Higher is more alike."""
        rare = sum(topic.weight for topic in self.topics)
        close = sum(1 / log(2 + degree) for _, degree in self.collaborators)
        return TOPIC_WEIGHT * rare + close

    @property
    def telling_topics(self) -> list[SharedTopic]:
        """The few topics that say most, the first most."""
        return sorted(self.topics, key=lambda topic: (-topic.weight, topic.code))[:NAMED]

    @property
    def telling_collaborators(self) -> list[str]:
        """The names of the few collaborators that say most, the first most."""
        return [name for name, _ in sorted(self.collaborators, key=lambda person: person[1])[:NAMED]]


def rank(candidates: Sequence[Likeness], shown: int = SHOWN) -> list[Likeness]:
    """The most alike first."""
    return sorted(candidates, key=lambda one: (-one.score, one.author))[:shown]
