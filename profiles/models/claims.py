"""Claims: a user asks to be linked with the author record that is theirs."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from works.models import Author


class ClaimQuerySet(models.QuerySet["Claim"]):
    def open(self) -> ClaimQuerySet:
        return self.filter(state=Claim.State.PENDING)

    def accepted(self) -> ClaimQuerySet:
        return self.filter(state=Claim.State.ACCEPTED)


class Claim(models.Model):
    """One request. An accepted claim makes the user the owner of the author record."""

    class State(models.TextChoices):
        PENDING = "pending", "Waiting for a decision"
        ACCEPTED = "accepted", "Accepted"
        REFUSED = "refused", "Refused"
        WITHDRAWN = "withdrawn", "Withdrawn"

    author = models.ForeignKey(Author, on_delete=models.PROTECT, related_name="claims")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="claims")
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    statement = models.TextField(blank=True, max_length=2000, help_text="What the person says about who they are.")
    created_at = models.DateTimeField(auto_now_add=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    decision_note = models.TextField(blank=True, max_length=2000)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(state__in=["pending", "accepted"]), name="claim_one_per_user"
            ),
            models.UniqueConstraint(fields=["author"], condition=Q(state="accepted"), name="claim_one_owner"),
        ]
        ordering = ["created_at"]

    def __str__(self) -> str:
        return f"{self.user} claims {self.author}"
