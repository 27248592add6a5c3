"""Invitations: a signed-in person asks the owner of a page to work together; the owner accepts or declines."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from profiles.claims import owner_claim
from profiles.models import Invitation, User
from works.models import Author


class InvitationError(Exception):
    """An invitation that cannot be sent or answered; the text says why, for the person who tried."""


def invite(sender: User, author: Author, message: str) -> Invitation:
    """Send an invitation to the owner of the record.

    Raises InvitationError when nobody owns it, the owner takes no invitations, it is the sender's own page, or an
    earlier one to the same person still waits.
    """
    claim = owner_claim(author)
    if claim is None:
        raise InvitationError("Nobody has claimed this page yet, so there is nobody to invite.")
    if claim.user_id == sender.pk:
        raise InvitationError("This is your own page.")
    if not author.is_open_to_collaborate:
        raise InvitationError(f"{author.display_name} takes no invitations at present.")
    try:
        with transaction.atomic():
            return Invitation.objects.create(
                sender=sender, recipient=claim.user, author=author, message=message.strip()
            )
    except IntegrityError:
        raise InvitationError(f"Your earlier invitation to {author.display_name} still waits.") from None


def answer(invitation: Invitation, *, accept: bool) -> None:
    """Accept or decline; raises InvitationError when it was answered or withdrawn before."""
    _finish(invitation, Invitation.State.ACCEPTED if accept else Invitation.State.DECLINED)


def withdraw(invitation: Invitation) -> None:
    """Take an unanswered invitation back; raises InvitationError when it was answered before."""
    _finish(invitation, Invitation.State.WITHDRAWN)


def set_open(author: Author, is_open: bool) -> None:
    """Write whether the owner takes invitations, and move the revision so that no kept page shows the old choice."""
    Author.objects.filter(pk=author.pk).update(is_open_to_collaborate=is_open, revision=F("revision") + 1)


def _finish(invitation: Invitation, state: Invitation.State) -> None:
    now = timezone.now()
    if not Invitation.objects.pending().filter(pk=invitation.pk).update(state=state, answered_at=now):
        raise InvitationError("This invitation does not wait for an answer any more.")
    invitation.state, invitation.answered_at = state, now
