"""Rendered slices in the cache, forgotten when the graph round their focus changes.

An entry carries the generation it belongs to and the focus' own revision; it is used only while both still hold.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from django.core.cache import cache

GENERATION = "graph:generation"
LIFETIME = 15 * 60
"""Seconds an entry lives at most: two steps from the focus a change is seen after this time only."""


def _entry(focus: str) -> str:
    return f"graph:slice:{focus}"


def recall(focus: str, revision: int) -> Any | None:
    """What was remembered for the focus (a node key), if it is still good."""
    found = cache.get_many([GENERATION, _entry(focus)])
    remembered = found.get(_entry(focus))
    if remembered is None or remembered[:2] != (found.get(GENERATION), revision):
        return None
    return remembered[2]


def remember(focus: str, revision: int, value: Any) -> None:
    """Keep a value for the focus at its present revision."""
    cache.set(_entry(focus), (cache.get(GENERATION), revision, value), LIFETIME)


def forget(author_ids: Iterable[int]) -> None:
    """Drop what was remembered for these authors."""
    cache.delete_many([_entry(f"researcher:{pk}") for pk in author_ids])


def forget_all() -> None:
    """Drop everything, by starting a new generation."""
    cache.set(GENERATION, uuid4().hex, None)
