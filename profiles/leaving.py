"""Deleting an account: what goes, what stays, and the one way to do it."""

from __future__ import annotations

from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from profiles.claim_steps import LEVEL_UNCLAIMED, locked_record, set_level
from profiles.claims import current_claim
from profiles.models import Claim, Invitation, Ticket, User, Vote
from works.models import EventBatch

FORMER = "a former member"
"""What is left of a name once its account is deleted."""


class LeavingError(Exception):
    """An account that cannot be deleted; the text says why, for the person who tried."""


class GoneError(LeavingError):
    """It is deleted already."""


@dataclass(frozen=True, slots=True)
class Parting:
    """What deleting an account would do, one sentence a line: on the page, and in the admin."""

    goes: list[str]
    stays: list[str]


@dataclass(frozen=True, slots=True)
class Farewell:
    """What is left to do once an account is deleted: the last letter, and the trust of the pages (ids) it owned."""

    email: str
    name: str
    pages: list[int]


def hindrance(user: User) -> str:
    """Why the account cannot be deleted, in words; empty when it can."""
    if not (user.is_superuser and user.is_active):
        return ""
    if User.objects.filter(is_superuser=True, is_active=True).exclude(pk=user.pk).exists():
        return ""
    return (
        "This is the last account that may do everything here. Give another account these rights first, in the admin."
    )


def parting_of(user: User) -> Parting:
    """What deleting the account means, with what there is of each."""
    addresses = sorted({user.email, *EmailAddress.objects.filter(user=user).values_list("email", flat=True)})
    goes = [f"The account: its name, password, second factor and e-mail addresses ({', '.join(addresses)})."]
    claim = current_claim(user)
    if claim is not None and claim.is_accepted:
        goes.append(
            f"The claim of the page of {claim.author.display_name}. The page is unclaimed again, its verification "
            f"falls to L{LEVEL_UNCLAIMED}, and its trust with it."
        )
    elif claim is not None:
        goes.append(f"The claim of the page of {claim.author.display_name}, which waits for a decision.")
    tickets, votes = Ticket.objects.filter(reporter=user), Vote.objects.filter(user=user)
    told = "The other side reads that the account was deleted."
    counted = [
        ("Earlier claims ({}).", Claim.objects.filter(user=user).exclude(state__in=Claim.CURRENT).count()),
        ("The list of followed pages ({}).", user.follows.count()),
        (f"Invitations sent ({{}}), and what they say. {told}", user.sent_invitations.count()),
        (f"Invitations received ({{}}). {told}", user.received_invitations.count()),
        ("Correction tickets that still wait ({}): they are withdrawn.", tickets.open().count()),
        ("Votes on tickets of others that still wait ({}).", votes.filter(ticket__state=Ticket.State.OPEN).count()),
        ("The entries ({}) of this account in the log of the admin.", LogEntry.objects.filter(user=user).count()),
    ]
    kept = [
        (
            f"Corrections made ({{}}): they stay in force and in the history of their pages, under “{FORMER}”.",
            EventBatch.objects.filter(actor=user).count(),
        ),
        (
            f"Correction tickets ({{}}) and what was written in them, under “{FORMER}”, for those who could see them.",
            tickets.count(),
        ),
    ]
    return Parting(
        [*goes, *(line.format(number) for line, number in counted if number)],
        [
            "Every author record and every work: they come from what was published, not from accounts.",
            *(line.format(number) for line, number in kept if number),
        ],
    )


def delete_account(user: User) -> Farewell:
    """Delete the account for good, and everything that ``parting_of`` says goes; all of it or nothing.

    Raises LeavingError when the account is gone already, or is the last that may do everything.
    """
    with transaction.atomic():
        if user.is_superuser:  # of the last two, deleting each other at once, one has to stay
            list(User.objects.filter(is_superuser=True).order_by("pk").select_for_update().values_list("pk"))
        held = User.objects.select_for_update().filter(pk=user.pk).first()
        if held is None:
            raise GoneError("This account is deleted already.")
        problem = hindrance(held)
        if problem:
            raise LeavingError(problem)
        _take_name_out_of_the_log(held)
        pages = _end_claims(held)
        _close_invitations(held)
        _leave_tickets(held)
        farewell = Farewell(held.email, held.get_short_name(), pages)
        held.delete()
    return farewell


def _end_claims(user: User) -> list[int]:
    """Take the claims away, and from the pages what they brought; returns the pages that were owned."""
    claims = Claim.objects.filter(user=user).order_by("pk")
    pages = sorted(claims.current().values_list("author", flat=True))
    records = {page: locked_record(page) for page in pages}  # records before claims, as every step of a claim
    list(claims.select_for_update().values_list("pk"))
    owned = list(claims.accepted().values_list("author", flat=True))
    for page in owned:
        set_level(records.get(page) or locked_record(page), LEVEL_UNCLAIMED)  # it may have moved with a merge
    claims.delete()
    return owned


def _close_invitations(user: User) -> None:
    """What waited is closed for the other side; what the account wrote goes, and what nobody is left to read."""
    mine = Invitation.objects.filter(Q(sender=user) | Q(recipient=user))
    mine.pending().update(state=Invitation.State.CLOSED, answered_at=timezone.now())
    mine.filter(sender=user).update(message="")
    mine.filter(Q(sender=None) | Q(recipient=None)).delete()


def _leave_tickets(user: User) -> None:
    """Nobody waits for an answer any more, and no open question counts the word of somebody who is gone."""
    waiting = Ticket.objects.open().filter(reporter=user)
    waiting.update(state=Ticket.State.WITHDRAWN, settled_at=timezone.now())
    Vote.objects.filter(user=user, ticket__state=Ticket.State.OPEN).delete()


def _take_name_out_of_the_log(user: User) -> None:
    """The admin's log writes down what each thing was called: for an account and its claims that is an address."""
    claims = [str(pk) for pk in Claim.objects.filter(user=user).values_list("pk", flat=True)]
    kinds = ContentType.objects.get_for_models(User, Claim)
    about = Q(content_type=kinds[User], object_id=str(user.pk))
    about |= Q(content_type=kinds[Claim], object_id__in=claims)
    LogEntry.objects.filter(about).update(object_repr=FORMER)
