"""Settling tickets: by two verified co-authors who agree, the owner of the page, or a curator.

Each step is one transaction.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from graph.models import Collaboration
from profiles.access import is_curator
from profiles.corrections import VERIFIED_LEVEL, CorrectionError, apply, wish_of
from profiles.models import Claim, Ticket, User, Vote
from profiles.models.corrections import TicketQuerySet
from works.attribution.contradictions import DecisionError
from works.attribution.journal import By
from works.attribution.records import absorbed_records, present_records
from works.models import Attribution

VOTES_NEEDED = 2
"""Verified co-authors who have to say the same."""

Role = Attribution.DecidedBy


@dataclass(frozen=True, slots=True)
class Standing:
    """What a person may do with a ticket."""

    is_reporter: bool = False
    is_owner: bool = False
    is_curator: bool = False
    is_asked: bool = False
    has_voted: bool = False

    @property
    def may_see(self) -> bool:
        return self.is_reporter or self.is_owner or self.is_curator or self.is_asked or self.has_voted


def standing_of(user: User, ticket: Ticket) -> Standing:
    """Where the person stands towards the ticket. The reporter never settles the own ticket, not even as a curator."""
    is_reporter = ticket.reporter_id == user.pk
    owners = {claim.user_id for claim in _owner_claims(ticket)}
    has_voted = Vote.objects.filter(ticket=ticket, user=user).exists()
    asked = ticket.is_open and not is_reporter and not has_voted and user.pk not in owners
    return Standing(
        is_reporter=is_reporter,
        is_owner=user.pk in owners,
        is_curator=is_curator(user),
        is_asked=asked and asked_of(user).filter(pk=ticket.pk).exists(),
        has_voted=has_voted,
    )


def about_page_of(user: User) -> TicketQuerySet:
    """Others' tickets about the record that the user owns, about records that lead to it, or about works on it."""
    claim = Claim.objects.accepted().filter(user=user).first()
    if claim is None:
        return Ticket.objects.none()
    records = absorbed_records(claim.author_id)
    about = Q(author__in=records) | Q(other__in=records)
    about |= Q(pk__in=Ticket.objects.filter(authorships__attribution__author=claim.author_id).values("pk"))
    return Ticket.objects.filter(about).exclude(reporter=user)


def asked_of(user: User) -> TicketQuerySet:
    """Open tickets about co-authors of the record that the user owns, if that record is verified (L3)."""
    claim = Claim.objects.accepted().filter(user=user, author__level__gte=VERIFIED_LEVEL).first()
    if claim is None:
        return Ticket.objects.none()
    tickets = Ticket.objects.open().exclude(reporter=user).exclude(votes__user=user)
    named = set(tickets.values_list("author_id", flat=True))
    named |= set(tickets.exclude(other=None).values_list("other_id", flat=True))
    now = present_records(named)
    own = [pk for pk, record in now.items() if record == claim.author_id]
    co_authors = _co_authors_among(claim.author_id, set(now.values()))
    beside = [pk for pk, record in now.items() if record in co_authors]
    return tickets.filter(author__in=beside).exclude(Q(author__in=own) | Q(other__in=own))


def waiting_for(user: User) -> TicketQuerySet:
    """Open tickets on which the person can still say something, as an owner or as a co-author."""
    as_owner = about_page_of(user).open().exclude(votes__user=user)
    return Ticket.objects.filter(Q(pk__in=as_owner.values("pk")) | Q(pk__in=asked_of(user).values("pk")))


def _co_authors_among(author: int, records: Collection[int]) -> set[int]:
    ties = Collaboration.objects.filter(Q(a=author, b__in=records) | Q(b=author, a__in=records))
    return {pk for pair in ties.values_list("a", "b") for pk in pair} - {author}


def vote(ticket: Ticket, user: User, *, agrees: bool, note: str = "") -> Ticket:
    """A verified co-author's word. The second one who says the same settles the ticket, unless the owner objected.

    Raises CorrectionError when the person is not asked, and DecisionError when the change contradicts earlier
    decisions; the vote stands in that case, and a curator has to look.
    """
    try:
        with transaction.atomic():
            ticket = _locked(ticket)
            if not standing_of(user, ticket).is_asked:
                raise CorrectionError("This ticket does not wait for your word.")
            Vote.objects.create(ticket=ticket, user=user, agrees=agrees, note=note.strip())
    except IntegrityError:
        raise CorrectionError("You have said what you think of this already.") from None
    with transaction.atomic():
        ticket = _locked(ticket)
        alike = ticket.votes.filter(agrees=agrees, is_owner=False).count()
        if not ticket.is_open or alike < VOTES_NEEDED or ticket.votes.filter(is_owner=True, agrees=False).exists():
            return ticket
        if agrees:
            return _accept(ticket, user, Ticket.SettledBy.COAUTHORS, Role.COAUTHORS, "")
        return _settle(ticket, Ticket.State.REFUSED, user, Ticket.SettledBy.COAUTHORS, "")


