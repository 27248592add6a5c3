"""What people do with profiles. None of it counts towards trust."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from works.models import Author


class Follow(models.Model):
    """A user hears about new work and changes of an author record."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="follows")
    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="followers")
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "author"], name="follow_once")]

    def __str__(self) -> str:
        return f"{self.user_id} follows {self.author_id}"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def pending(self) -> InvitationQuerySet:
        return self.filter(state=Invitation.State.PENDING)


class Invitation(models.Model):
    """A user asks the owner of an author record to work on something together.

    ``recipient`` is the account that owned the record when the invitation was sent: a later owner never reads it. Where
    one of the two was deleted, the other keeps the invitation, closed if it still waited.
    """

    class State(models.TextChoices):
        PENDING = "pending", "Waiting for an answer"
        ACCEPTED = "accepted", "Accepted"
        DECLINED = "declined", "Declined"
        WITHDRAWN = "withdrawn", "Withdrawn"
        CLOSED = "closed", "Closed: the account was deleted"

    author = models.ForeignKey(Author, on_delete=models.PROTECT, related_name="invitations")
    sender = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="sent_invitations"
    )
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="received_invitations"
    )
    message = models.TextField(max_length=2000)
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    created_at = models.DateTimeField(auto_now_add=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["sender", "recipient"], condition=Q(state="pending"), name="invitation_one_open"
            ),
            models.CheckConstraint(condition=~Q(sender=models.F("recipient")), name="invitation_not_to_oneself"),
        ]
        ordering: ClassVar = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.sender_id} invites {self.recipient_id}"
