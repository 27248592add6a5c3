"""Corrections that somebody else has to settle: tickets, and what verified co-authors say about them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import (
    Case,
    Count,
    DurationField,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, ExtractDay, Greatest, Least, Now

from profiles.models.social import Follow
from works.models import Author, Authorship, EventBatch


class TicketQuerySet(models.QuerySet["Ticket"]):
    def open(self) -> TicketQuerySet:
        return self.filter(state=Ticket.State.OPEN)

    def by_impact(self) -> TicketQuerySet:
        """Open first served by likely impact, then by age: works that would change x (1 + followers of the pages).

        Works that would change are those named; of two pages that would be joined, those of the smaller one; of a wrong
        name one, whatever the page holds: the works stay where they are.
        """
        followers = Follow.objects.filter(Q(author=OuterRef("author")) | Q(author=OuterRef("other"))).order_by()
        named = Ticket.authorships.through.objects.filter(ticket=OuterRef("pk")).order_by()
        smaller = Least("author__work_count", "other__work_count")
        return self.annotate(
            works=Greatest(
                1,
                Case(
                    When(kind=Ticket.Kind.SAME_PERSON, then=smaller),
                    default=_counted(named),
                    output_field=IntegerField(),
                ),
            ),
            followers=_counted(followers),
            days=ExtractDay(ExpressionWrapper(Now() - F("opened_at"), output_field=DurationField())),
            impact=F("works") * (1 + F("followers")),
        ).order_by("-impact", "opened_at", "pk")


def _counted(rows: models.QuerySet[Any]) -> Coalesce:
    """How many rows a subquery finds."""
    counted = rows.annotate(all=Value(1)).values("all").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


class Ticket(models.Model):
    """One wish to correct an author record, by somebody who may not do it alone.

    Seen by the reporter, the owners of the records, curators, and the verified co-authors who are asked. ``batch`` is
    the change that settling it made. Without a ``reporter`` the account that opened it was deleted.
    """

    class Kind(models.TextChoices):
        NOT_MINE = "not_mine", "These works are somebody else’s"
        ALSO_MINE = "also_mine", "These works are missing"
        TWO_PEOPLE = "two", "These are two people"
        SAME_PERSON = "same", "These are the same person"
        NAME_FORM = "name", "The name is wrong"

    class State(models.TextChoices):
        OPEN = "open", "Waiting for a decision"
        ACCEPTED = "accepted", "Accepted and done"
        REFUSED = "refused", "Refused"
        WITHDRAWN = "withdrawn", "Withdrawn"

    class SettledBy(models.TextChoices):
        CURATOR = "curator", "a curator"
        COAUTHORS = "coauthor", "two verified co-authors"
        OWNER = "owner", "the owner of the page"

    kind = models.CharField(max_length=9, choices=Kind)
    author = models.ForeignKey(Author, on_delete=models.PROTECT, related_name="tickets")
    other = models.ForeignKey(Author, on_delete=models.PROTECT, null=True, related_name="other_tickets")
    authorships = models.ManyToManyField(Authorship, related_name="tickets")
    name = models.CharField(max_length=200, blank=True, help_text="The name form asked for.")
    statement = models.TextField(blank=True, max_length=2000)
    reporter = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="tickets")
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    opened_at = models.DateTimeField(auto_now_add=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=8, choices=SettledBy, blank=True)
    settler = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    answer = models.TextField(blank=True, max_length=2000, help_text="What the reporter is told.")
    batch = models.ForeignKey(EventBatch, on_delete=models.SET_NULL, null=True, related_name="tickets")

    objects = TicketQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state="open", settled_at__isnull=True) | ~Q(state="open") & Q(settled_at__isnull=False),
                name="ticket_settled_or_open",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["opened_at"], condition=Q(state="open"), name="ticket_waiting"),
            models.Index(fields=["reporter", "-opened_at"], name="ticket_of_reporter"),
            models.Index(fields=["-settled_at"], condition=Q(settled_at__isnull=False), name="ticket_settled"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.author}"

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN


class Vote(models.Model):
    """What a verified co-author, or the owner of the page, says about a ticket.

    A settled ticket keeps the votes of accounts that were deleted since, without their ``user``.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="votes")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    agrees = models.BooleanField()
    is_owner = models.BooleanField(default=False)
    note = models.TextField(blank=True, max_length=2000)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["ticket", "user"], name="vote_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {'agrees' if self.agrees else 'disagrees'} with {self.ticket_id}"


class CannedAnswer(models.Model):
    """An answer that curators keep for many tickets. A ticket takes its text over, so that editing changes none."""

    title = models.CharField(max_length=80, unique=True, help_text="What curators choose it by.")
    text = models.TextField(max_length=2000, help_text="What the reporter reads.")
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering: ClassVar = ["title"]

    def __str__(self) -> str:
        return self.title
