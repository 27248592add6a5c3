"""What every step of a claim is made of: the locks it takes, the level it writes, the event it leaves."""

from __future__ import annotations

from django.db.models import F

from profiles.models import Claim, ClaimEvent, User
from works.models import Author

LEVEL_UNCLAIMED = 1
LEVEL_CLAIMED = 2


class ClaimError(Exception):
    """A step that cannot be taken; the text says why and what can be done, for the person who asked."""


def locked(claim: Claim) -> Claim:
    """The claim as it stands now, with its record and its user; record and claim are locked until the transaction ends.

    Always the record first, so that two steps about one record come one after the other and never wait for each other.
    Raises ClaimError when the claim went away with its account.
    """
    place = Claim.objects.filter(pk=claim.pk).values_list("author", flat=True).first()
    if place is None:
        raise ClaimError("This claim is gone: its account was deleted.")
    author = locked_record(place)
    found = Claim.objects.select_related("user").select_for_update(of=("self",)).filter(pk=claim.pk).first()
    if found is None or found.author_id != author.pk:  # deleted, or gone along with a merge, while we waited
        return locked(claim)
    found.author = author
    return found


def locked_record(author_id: int) -> Author:
    """The record, locked against other steps; what only refers to it (follows, works) does not wait."""
    return Author.objects.select_for_update(no_key=True).get(pk=author_id)


def set_level(author: Author, level: int) -> None:
    """Write the level and move the revision, so that no kept page shows the old one."""
    author.level = level
    Author.objects.filter(pk=author.pk).update(level=level, revision=F("revision") + 1)


def record(
    claim: Claim,
    kind: ClaimEvent.Kind,
    *,
    actor: User | None,
    level: int,
    note: str = "",
    level_reason: str = "",
) -> ClaimEvent:
    """Leave the event of a step; ``level`` is that of the record afterwards, an ``actor`` of None the machine."""
    return ClaimEvent.objects.create(
        claim=claim, kind=kind, actor=actor, level=level, note=note, level_reason=level_reason
    )