def answer_as_owner(ticket: Ticket, user: User, *, agrees: bool, note: str = "") -> Ticket:
    """The owner of the page agrees, which settles it, or objects, which leaves it to a curator."""
    with transaction.atomic():
        ticket = _locked(ticket)
        if not ticket.is_open or not standing_of(user, ticket).is_owner:
            raise CorrectionError("This ticket does not wait for your word.")
        page = present_records([ticket.author_id])[ticket.author_id]
        owns_the_page = any(claim.author_id == page for claim in _owner_claims(ticket, user))
        if agrees and owns_the_page and not _other_owner(ticket, user):
            return _accept(ticket, user, Ticket.SettledBy.OWNER, Role.OWNER, note)
        said = {"agrees": agrees, "is_owner": True, "note": note.strip()}
        Vote.objects.update_or_create(ticket=ticket, user=user, defaults=said)
    return ticket


def decide(ticket: Ticket, curator: User, *, accept: bool, answer: str) -> Ticket:
    """A curator accepts, which makes the change, or refuses. Raises DecisionError when the change contradicts."""
    with transaction.atomic():
        ticket = _locked(ticket)
        _refuse_settled(ticket)
        if not is_curator(curator) or ticket.reporter_id == curator.pk:
            raise CorrectionError("Another curator has to decide this ticket.")
        if accept:
            return _accept(ticket, curator, Ticket.SettledBy.CURATOR, Role.CURATOR, answer)
        return _settle(ticket, Ticket.State.REFUSED, curator, Ticket.SettledBy.CURATOR, answer)


def withdraw(ticket: Ticket, user: User) -> Ticket:
    """The reporter takes an open ticket back."""
    with transaction.atomic():
        ticket = _locked(ticket)
        _refuse_settled(ticket)
        if ticket.reporter_id != user.pk:
            raise CorrectionError("Only who opened the ticket can withdraw it.")
        return _settle(ticket, Ticket.State.WITHDRAWN, user, None, "")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a ticket stands in the queue, and how long settled ones took lately."""

    position: int
    waiting: int
    median: timedelta | None


def place_of(ticket: Ticket) -> Place:
    """The position counts from 1 among the open tickets, by impact."""
    order = list(Ticket.objects.open().by_impact().values_list("pk", flat=True))
    position = order.index(ticket.pk) + 1 if ticket.pk in order else 0
    return Place(position, len(order), figures().median)


@dataclass(frozen=True, slots=True)
class Figures:
    """What the public page shows of all tickets: counts, and the median time to a decision over 90 days."""

    waiting: int
    oldest: timedelta | None
    settled: int
    accepted: int
    median: timedelta | None


FIGURES_WINDOW = timedelta(days=90)


def figures(kind: str = "") -> Figures:
    """Figures of all tickets, or of one kind."""
    tickets = Ticket.objects.filter(kind=kind) if kind else Ticket.objects.all()
    now = timezone.now()
    recent = tickets.filter(settled_at__gt=now - FIGURES_WINDOW).exclude(state=Ticket.State.WITHDRAWN)
    spans = sorted(settled - opened for opened, settled in recent.values_list("opened_at", "settled_at") if settled)
    oldest = tickets.open().order_by("opened_at").values_list("opened_at", flat=True).first()
    return Figures(
        waiting=tickets.open().count(),
        oldest=now - oldest if oldest else None,
        settled=len(spans),
        accepted=recent.filter(state=Ticket.State.ACCEPTED).count(),
        median=_median(spans),
    )


def _median(spans: list[timedelta]) -> timedelta | None:
    if not spans:
        return None
    middle = len(spans) // 2
    return spans[middle] if len(spans) % 2 else (spans[middle - 1] + spans[middle]) / 2


def _locked(ticket: Ticket) -> Ticket:
    rows = Ticket.objects.select_for_update(of=("self",)).select_related("author", "other", "reporter")
    return rows.get(pk=ticket.pk)


def _refuse_settled(ticket: Ticket) -> None:
    if not ticket.is_open:
        raise CorrectionError(f"This ticket is settled: {ticket.get_state_display().lower()}.")


def _accept(ticket: Ticket, settler: User, settled_by: str, role: str, answer: str) -> Ticket:
    try:
        ticket.batch = apply(wish_of(ticket), By(role, settler.pk, f"Ticket {ticket.pk}"))
    except DecisionError as problem:
        raise DecisionError(f"The change cannot be made. {problem}", problem.conflicts) from problem
    return _settle(ticket, Ticket.State.ACCEPTED, settler, settled_by, answer)


def _settle(ticket: Ticket, state: str, settler: User, settled_by: str | None, answer: str) -> Ticket:
    ticket.state = state
    ticket.settled_at = timezone.now()
    ticket.settler = settler
    ticket.settled_by = settled_by or ""
    ticket.answer = answer.strip()
    ticket.save(update_fields=["state", "settled_at", "settler", "settled_by", "answer", "batch"])
    return ticket


def _owner_claims(ticket: Ticket, user: User | None = None) -> QuerySet[Claim]:
    """Accepted claims on the records that the ticket is about now, those from which works would be taken included."""
    named = present_records([pk for pk in (ticket.author_id, ticket.other_id) if pk is not None])
    records = Q(author__in=named.values())
    records |= Q(author__in=Attribution.objects.filter(authorship__tickets=ticket).values("author"))
    found = Claim.objects.accepted().filter(records)
    return found.filter(user=user) if user else found


def _other_owner(ticket: Ticket, user: User) -> bool:
    return any(claim.user_id != user.pk for claim in _owner_claims(ticket))
