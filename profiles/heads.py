"""The head of a researcher page: the record with its trust, followers and owner, from one query.

Every address of a researcher starts here, so that who is meant and what state the record is in is decided once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import connections, router
from django.db.models import Count, Exists, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from graph.models import TrustSnapshot
from graph.trust import LEVELS, Level, Trust
from profiles.models import Claim, Follow
from works.attribution.records import record_now
from works.models import Author
from works.paging import MAX_ID


@dataclass(frozen=True, slots=True)
class BarPart:
    """One coloured length of the trust bar, in points."""

    key: str
    start: int
    points: int


@dataclass(frozen=True, slots=True)
class ResearcherHead:
    """The record and what stands in the head of each of its pages. ``trust`` is None until it was computed once."""

    author: Author
    snapshot: TrustSnapshot | None
    trust: Trust | None
    followers: int
    is_owned: bool

    @property
    def levels(self) -> tuple[Level, ...]:
        """Every step of verification, for the explanation."""
        return LEVELS

    @property
    def trust_bar(self) -> list[BarPart]:
        """The parts of the score one after the other, as lengths on a bar from 0 to 100; the cap cuts the end off."""
        parts, start = [], 0
        for term in self.trust.terms if self.trust else ():
            length = min(term.points, self.trust.score - start) if self.trust else 0
            if length > 0:
                parts.append(BarPart(term.key, start, length))
                start += length
        return parts


@dataclass(frozen=True, slots=True)
class PageVersion:
    """Which state of a record a signed-out page shows: ``stamp`` changes whenever the head of the page does."""

    display_name: str
    stamp: str


_VERSION = """
SELECT a.display_name, a.revision, t.computed_at,
       (SELECT count(*) FROM profiles_follow f WHERE f.author_id = a.id),
       EXISTS (SELECT 1 FROM profiles_claim c WHERE c.author_id = a.id AND c.state = 'accepted')
FROM works_author a LEFT JOIN graph_trustsnapshot t ON t.author_id = a.id
WHERE a.id = %s AND a.status = 'active'
"""
"""Plain SQL: this statement is all that a kept page asks, and the ORM would take eight times as long to write it."""


def page_version(author_id: int) -> PageVersion | None:
    """The version of a page that is neither moved nor hidden; None for the others.

    It is read where the page would be: a replica behind the primary must not fill the new version with an old page.
    """
    if author_id > MAX_ID:
        return None
    with connections[router.db_for_read(Author)].cursor() as cursor:
        cursor.execute(_VERSION, [author_id])
        row = cursor.fetchone()
    return PageVersion(row[0], ".".join(map(str, row[1:]))) if row else None


def find_head(author_id: int) -> ResearcherHead | None:
    """The record with this id, or the one that it was merged into; None when there is none."""
    head = _load(author_id)
    if head is None or head.author.merged_into_id is None:
        return head
    present = record_now(head.author.merged_into_id)
    return _load(present.pk) if present else None


@cache
def _heads() -> QuerySet[Author]:
    """Every record with what its head shows; put together once, for it takes longer than the query that it becomes."""
    follows = (
        Follow.objects.filter(author=OuterRef("pk")).order_by().values("author").annotate(n=Count("pk")).values("n")
    )
    owners = Claim.objects.accepted().filter(author=OuterRef("pk"))
    found: QuerySet[Author] = QuerySet(Author).select_related("trust")
    return found.annotate(
        follower_count=Coalesce(Subquery(follows, output_field=IntegerField()), 0), has_owner=Exists(owners)
    )


def _load(author_id: int) -> ResearcherHead | None:
    author: Any = _heads().filter(pk=author_id).first()
    if author is None:
        return None
    snapshot: TrustSnapshot | None = getattr(author, "trust", None)
    trust = snapshot.computed if snapshot else None
    return ResearcherHead(author, snapshot, trust, author.follower_count, author.has_owner)
