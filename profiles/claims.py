"""Claiming an author record: asking, deciding, giving up. Each step is one transaction and leaves a ``ClaimEvent``.

Nothing here sends mail or enqueues: views and admin actions do so after commit, with the event that they get back.
"""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils import timezone

from profiles.claim_steps import LEVEL_UNCLAIMED, locked, record, set_level
from profiles.claim_steps import ClaimError as ClaimError
from profiles.models import DISPUTE_HOLD, Claim, ClaimEvent, User
from profiles.verification import verdict
from works.models import Author


def owner_claim(author: Author) -> Claim | None:
    """The accepted claim on the record, with its user."""
    return Claim.objects.accepted().select_related("user").filter(author=author).first()


def current_claim(user: User) -> Claim | None:
    """The user's claim that waits or was accepted, with its author."""
    return Claim.objects.current().select_related("author").filter(user=user).first()


def request_claim(user: User, author: Author, statement: str) -> ClaimEvent:
    """Ask for the record; asking for one that has an owner opens a dispute, which needs a statement.

    Raises ClaimError when the user has a claim already, the record cannot be claimed, or a dispute says nothing.
    """
    if author.status != Author.Status.ACTIVE:
        raise ClaimError("This author record is no longer in use, so it cannot be claimed.")
    standing = current_claim(user)
    if standing is not None:
        raise ClaimError(_one_claim_only(standing, author))
    is_dispute = owner_claim(author) is not None
    if is_dispute and not statement.strip():
        raise ClaimError("This page has an owner. Say why it is yours, so that staff can decide.")
    try:
        with transaction.atomic():
            claim = Claim.objects.create(user=user, author=author, statement=statement.strip())
            kind = ClaimEvent.Kind.DISPUTED if is_dispute else ClaimEvent.Kind.REQUESTED
            return record(claim, kind, actor=user, level=author.level)
    except IntegrityError:  # the same user asked twice at the same moment: the database kept the first
        standing = current_claim(user)
        if standing is None:
            raise
        raise ClaimError(_one_claim_only(standing, author)) from None


def withdraw(claim: Claim, actor: User) -> ClaimEvent:
    """Take back a request that nobody has decided yet."""
    with transaction.atomic():
        claim = locked(claim)
        _close(claim, Claim.State.WITHDRAWN)
        return record(claim, ClaimEvent.Kind.WITHDRAWN, actor=actor, level=claim.author.level)


def release(claim: Claim, actor: User) -> ClaimEvent:
    """Give up an accepted claim: the record is unclaimed again and falls back to level L1."""
    with transaction.atomic():
        claim = locked(claim)
        if not claim.is_accepted:
            raise ClaimError("Only an approved claim can be given up.")
        claim.state = Claim.State.ENDED
        claim.save(update_fields=["state"])
        set_level(claim.author, LEVEL_UNCLAIMED)
        return record(claim, ClaimEvent.Kind.RELEASED, actor=actor, level=LEVEL_UNCLAIMED)


def approve(claim: Claim, actor: User, note: str = "") -> list[ClaimEvent]:
    """Make the claiming user the owner; level L2 follows if the e-mail is confirmed and the name fits.

    Returns the approval, and before it the end of the former owner's claim if there was one. Raises ClaimError when
    the claim is decided already, the record went away, or the hold of a dispute is not over.
    """
    with transaction.atomic():
        claim = locked(claim)
        author = claim.author
        if author.status != Author.Status.ACTIVE:
            raise ClaimError("The author record is no longer in use; refuse the claim and say what replaced it.")
        events = _end_former_claim(claim, author, actor)
        _close(claim, Claim.State.ACCEPTED, actor, note)
        found = verdict(claim.user, author)
        set_level(author, found.level)
        kind = ClaimEvent.Kind.APPROVED
        events.append(record(claim, kind, actor=actor, level=found.level, note=note, level_reason=found.reason))
        return events


def refuse(claim: Claim, actor: User, note: str = "") -> ClaimEvent:
    """Turn the claim down; the person may ask again."""
    with transaction.atomic():
        claim = locked(claim)
        _close(claim, Claim.State.REFUSED, actor, note)
        return record(claim, ClaimEvent.Kind.REFUSED, actor=actor, level=claim.author.level, note=note)


def _one_claim_only(standing: Claim, wanted: Author) -> str:
    if standing.author_id == wanted.pk:
        if standing.is_accepted:
            return "This page is yours already."
        return "You have asked for this page already. Staff will decide; you will get an e-mail."
    if standing.is_accepted:
        return (
            f"You own the page of {standing.author.display_name}, and one account stands for one person. If both pages "
            "are yours, ask for them to be merged; if the other one is wrong, give it up first."
        )
    return (
        f"You have asked for the page of {standing.author.display_name}, and one account stands for one person. "
        "Withdraw that claim first if it was a mistake."
    )


def _close(claim: Claim, state: Claim.State, decided_by: User | None = None, note: str = "") -> None:
    if not claim.is_pending:
        raise ClaimError(f"This claim is not waiting any more: {claim.get_state_display().lower()}.")
    claim.state = state
    claim.decided_at = timezone.now()
    claim.decided_by = decided_by
    claim.decision_note = note
    claim.save(update_fields=["state", "decided_at", "decided_by", "decision_note"])


def _end_former_claim(claim: Claim, author: Author, actor: User) -> list[ClaimEvent]:
    former = owner_claim(author)
    if former is None or former.pk == claim.pk:
        return []
    hold_ends = claim.created_at + DISPUTE_HOLD
    if timezone.now() < hold_ends:
        raise ClaimError(
            f"{author.display_name} has an owner. A dispute can be approved from {hold_ends:%-d %B %Y, %H:%M} UTC on."
        )
    former.state = Claim.State.ENDED
    former.save(update_fields=["state"])
    set_level(author, LEVEL_UNCLAIMED)
    return [record(former, ClaimEvent.Kind.REPLACED, actor=actor, level=LEVEL_UNCLAIMED)]
