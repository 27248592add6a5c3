"""Claims: a user asks to be linked with the author record that is theirs."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from works.models import Author

DISPUTE_HOLD = timedelta(hours=72)
"""How long a claim on an owned record waits at least, so that the present owner can answer."""


class ClaimQuerySet(models.QuerySet["Claim"]):
    def open(self) -> ClaimQuerySet:
        return self.filter(state=Claim.State.PENDING)

    def accepted(self) -> ClaimQuerySet:
        return self.filter(state=Claim.State.ACCEPTED)

    def current(self) -> ClaimQuerySet:
        """Claims that stand: waiting or accepted. A user has at most one of them."""
        return self.filter(state__in=Claim.CURRENT)


class Claim(models.Model):
    """One request. An accepted claim makes the user the owner of the author record.

    A claim on a record that has an owner is a dispute: it can be accepted when it waited for ``DISPUTE_HOLD`` and the
    owner owned the record for as long, and accepting it ends the owner's claim. A claim begins to wait when it is made,
    and anew when it is reopened.
    """

    class State(models.TextChoices):
        PENDING = "pending", "Waiting for a decision"
        ACCEPTED = "accepted", "Approved"
        REFUSED = "refused", "Refused"
        WITHDRAWN = "withdrawn", "Withdrawn"
        ENDED = "ended", "Ended"

    CURRENT = (State.PENDING, State.ACCEPTED)

    author = models.ForeignKey(Author, on_delete=models.PROTECT, related_name="claims")
    # An account with claims is deleted by profiles.leaving alone, which takes back what the claim brought the record.
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="claims")
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    statement = models.TextField(blank=True, max_length=2000, help_text="What the person says about who they are.")
    created_at = models.DateTimeField(auto_now_add=True)
    waiting_since = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    decision_note = models.TextField(blank=True, max_length=2000)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(state__in=["pending", "accepted"]), name="claim_one_per_user"
            ),
            models.UniqueConstraint(fields=["author"], condition=Q(state="accepted"), name="claim_one_owner"),
        ]
        ordering: ClassVar = ["created_at"]

    def __str__(self) -> str:
        return f"{self.user} claims {self.author}"

    @property
    def is_pending(self) -> bool:
        return self.state == self.State.PENDING

    @property
    def is_accepted(self) -> bool:
        return self.state == self.State.ACCEPTED


class ClaimEvent(models.Model):
    """One step in the life of a claim: who did what, when, and in which words. Events are only ever added.

    ``notified_at`` is set when the e-mail about the event was handed to the mail server.
    """

    class Kind(models.TextChoices):
        REQUESTED = "requested", "Asked for"
        DISPUTED = "disputed", "Asked for although the record has an owner"
        APPROVED = "approved", "Approved"
        REFUSED = "refused", "Refused"
        WITHDRAWN = "withdrawn", "Withdrawn by the person"
        RELEASED = "released", "Given up by the owner"
        REPLACED = "replaced", "Ended because another claim was approved"
        REVIEWED = "reviewed", "Level worked out again"
        ENDED = "ended", "Ended by staff"
        REOPENED = "reopened", "Decision taken back, waiting again"

    AGAINST_THE_PERSON = (Kind.REFUSED, Kind.ENDED, Kind.REPLACED)
    """Decisions of staff that can be taken back by reopening the claim."""

    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=10, choices=Kind)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    note = models.TextField(blank=True, max_length=2000)
    level = models.PositiveSmallIntegerField(help_text="Verification level of the author record after the event.")
    level_reason = models.TextField(blank=True, help_text="Why the level is what it is, in words for the person.")
    at = models.DateTimeField(auto_now_add=True)
    notified_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.claim_id}: {self.kind}"
