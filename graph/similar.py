"""Researchers like a given one who have never written with it, and why they are alike.

Two measures from counts that are already derived: topics in common, weighed so that rare topics say more, and
collaborators in common, weighed so that one with few co-authors says more (Adamic and Adar, *Friends and Neighbors on
the Web*, 2003). Every suggestion carries what it shares in words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log

from graph.elements import counted

SHOWN = 6
TOPIC_WEIGHT = 0.6
"""What a shared topic of middling rarity is worth against a shared collaborator of middling degree."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """What a candidate shares: topics as (name, works on it), collaborators as (name, number of co-authors)."""

    author: int
    name: str
    topics: Sequence[tuple[str, int]]
    collaborators: Sequence[tuple[str, int]]

    @property
    def score(self) -> float:
        """Higher is more alike."""
        rare = sum(1 / log(2 + works) for _, works in self.topics)
        close = sum(1 / log(2 + degree) for _, degree in self.collaborators)
        return TOPIC_WEIGHT * rare + close

    @property
    def reason(self) -> str:
        """``shares 3 topics and 2 collaborators``, with the telling ones named."""
        parts = []
        if self.topics:
            names = [name for name, _ in sorted(self.topics, key=lambda topic: topic[1])[:2]]
            parts.append(f"{counted(len(self.topics), 'topic')} ({', '.join(names)})")
        if self.collaborators:
            names = [name for name, _ in sorted(self.collaborators, key=lambda person: person[1])[:2]]
            parts.append(f"{counted(len(self.collaborators), 'collaborator')} ({', '.join(names)})")
        return f"Shares {' and '.join(parts)}" if parts else ""


def rank(candidates: Sequence[Likeness], shown: int = SHOWN) -> list[Likeness]:
    """The most alike first."""
    return sorted(candidates, key=lambda one: (-one.score, one.author))[:shown]
