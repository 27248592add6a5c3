"""Claiming an author record: asking, deciding, giving up. Each step is one transaction and leaves a ``ClaimEvent``.

Nothing here sends mail or enqueues: views and admin actions do so after commit, with the event that they get back.
"""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from profiles.models import DISPUTE_HOLD, Claim, ClaimEvent, User
from works.models import Author
from works.names import Agreement, compare_names, parse_name

LEVEL_UNCLAIMED = 1
LEVEL_CLAIMED = 2


class ClaimError(Exception):
    """A step that cannot be taken; the text says why and what can be done, for the person who asked."""


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
            return _record(claim, kind, actor=user, level=author.level)
    except IntegrityError:  # the same user asked twice at the same moment: the database kept the first
        standing = current_claim(user)
        if standing is None:
            raise
        raise ClaimError(_one_claim_only(standing, author)) from None


def withdraw(claim: Claim, actor: User) -> ClaimEvent:
    """Take back a request that nobody has decided yet."""
    with transaction.atomic():
        claim = _locked(claim)
        _close(claim, Claim.State.WITHDRAWN)
        return _record(claim, ClaimEvent.Kind.WITHDRAWN, actor=actor, level=claim.author.level)


def release(claim: Claim, actor: User) -> ClaimEvent:
    """Give up an accepted claim: the record is unclaimed again and falls back to level L1."""
    with transaction.atomic():
        claim = _locked(claim)
        if not claim.is_accepted:
            raise ClaimError("Only an approved claim can be given up.")
        claim.state = Claim.State.ENDED
        claim.save(update_fields=["state"])
        _set_level(claim.author, LEVEL_UNCLAIMED)
        return _record(claim, ClaimEvent.Kind.RELEASED, actor=actor, level=LEVEL_UNCLAIMED)


def approve(claim: Claim, actor: User, note: str = "") -> list[ClaimEvent]:
    """Make the claiming user the owner; level L2 follows if the e-mail is confirmed and the name fits.

    Returns the approval, and before it the end of the former owner's claim if there was one. Raises ClaimError when
    the claim is decided already, the record went away, or the hold of a dispute is not over.
    """
    with transaction.atomic():
        claim = _locked(claim)
        author = Author.objects.select_for_update().get(pk=claim.author_id)
        if author.status != Author.Status.ACTIVE:
            raise ClaimError("The author record is no longer in use; refuse the claim and say what replaced it.")
        events = _end_former_claim(claim, author, actor)
        _close(claim, Claim.State.ACCEPTED, actor, note)
        doubts = level_doubts(claim.user, author)
        level = LEVEL_UNCLAIMED if doubts else max(author.level, LEVEL_CLAIMED)
        _set_level(author, level)
        reason = " ".join(doubts) or "The e-mail address is confirmed and the name fits the record."
        events.append(
            _record(claim, ClaimEvent.Kind.APPROVED, actor=actor, level=level, note=note, level_reason=reason)
        )
        return events


def refuse(claim: Claim, actor: User, note: str = "") -> ClaimEvent:
    """Turn the claim down; the person may ask again."""
    with transaction.atomic():
        claim = _locked(claim)
        _close(claim, Claim.State.REFUSED, actor, note)
        return _record(claim, ClaimEvent.Kind.REFUSED, actor=actor, level=claim.author.level, note=note)


def level_doubts(user: User, author: Author) -> list[str]:
    """What keeps an accepted claim of this user below level L2, one sentence each; empty when nothing does."""
    doubts = []
    if not EmailAddress.objects.filter(user=user, email__iexact=user.email, verified=True).exists():
        doubts.append("The account's e-mail address is not confirmed.")
    printed = [author.display_name, *(name for name, _works in author.name_forms)]
    if not any(are_compatible(user.name, name) for name in printed):
        doubts.append(f"The account's name, {user.name or 'left empty'}, does not fit {author.display_name}.")
    return doubts


def are_compatible(account_name: str, printed_name: str) -> bool:
    """Whether one person could be called both ways. An empty account name fits nothing."""
    if not account_name.strip():
        return False
    return compare_names(parse_name(account_name), parse_name(printed_name)) > Agreement.CONFLICT


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


def _locked(claim: Claim) -> Claim:
    return Claim.objects.select_related("author", "user").select_for_update(of=("self",)).get(pk=claim.pk)


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
    _set_level(author, LEVEL_UNCLAIMED)
    return [_record(former, ClaimEvent.Kind.REPLACED, actor=actor, level=LEVEL_UNCLAIMED)]


def _set_level(author: Author, level: int) -> None:
    """Write the level and move the revision, so that no cached page shows the old one."""
    author.level = level
    Author.objects.filter(pk=author.pk).update(level=level, revision=F("revision") + 1)


def _record(
    claim: Claim, kind: ClaimEvent.Kind, *, actor: User, level: int, note: str = "", level_reason: str = ""
) -> ClaimEvent:
    return ClaimEvent.objects.create(
        claim=claim, kind=kind, actor=actor, level=level, note=note, level_reason=level_reason
    )
