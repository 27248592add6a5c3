"""How two authors are connected: the k shortest collaboration paths, found from both ends.

The search never holds the whole network: it asks for the neighbours of a frontier at a time and expands the smaller
frontier, so that both sides together see about the square root of the network (bidirectional search: Pohl,
*Bi-directional Search*, Machine Intelligence 6, 1971). Once the sides meet, one more expansion opens the paths that are
one step longer, until there are enough; the paths of one length come out in order of their resistance by a best-first
search that knows the cost of every way to finish (Hart, Nilsson, Raphael, *A Formal Basis for the Heuristic
Determination of Minimum Cost Paths*, 1968). It gives up after a stated number of ties, so that strangers are answered
in bounded time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import islice

TIE_BUDGET = 60_000
"""Ties looked at before the search gives up."""
PATHS = 3
DETOUR_FRONTIER = 2_000
"""Paths one step longer are looked for only when at most so many authors must be asked."""
LONGEST_DETOUR = 8
"""How many steps a path may be longer than the shortest."""
BEGINNINGS = 20_000
"""Beginnings of paths of one length that are followed before the search for more of that length ends."""

Path = tuple[int, ...]
Ties = Mapping[int, Mapping[int, float]]
Neighbours = Callable[[Iterable[int]], Ties]
"""Gives the co-authors of each of some authors, with the strength of the tie."""


@dataclass(frozen=True, slots=True)
class Connection:
    """The answer. ``paths`` are author ids from one end to the other, shortest first, among equals strongest first.

    ``distance`` is the number of collaborations to cross, None when none was found. ``is_exhaustive`` is false when the
    search stopped at its budget: then a longer connection, or among fewer paths than asked another one, may exist.
    """

    paths: tuple[Path, ...]
    distance: int | None
    is_exhaustive: bool
    ties_seen: int


class _Side:
    """One of the two searches: how far each seen author is from its start, and the ties of those it has asked about."""

    def __init__(self, start: int) -> None:
        self.start = start
        self.distance = {start: 0}
        self.levels = [[start]]
        self.ties: dict[int, Mapping[int, float]] = {}

    @property
    def depth(self) -> int:
        """How many steps were taken."""
        return len(self.levels) - 1

    @property
    def frontier(self) -> list[int]:
        """The authors seen last, whose ties are not known yet."""
        return self.levels[-1]

    def expand(self, neighbours: Neighbours) -> int:
        """Go one step further; the number of ties looked at."""
        found = neighbours(self.frontier) if self.frontier else {}
        self.ties.update(found)
        reached = {other for ties in found.values() for other in ties} - self.distance.keys()
        self.levels.append(list(reached))
        self.distance.update(dict.fromkeys(reached, self.depth))
        return sum(map(len, found.values()))

    def may_stand_at(self, position: int, slack: int) -> set[int]:
        """The authors a path can meet after ``position`` steps when it is ``slack`` steps longer than the shortest."""
        return {author for level in self.levels[max(position - slack, 0) : position + 1] for author in level}


def connect(
    start: int, end: int, neighbours: Neighbours, *, paths: int = PATHS, tie_budget: int = TIE_BUDGET
) -> Connection:
    """The ``paths`` shortest collaboration paths from ``start`` to ``end``, none of which meets an author twice.

    Among paths of the same length the one with the least resistance comes first, a tie's resistance being one over its
    strength. There are fewer when no more exist, or when more would ask too many authors (see the limits above).
    """
    if start == end:
        return Connection(((start,),), 0, True, 0)
    forward, backward = _Side(start), _Side(end)
    seen = 0
    while forward.distance.keys().isdisjoint(backward.distance):
        if not forward.frontier or not backward.frontier:
            return Connection((), None, True, seen)
        if seen > tie_budget:
            return Connection((), None, False, seen)
        seen += _smaller(forward, backward).expand(neighbours)
    distance = forward.depth + backward.depth
    found = list(islice(_of_length(forward, backward, slack=0), paths))
    for slack in range(1, LONGEST_DETOUR + 1):
        side = _smaller(forward, backward)
        if len(found) == paths or len(side.frontier) > DETOUR_FRONTIER or seen > tie_budget:
            break
        seen += side.expand(neighbours)
        found += islice(_of_length(forward, backward, slack), paths - len(found))
    return Connection(tuple(found), distance, len(found) == paths, seen)


def _smaller(forward: _Side, backward: _Side) -> _Side:
    return forward if len(forward.frontier) <= len(backward.frontier) else backward


def _of_length(forward: _Side, backward: _Side, slack: int) -> Iterator[Path]:
    """The paths whose length is the sum of both depths, the least resistance first.

    ``slack`` is how much longer they are than the shortest: it bounds how far from either end an author can stand.
    """
    ways = _ways_on(forward, backward, slack)
    ends = {(len(ways), backward.start): 0.0}
    for position in reversed(range(len(ways))):
        for author, onward in ways[position].items():
            ends[position, author] = min(cost + ends[position + 1, other] for cost, other in onward)
    if (0, forward.start) not in ends:
        return
    waiting: list[tuple[float, float, Path]] = [(ends[0, forward.start], 0.0, (forward.start,))]
    for _ in range(BEGINNINGS):
        if not waiting:
            return
        _, spent, path = heappop(waiting)
        position = len(path) - 1
        if position == len(ways):
            yield path
            continue
        for cost, other in ways[position][path[-1]]:
            if other not in path and (other != backward.start or position + 1 == len(ways)):
                heappush(waiting, (spent + cost + ends[position + 1, other], spent + cost, (*path, other)))


def _ways_on(forward: _Side, backward: _Side, slack: int) -> list[dict[int, list[tuple[float, int]]]]:
    """For each position of a path, each author who can stand there, with the ties (resistance, author) that lead on.

    Ties of the first half are known from the start, those of the second from the end.
    """
    length = forward.depth + backward.depth
    ways: list[dict[int, list[tuple[float, int]]]] = [{} for _ in range(length)]
    wanted: set[int] = {backward.start}
    for position in reversed(range(length)):
        here = ways[position]
        if position < forward.depth:
            for author in forward.may_stand_at(position, slack):
                ties = forward.ties[author]
                onward = [(1.0 / ties[other], other) for other in wanted.intersection(ties)]
                if onward:
                    here[author] = onward
        else:
            allowed = backward.may_stand_at(length - position, slack)
            if position == forward.depth:
                allowed &= forward.may_stand_at(position, slack)
            for other in wanted:
                for author, strength in backward.ties[other].items():
                    if author in allowed:
                        here.setdefault(author, []).append((1.0 / strength, other))
        wanted = set(here)
    return ways
