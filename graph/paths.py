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
"""Paths of one length compared to find the strongest."""
DETOUR_FRONTIER = 600
"""Paths one step longer are looked for only when at most so many authors must be asked."""

Neighbours = Callable[[Iterable[int]], Mapping[int, Mapping[int, float]]]
"""Gives the co-authors of each of some authors, with the strength of the tie."""


@dataclass(frozen=True, slots=True)
class Connection:
    """The answer. ``paths`` are author ids from one end to the other, shortest first, among equals strongest first.

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
        self.ties: dict[int, Mapping[int, float]] = {}
        self.frontier = [start]

    def expand(self, neighbours: Neighbours) -> int:
        """Go one step further; the number of ties looked at."""
        self.depth += 1
        following: list[int] = []
        seen = 0
        for author, ties in neighbours(self.frontier).items():
            seen += len(ties)
            self.ties[author] = ties
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

    def layers(self, start: int) -> list[set[int]]:
        """The authors at the end of any walk of 0, 1, ... ``depth`` steps from the start, detours included."""
        found = [{start}]
        for _ in range(self.depth):
            found.append({other for author in found[-1] for other in self.ties.get(author, ())})
        return found


def connect(
    start: int, end: int, neighbours: Neighbours, *, paths: int = PATHS, tie_budget: int = TIE_BUDGET
) -> Connection:
    """The shortest collaboration paths from ``start`` to ``end``, at most ``paths`` of them.

    Among paths of the same length the one with the least resistance comes first, a tie's resistance being one over its
    strength. When there are fewer than ``paths`` of the shortest length, those one step longer follow, as far as they
    are found by asking few more authors.
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
            smaller = min(forward, backward, key=lambda side: len(side.frontier))
            if len(found) < paths and len(smaller.frontier) <= DETOUR_FRONTIER and seen <= tie_budget:
                seen += smaller.expand(neighbours)
                found += tuple(_detours(start, end, forward, backward, paths - len(found)))
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


def _detours(start: int, end: int, forward: _Side, backward: _Side, most: int) -> list[tuple[int, ...]]:
    """The strongest paths whose length is the sum of both depths, without meeting an author twice."""
    there, back = forward.layers(start), backward.layers(end)
    meeting = there[-1] & back[-1]
    ahead = _ways(meeting, there, forward.ties)
    behind = _ways(meeting, back, backward.ties)

    def walks() -> Iterator[tuple[float, tuple[int, ...]]]:
        for author in sorted(meeting):
            for cost_there, first in ahead(author, len(there) - 1):
                for cost_on, last in behind(author, len(back) - 1):
                    if set(first).isdisjoint(last[1:]):
                        yield cost_there + cost_on, (*reversed(first), *last[1:])

    compared = (walk for walk, _ in zip(walks(), range(CANDIDATES), strict=False))
    return [path for _, path in nsmallest(most, compared)]


def _ways(
    meeting: set[int], layers: list[set[int]], ties: Mapping[int, Mapping[int, float]]
) -> Callable[[int, int], Iterator[tuple[float, tuple[int, ...]]]]:
    """Walks back from a meeting author through the layers to the start, each author at most once."""
    inward: list[dict[int, list[tuple[float, int]]]] = [{} for _ in layers]
    wanted = meeting
    for step in range(len(layers) - 1, 0, -1):
        for author in layers[step - 1]:
            for other in wanted.intersection(ties.get(author, ())):
                inward[step].setdefault(other, []).append((1.0 / ties[author][other], author))
        wanted = {author for sources in inward[step].values() for _, author in sources}

    def walk(author: int, step: int) -> Iterator[tuple[float, tuple[int, ...]]]:
        if step == 0:
            yield 0.0, (author,)
            return
        for cost, previous in sorted(inward[step].get(author, ())):
            for rest, way in walk(previous, step - 1):
                if author not in way:
                    yield rest + cost, (author, *way)

    return walk
