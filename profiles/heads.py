"""The head of a researcher page: the record with its trust, followers and owner, from one query.

Every address of a researcher starts here, so that who is meant and what state the record is in is decided once.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Exists, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from graph import trust
from graph.models import TrustSnapshot
from profiles.models import Claim, Follow
from works.models import Author

MOST_MERGES = 20
"""Longest chain of merges followed; the database forbids self-merges, this bound makes any other loop harmless."""


@dataclass(frozen=True, slots=True)
class ResearcherHead:
    """The record and what stands in the head of each of its pages. ``trust`` is None until it was computed once."""

    author: Author
    trust: trust.Trust | None
    followers: int
    is_owned: bool

    @property
    def cache_key(self) -> str:
        """Changes whenever anything that a signed-out reader sees of the researcher changes."""
        computed = self.author.trust.computed_at.timestamp() if self.trust else 0
        return f"{self.author.pk}.{self.author.revision}.{self.followers}.{self.is_owned:d}.{computed}"


def find_head(author_id: int) -> ResearcherHead | None:
    """The record with this id, or the one that it was merged into; None when there is none."""
    head = _load(author_id)
    for _ in range(MOST_MERGES):
        if head is None or head.author.merged_into_id is None:
            return head
        head = _load(head.author.merged_into_id)
    return None


def _load(author_id: int) -> ResearcherHead | None:
    follows = (
        Follow.objects.filter(author=OuterRef("pk")).order_by().values("author").annotate(n=Count("pk")).values("n")
    )
    owners = Claim.objects.accepted().filter(author=OuterRef("pk"))
    found: QuerySet[Author] = QuerySet(Author).select_related("trust").filter(pk=author_id)
    author = found.annotate(
        follower_count=Coalesce(Subquery(follows, output_field=IntegerField()), 0), has_owner=Exists(owners)
    ).first()
    if author is None:
        return None
    return ResearcherHead(author, _trust_of(author), author.follower_count, author.has_owner)


def _trust_of(author: Author) -> trust.Trust | None:
    snapshot: TrustSnapshot | None = getattr(author, "trust", None)
    if snapshot is None:
        return None
    facts = trust.Facts(
        works=snapshot.works,
        topics=snapshot.topics,
        close_collaborators=snapshot.close_collaborators,
        level=snapshot.level,
        standing=snapshot.standing,
    )
    return trust.compute(facts)
