"""Claiming an author record: asking, deciding, giving up. Each step is one transaction and leaves a ``ClaimEvent``.

Nothing here sends mail or enqueues: views and admin actions do so after commit, with the event that they get back.
"""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils import timezone

from profiles.claim_steps import LEVEL_UNCLAIMED, locked, record, set_level
from profiles.claim_steps import ClaimError as ClaimError
from profiles.models import DISPUTE_HOLD, Claim, ClaimEvent, User
from profiles.throttle import admit_claim
from profiles.verification import verdict
from works.models import Author


def owner_claim(author: Author) -> Claim | None:
    """The accepted claim on the record, with its user."""
    return Claim.objects.accepted().select_related("user").filter(author=author).first()


def current_claim(user: User) -> Claim | None:
    """The user's claim that waits or was accepted, with its author."""
    return Claim.objects.current().select_related("author").filter(user=user).first()


def oldest_rival(claim: Claim) -> Claim | None:
    """Of the claims that wait for the record of an accepted one, the first."""
    return Claim.objects.open().filter(author=claim.author_id).order_by("waiting_since", "pk").first()


def request_claim(user: User, author: Author, statement: str) -> ClaimEvent:
    """Ask for the record; asking for one that has an owner opens a dispute, which needs a statement.

    Raises ClaimError when the user has a claim already, the record cannot be claimed, or a dispute says nothing, and
    ThrottledError when the user asked for too many lately.
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
            admit_claim(user)
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

    Returns the approval, and before it the end of the former owner's claim if there was one, and the disputes that
    others' waiting claims become. Raises ClaimError when the claim is decided already, the record went away, or the
    hold of a dispute is not over.
    """
    with transaction.atomic():
        claim = locked(claim)
        author = claim.author
        _refuse_step(why_not_approve(claim))
        events = _end_former_claim(author, actor)
        _decide(claim, Claim.State.ACCEPTED, actor, note)
        found = verdict(claim.user, author)
        set_level(author, found.level)
        for rival in Claim.objects.open().filter(author=author).order_by("pk"):
            events.append(record(rival, ClaimEvent.Kind.DISPUTED, actor=actor, level=found.level))
        kind = ClaimEvent.Kind.APPROVED
        events.append(record(claim, kind, actor=actor, level=found.level, note=note, level_reason=found.reason))
        return events


def refuse(claim: Claim, actor: User, note: str = "") -> list[ClaimEvent]:
    """Turn the claim down; the person may ask again, and staff may reopen it."""
    with transaction.atomic():
        claim = locked(claim)
        _close(claim, Claim.State.REFUSED, actor, note)
        return [record(claim, ClaimEvent.Kind.REFUSED, actor=actor, level=claim.author.level, note=note)]


def end(claim: Claim, actor: User, note: str) -> list[ClaimEvent]:
    """Take an approval back, with a reason that the owner reads: the record is unclaimed again and falls back to L1."""
    if not note.strip():
        raise ClaimError("Say why in the note: the owner reads it.")
    with transaction.atomic():
        claim = locked(claim)
        _refuse_step(why_not_end(claim))
        _decide(claim, Claim.State.ENDED, actor, note)
        set_level(claim.author, LEVEL_UNCLAIMED)
        return [record(claim, ClaimEvent.Kind.ENDED, actor=actor, level=LEVEL_UNCLAIMED, note=note)]


def reopen(claim: Claim, actor: User, note: str = "") -> list[ClaimEvent]:
    """Take a refusal, or the end of a claim by staff, back: the claim waits again, as if it were asked for now.

    Returns the reopening, and after it the dispute when somebody else owns the record by now. Raises ClaimError when no
    decision of staff is there to be taken back, the record went away, or the person has another claim.
    """
    with transaction.atomic():
        claim = locked(claim)
        _refuse_step(why_not_reopen(claim))
        _decide(claim, Claim.State.PENDING, None, "")
        kinds = [ClaimEvent.Kind.REOPENED]
        if owner_claim(claim.author) is not None:
            kinds.append(ClaimEvent.Kind.DISPUTED)
        return [record(claim, kind, actor=actor, level=claim.author.level, note=note) for kind in kinds]


def why_not_approve(claim: Claim) -> str:
    """What hinders the approval of the claim as it stands, in words for staff; empty when nothing does."""
    if not claim.is_pending:
        return _not_waiting(claim)
    if claim.author.status != Author.Status.ACTIVE:
        return "The author record is no longer in use; refuse the claim and say what replaced it."
    former = owner_claim(claim.author)
    if former is None:
        return ""
    # The owner had the chance to answer only while both were true: the claim waited, and they owned the record.
    hold_ends = max(claim.waiting_since, former.decided_at or claim.waiting_since) + DISPUTE_HOLD
    if timezone.now() >= hold_ends:
        return ""
    return (
        f"{claim.author.display_name} has an owner. A dispute can be approved from {hold_ends:%-d %B %Y, %H:%M} UTC on."
    )


def why_not_refuse(claim: Claim) -> str:
    """What hinders the refusal, as ``why_not_approve``."""
    return "" if claim.is_pending else _not_waiting(claim)


def why_not_end(claim: Claim) -> str:
    """What hinders taking the approval back, as ``why_not_approve``; that this takes a note is left aside."""
    if claim.is_accepted:
        return ""
    return f"Only an approved claim can be ended, and this one is: {_state_of(claim)}."


def why_not_reopen(claim: Claim) -> str:
    """What hinders taking a decision against the person back, as ``why_not_approve``."""
    last = claim.events.exclude(kind=ClaimEvent.Kind.REVIEWED).order_by("-at", "-id").first()
    if last is None or last.kind not in ClaimEvent.AGAINST_THE_PERSON:
        return (
            f"Only a decision of staff can be taken back, and this claim is: {_state_of(claim)}. "
            "The person may ask again."
        )
    if claim.author.status != Author.Status.ACTIVE:
        return "The author record is no longer in use. The person may claim what replaced it."
    standing = current_claim(claim.user)
    return "" if standing is None else f"The person has another claim by now, on {standing.author.display_name}."


def _refuse_step(hindrance: str) -> None:
    if hindrance:
        raise ClaimError(hindrance)


def _not_waiting(claim: Claim) -> str:
    return f"This claim is not waiting any more: {_state_of(claim)}."


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
    _refuse_step(why_not_refuse(claim))
    _decide(claim, state, decided_by, note)


def _decide(claim: Claim, state: Claim.State, decided_by: User | None, note: str) -> None:
    """Write the decision; a claim that waits again has none, and its events tell of the earlier ones."""
    now = timezone.now()
    claim.state = state
    claim.decided_by = decided_by
    claim.decision_note = note
    claim.decided_at = None if claim.is_pending else now
    claim.waiting_since = now if claim.is_pending else claim.waiting_since
    claim.save(update_fields=["state", "decided_at", "decided_by", "decision_note", "waiting_since"])


def _state_of(claim: Claim) -> str:
    return claim.get_state_display().lower()


def _end_former_claim(author: Author, actor: User) -> list[ClaimEvent]:
    former = owner_claim(author)
    if former is None:
        return []
    former.state = Claim.State.ENDED
    former.save(update_fields=["state"])
    set_level(author, LEVEL_UNCLAIMED)
    return [record(former, ClaimEvent.Kind.REPLACED, actor=actor, level=LEVEL_UNCLAIMED)]
