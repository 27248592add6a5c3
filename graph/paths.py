"""How two authors are connected: the shortest collaboration paths, found from both ends.

The search never holds the whole network: it asks for the neighbours of a frontier at a time and expands the smaller
frontier, so that both sides together see about the square root of the network (bidirectional search: Pohl,
*Bi-directional Search*, Machine Intelligence 6, 1971). It gives up after a stated number of ties, so that strangers
are answered in bounded time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from heapq import nsmallest

TIE_BUDGET = 60_000
"""Ties looked at before the search gives up."""
PATHS = 3
CANDIDATES = 400
"""Shortest paths compared to find the strongest."""

Neighbours = Callable[[Iterable[int]], Mapping[int, Mapping[int, float]]]
"""Gives the co-authors of each of some authors, with the strength of the tie."""


@dataclass(frozen=True, slots=True)
class Connection:
    """The answer. ``paths`` are author ids from one end to the other, strongest first, all of the shortest length.

    ``distance`` is the number of collaborations to cross, None when none was found. ``is_exhaustive`` is false when the
    search stopped at its budget: then a longer connection may exist.
    """

    paths: tuple[tuple[int, ...], ...]
    distance: int | None
    is_exhaustive: bool
    ties_seen: int


class _Side:
    """One of the two searches: how far each seen author is, and over whom it was reached."""

    def __init__(self, start: int) -> None:
        self.depth = 0
        self.distance = {start: 0}
        self.before: dict[int, dict[int, float]] = {start: {}}
        self.frontier = [start]

    def expand(self, neighbours: Neighbours) -> int:
        """Go one step further; the number of ties looked at."""
        self.depth += 1
        following: list[int] = []
        seen = 0
        for author, ties in neighbours(self.frontier).items():
            seen += len(ties)
            for other, strength in ties.items():
                known = self.distance.get(other)
                if known is None:
                    self.distance[other] = self.depth
                    self.before[other] = {author: strength}
                    following.append(other)
                elif known == self.depth:
                    self.before[other][author] = strength
        self.frontier = following
        return seen

    def ways_back(self, author: int) -> Iterator[tuple[float, tuple[int, ...]]]:
        """Every shortest way from the author to the start, with its cost; strong ties first."""
        if not self.before[author]:
            yield 0.0, (author,)
            return
        for previous, strength in sorted(self.before[author].items(), key=lambda tie: (-tie[1], tie[0])):
            for cost, way in self.ways_back(previous):
                yield cost + 1.0 / strength, (author, *way)


def connect(
    start: int, end: int, neighbours: Neighbours, *, paths: int = PATHS, tie_budget: int = TIE_BUDGET
) -> Connection:
    """The shortest collaboration paths from ``start`` to ``end``, at most ``paths`` of them.

    Among paths of the same length the one with the least resistance comes first, a tie's resistance being one over its
    strength.
    """
    if start == end:
        return Connection(((start,),), 0, True, 0)
    forward, backward = _Side(start), _Side(end)
    seen = 0
    while forward.frontier and backward.frontier:
        if seen > tie_budget:
            return Connection((), None, False, seen)
        side = forward if len(forward.frontier) <= len(backward.frontier) else backward
        seen += side.expand(neighbours)
        meeting = [author for author in side.frontier if author in forward.distance and author in backward.distance]
        if meeting:
            found = _strongest(meeting, forward, backward, paths)
            return Connection(found, len(found[0]) - 1, True, seen)
    return Connection((), None, True, seen)


def _strongest(meeting: Iterable[int], forward: _Side, backward: _Side, paths: int) -> tuple[tuple[int, ...], ...]:
    """The strongest paths over the meeting authors; every one of them lies on a shortest path."""

    def all_paths() -> Iterator[tuple[float, tuple[int, ...]]]:
        for author in sorted(meeting):
            for cost_there, there in forward.ways_back(author):
                for cost_on, on in backward.ways_back(author):
                    yield cost_there + cost_on, (*reversed(there), *on[1:])

    compared = (path for path, _ in zip(all_paths(), range(CANDIDATES), strict=False))
    return tuple(path for _, path in nsmallest(paths, compared))
