"""Researchers like a given one who have never written with it, and why they are alike.

Two measures from counts that are already derived: topics in common, as far as both give them a like share of their
works (so that a record with works on everything is like nobody) and weighed so that rare topics say more; and
collaborators in common, weighed so that one with few co-authors says more (Adamic and Adar, *Friends and Neighbors on
the Web*, 2003). Every suggestion carries what it shares in words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log

from graph.elements import counted

SHOWN = 6
TOPIC_WEIGHT = 5.0
"""What a shared focus on one topic is worth against shared collaborators."""


@dataclass(frozen=True, slots=True)
class SharedTopic:
    """A topic that both publish on: all works on it, and the smaller of its shares (0 to 1) of the works of each."""

    name: str
    works: int
    overlap: float


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
        rare = sum(topic.overlap / log(2 + topic.works) for topic in self.topics)
        close = sum(1 / log(2 + degree) for _, degree in self.collaborators)
        return TOPIC_WEIGHT * rare + close

    @property
    def reason(self) -> str:
        """``shares 3 topics and 2 collaborators``, with the telling ones named."""
        parts = []
        if self.topics:
            telling = sorted(self.topics, key=lambda topic: (-topic.overlap / log(2 + topic.works), topic.name))
            names = list(dict.fromkeys(topic.name for topic in telling))[:2]
            parts.append(f"{counted(len(self.topics), 'topic')} ({', '.join(names)})")
        if self.collaborators:
            names = [name for name, _ in sorted(self.collaborators, key=lambda person: person[1])[:2]]
            parts.append(f"{counted(len(self.collaborators), 'collaborator')} ({', '.join(names)})")
        return f"Shares {' and '.join(parts)}" if parts else ""


def rank(candidates: Sequence[Likeness], shown: int = SHOWN) -> list[Likeness]:
    """The most alike first."""
    return sorted(candidates, key=lambda one: (-one.score, one.author))[:shown]
