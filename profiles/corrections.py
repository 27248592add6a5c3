"""Correcting an author record: owners and curators act at once, everybody else opens a ticket.

``Wish`` says what somebody wants; ``carry_out`` does it, ``open_ticket`` asks others to. Nothing here enqueues.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from profiles.access import is_curator
from profiles.claims import owner_claim
from profiles.merging import merge_records, which_stays
from profiles.models import Claim, Ticket, User
from profiles.throttle import admit_act, admit_ticket
from profiles.verification import name_fits
from works.attribution import decisions
from works.attribution.journal import By
from works.attribution.records import present_records
from works.models import Attribution, Author, Authorship, EventBatch

Role = Attribution.DecidedBy
VERIFIED_LEVEL = 3
MOST_WORKS = 500
"""Works that one wish may name."""


class CorrectionError(Exception):
    """A wish that makes no sense; the text says why, for the person who has it."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What should change on the page of ``author``: some of the fields, according to ``kind`` (of ``Ticket.Kind``)."""

    kind: str
    author: Author
    authorships: Sequence[Authorship] = ()
    other: Author | None = None
    name: str = ""

    @property
    def ids(self) -> list[int]:
        return [authorship.pk for authorship in self.authorships]


def role_towards(user: User, author: Author) -> str | None:
    """In which role the user may correct the record at once; None when it takes a ticket.

    While somebody else claims an owned record, its owner's edits are frozen.
    """
    if is_curator(user):
        return Role.CURATOR
    claim = owner_claim(author)
    if claim is None or claim.user_id != user.pk or Claim.objects.open().filter(author=author).exists():
        return None
    return Role.OWNER


def hindrance(wish: Wish, role: str | None) -> str:
    """Why the wish takes a ticket in this role, in words; empty when the person may act at once.

    An owner decides about the own page, not about what others own or confirmed: works and records come over at once
    only from records without an owner, and under a name that fits.
    """
    if role is None:
        return "Only the owner of the page acts at once."
    if role == Role.CURATOR:
        return ""
    if wish.kind == Ticket.Kind.SAME_PERSON and wish.other is not None:
        if owner_claim(wish.other) is not None or wish.other.level >= VERIFIED_LEVEL:
            return "The other record has an owner."
        return (
            ""
            if name_fits(wish.author, wish.other.display_name)
            else "The name of the other record does not fit yours."
        )
    if wish.kind == Ticket.Kind.ALSO_MINE:
        held = Attribution.objects.filter(pk__in=wish.ids)
        if held.exclude(decided_by=Role.MACHINE).exclude(author=wish.author).exists():
            return "A person decided before whose work this is."
        if Claim.objects.accepted().filter(author__attributions__in=held).exclude(author=wish.author).exists():
            return "The work is on a page that has an owner."
        if not all(name_fits(wish.author, authorship.raw_name) for authorship in wish.authorships):
            return "The printed name does not fit yours."
    if wish.kind == Ticket.Kind.NAME_FORM and not name_fits(wish.author, wish.name):
        return "The name does not fit any printed form."
    return ""


def carry_out(wish: Wish, user: User, role: str, note: str = "") -> EventBatch:
    """Do it now, in the role. Raises DecisionError, ThrottledError or CorrectionError; then nothing has changed."""
    check(wish)
    with transaction.atomic():
        admit_act(user, is_curator=role == Role.CURATOR)
        return apply(wish, By(role, user.pk, note))


def apply(wish: Wish, by: By) -> EventBatch:
    """Make the decision that the wish comes down to; raises DecisionError when it contradicts others."""
    author = wish.author.pk
    match wish.kind:
        case Ticket.Kind.NOT_MINE:
            return decisions.not_mine(wish.ids, author, by)
        case Ticket.Kind.ALSO_MINE:
            return decisions.mine(wish.ids[0], author, by)
        case Ticket.Kind.TWO_PEOPLE:
            return decisions.split(author, [wish.ids], by)
        case Ticket.Kind.SAME_PERSON if wish.other is not None:
            return merge_records(*which_stays(wish.author, wish.other), by)
        case Ticket.Kind.NAME_FORM:
            return decisions.choose_name(author, wish.name, by)
    raise CorrectionError("This correction is not complete.")


def open_ticket(wish: Wish, user: User, statement: str) -> tuple[Ticket, bool]:
    """Ask others for it. Returns the ticket and whether it is new: the same wish twice is one ticket."""
    check(wish)
    with transaction.atomic():
        admit_ticket(user)
        known = _same_open_ticket(wish, user)
        if known is not None:
            return known, False
        ticket = Ticket.objects.create(
            kind=wish.kind,
            author=wish.author,
            other=wish.other,
            name=wish.name,
            statement=statement.strip(),
            reporter=user,
        )
        ticket.authorships.set(wish.authorships)
    return ticket, True


def wish_of(ticket: Ticket) -> Wish:
    """What a ticket asks for, with the records as they are now: pages can be joined and works move while it waits.

    Raises CorrectionError when nothing of it is left to do.
    """
    now = present_records([pk for pk in (ticket.author_id, ticket.other_id) if pk is not None])
    records = Author.objects.in_bulk(now.values())
    author, other = records[now[ticket.author_id]], None
    if ticket.other_id is not None:
        other = records[now[ticket.other_id]]
        if other == author:
            raise CorrectionError("Both pages are one by now, so nothing is left to do. Refuse the ticket and say so.")
    positions = ticket.authorships.order_by("pk")
    if ticket.kind in (Ticket.Kind.NOT_MINE, Ticket.Kind.TWO_PEOPLE):
        positions = positions.filter(attribution__author=author)
        if not positions:
            raise CorrectionError(
                "The works are not on this page any more, so nothing is left to do. Refuse the ticket and say so."
            )
    return Wish(ticket.kind, author, list(positions), other, ticket.name)


def check(wish: Wish) -> None:
    """Refuse early what cannot be decided at all."""
    if wish.author.status != Author.Status.ACTIVE:
        raise CorrectionError("This author record is no page any more.")
    works_needed = wish.kind in (Ticket.Kind.NOT_MINE, Ticket.Kind.ALSO_MINE, Ticket.Kind.TWO_PEOPLE)
    if works_needed and not wish.authorships:
        raise CorrectionError("No work was chosen.")
    if len(wish.authorships) > MOST_WORKS:
        raise CorrectionError(f"At most {MOST_WORKS} works can be corrected at once.")
    if wish.kind == Ticket.Kind.ALSO_MINE and Attribution.objects.filter(pk__in=wish.ids, author=wish.author).exists():
        raise CorrectionError("The work is on this page already.")
    if wish.kind == Ticket.Kind.SAME_PERSON:
        if wish.other is None:
            raise CorrectionError("No other record was chosen.")
        if wish.other.pk == wish.author.pk:
            raise CorrectionError("A record cannot be merged into itself. Choose another one.")
    if wish.kind == Ticket.Kind.NAME_FORM and wish.name == wish.author.display_name:
        raise CorrectionError("The page shows this name already.")


def _same_open_ticket(wish: Wish, user: User) -> Ticket | None:
    alike = Ticket.objects.open().filter(
        reporter=user, kind=wish.kind, author=wish.author, other=wish.other, name=wish.name
    )
    for ticket in alike.prefetch_related("authorships"):
        if {authorship.pk for authorship in ticket.authorships.all()} == set(wish.ids):
            return ticket
    return None
