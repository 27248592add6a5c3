"""What speaks against a decision: the standing decisions it would contradict, named."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Sequence

from django.db.models import Q

from works.attribution.records import absorbed_records, present_records
from works.models import Attribution, Decision, Work

SHOWN = 3
"""Works or decisions named in a refusal; of more, the first ones and their number."""


class DecisionError(Exception):
    """A decision that cannot be made; the text says why. ``conflicts`` are the decisions it would contradict."""

    def __init__(self, message: str, conflicts: Sequence[Decision] = ()) -> None:
        super().__init__(message)
        self.conflicts = list(conflicts)

    @property
    def named(self) -> list[Decision]:
        """The first of the conflicts, as many as a message names."""
        return self.conflicts[:SHOWN]


def refuse_contradiction(what: str, conflicts: Sequence[Decision]) -> None:
    """Raise ``DecisionError`` with the conflicting decisions named, if there are any."""
    if conflicts:
        named = "; ".join(describe(decision) for decision in conflicts[:SHOWN])
        more = f"; and {len(conflicts) - SHOWN} more" if len(conflicts) > SHOWN else ""
        raise DecisionError(
            f"{what} would contradict what was decided before: {named}{more}. Undo that first.", conflicts
        )


def describe(decision: Decision) -> str:
    """The decision in words, with who made it and when."""
    return f"{decision}, decided by {who(decision.role)} on {decision.made_at:%-d %B %Y}"


def who(role: str) -> str:
    """Who stands behind a role, as sentences name them."""
    return {
        Attribution.DecidedBy.OWNER: "the owner of the page",
        Attribution.DecidedBy.CURATOR: "a curator",
        Attribution.DecidedBy.ORCID: "ORCID",
        Attribution.DecidedBy.COAUTHORS: "two verified co-authors",
    }.get(Attribution.DecidedBy(role), "the machine")


def against_joining(author: int, other: int) -> list[Decision]:
    """Decisions that hold two people apart, each with the merges through which it applies to the two ids asked for."""
    now = present_records([author, other])
    sides = {author: absorbed_records(now[author]), other: absorbed_records(now[other])}
    ours, theirs = sides[author], sides[other]
    standing = Decision.objects.standing().select_related("author", "other", "work")
    apart = standing.filter(kind=Decision.Kind.DIFFERENT).filter(
        Q(author__in=ours, other__in=theirs) | Q(author__in=theirs, other__in=ours)
    )
    conflicts: dict[int, Decision] = {}
    for decision in apart.order_by("pk"):
        ends = {decision.author_id, decision.other_id or 0}
        for asked, records in sides.items():
            end = next(iter(ends & records))
            conflicts |= {link.pk: link for link in merges_between(asked, end, records)}
        conflicts[decision.pk] = decision
    not_theirs = standing.filter(kind=Decision.Kind.NOT_MINE).filter(
        Q(author__in=ours, authorship__attribution__author__in=theirs)
        | Q(author__in=theirs, authorship__attribution__author__in=ours)
    )
    return [*conflicts.values(), *not_theirs.order_by("pk")]


def merges_between(start: int, end: int, records: Collection[int]) -> list[Decision]:
    """The chain of *same person* decisions that made two ids one record, shortest first found."""
    links = Decision.objects.standing().filter(kind=Decision.Kind.SAME, author__in=records, other__in=records)
    neighbours: dict[int, list[tuple[int, Decision]]] = {}
    for link in links.select_related("author", "other", "work").order_by("pk"):
        if link.other_id is not None:
            neighbours.setdefault(link.author_id, []).append((link.other_id, link))
            neighbours.setdefault(link.other_id, []).append((link.author_id, link))
    queue: deque[tuple[int, list[Decision]]] = deque([(start, [])])
    seen = {start}
    while queue:
        at, path = queue.popleft()
        if at == end:
            return path
        for onward, link in neighbours.get(at, []):
            if onward not in seen:
                seen.add(onward)
                queue.append((onward, [*path, link]))
    return []


def refuse_shared_works(author: int, other: int) -> None:
    """Two positions of one work are two people: records that share a work cannot be one."""
    shared = Work.objects.filter(attributions__author=author).filter(
        pk__in=Attribution.objects.filter(author=other).values("work")
    )
    titles = list(shared.order_by("pk").values_list("title", flat=True)[: SHOWN + 1])
    if titles:
        raise DecisionError(
            f"Both records are authors of {titled(titles)}, and two authors of one work are two people. "
            "If one of them stands there wrongly, take that work off its record first."
        )


def titled(titles: Iterable[str]) -> str:
    """Titles in quotation marks, at most ``SHOWN``."""
    listed = [f"“{title}”" for title in titles]
    return ", ".join(listed[:SHOWN]) + (" and others" if len(listed) > SHOWN else "")
