"""What a merge of author records means for people: owners, waiting claims and followers go with the page."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from profiles.models import Claim, Follow
from works.attribution.contradictions import DecisionError
from works.attribution.decisions import same_person, split
from works.attribution.journal import By
from works.attribution.undoing import Undone, undo
from works.models import Author, EventBatch


def merge_records(kept: Author, other: Author, by: By) -> EventBatch:
    """Merge ``other`` into ``kept`` with its followers and waiting claims.

    Raises DecisionError when the record that would go has an owner: that page is the one to keep, and between two
    owners their claims have to be settled first.
    """
    with transaction.atomic():
        owners = dict(Claim.objects.accepted().filter(author__in=[kept, other]).values_list("author_id", "user_id"))
        if len(owners) == 2:
            raise DecisionError(
                f"Both {kept.display_name} ({kept.pk}) and {other.display_name} ({other.pk}) have an owner. One of the "
                "two claims has to end before the pages can be joined."
            )
        if other.pk in owners:
            raise DecisionError(
                f"The page of {other.display_name} ({other.pk}) has an owner, so it is the one to keep."
            )
        batch = same_person(kept.pk, other.pk, by)
        batch.details = _take_along(kept, other)
        batch.save(update_fields=["details"])
    return batch


def split_record(author: Author, parts: Sequence[Collection[int]], by: By, *, dissolve: bool = False) -> EventBatch:
    """Move each part to a record of its own, or with ``dissolve`` all of the record.

    Raises DecisionError when nothing would stay on a page that has an owner or waits for one.
    """
    with transaction.atomic():
        if dissolve and Claim.objects.current().filter(author=author).exists():
            raise DecisionError(
                "This page has an owner, or somebody asked to be. One part of the works has to stay here, or the claim "
                "has to end first."
            )
        return split(author.pk, [part for part in parts if part], by, dissolve=dissolve)


def which_stays(one: Author, other: Author) -> tuple[Author, Author]:
    """The record to keep, and the one to go: an owner's page stays, else the one with more works, else the older."""
    owned = set(Claim.objects.accepted().filter(author__in=[one, other]).values_list("author_id", flat=True))
    first, second = sorted([one, other], key=lambda author: (author.pk not in owned, -author.work_count, author.pk))
    return first, second


def undo_act(batch: EventBatch, by: By) -> Undone:
    """Take a whole act back, and after a merge the claims and followers that went along."""
    with transaction.atomic():
        undone = undo(batch, by)
        if batch.kind == EventBatch.Kind.MERGE and batch.details:
            _bring_back(batch)
    return undone


def _take_along(kept: Author, other: Author) -> dict[str, Any]:
    claims = Claim.objects.open().filter(author=other)
    moved_claims = list(claims.values_list("pk", flat=True))
    claims.update(author=kept)
    both = Follow.objects.filter(author=kept).values("user")
    doubled = Follow.objects.filter(author=other, user__in=both)
    dropped = [[user, since.isoformat()] for user, since in doubled.values_list("user_id", "since")]
    doubled.delete()
    follows = Follow.objects.filter(author=other)
    moved_follows = list(follows.values_list("pk", flat=True))
    follows.update(author=kept)
    return {"claims": moved_claims, "follows": moved_follows, "dropped_follows": dropped}


def _bring_back(batch: EventBatch) -> None:
    """Claims and follows that still stand as the merge left them return to the page that is back."""
    gone = batch.other_id or 0
    Claim.objects.open().filter(pk__in=batch.details["claims"], author=batch.author_id).update(author=gone)
    Follow.objects.filter(pk__in=batch.details["follows"], author=batch.author_id).update(author=gone)
    still = set(Follow.objects.filter(author=batch.author_id).values_list("user_id", flat=True))
    Follow.objects.bulk_create(
        [
            Follow(user_id=user, author_id=gone, since=timezone.now())
            for user, _since in batch.details["dropped_follows"]
            if user in still
        ],
        ignore_conflicts=True,
    )
