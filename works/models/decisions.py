"""What people decided about who wrote what, and the log of every change of attribution."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from works.models.authors import Attribution, Author
from works.models.catalogue import Authorship, Work


class EventBatch(models.Model):
    """One act: a person's correction, an undo, or a run of the machine. Its events belong together.

    ``author`` is the record whose page the act was done on, ``other`` the second record of a merge, split or mark.
    ``role`` is in whose name it was done. ``details`` keeps what other apps changed along with it and put back on undo.
    """

    class Kind(models.TextChoices):
        MACHINE = "machine", "Worked out again from the record"
        MINE = "mine", "Work added to the record"
        NOT_MINE = "not_mine", "Work taken off the record"
        MERGE = "merge", "Two records joined"
        SPLIT = "split", "Record split"
        APART = "apart", "Two records marked as two people"
        NAME = "name", "Name form chosen"
        UNDO = "undo", "Earlier change undone"

    kind = models.CharField(max_length=8, choices=Kind)
    role = models.CharField(max_length=8, choices=Attribution.DecidedBy)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    author = models.ForeignKey(Author, on_delete=models.PROTECT, null=True, related_name="+")
    other = models.ForeignKey(Author, on_delete=models.PROTECT, null=True, related_name="+")
    note = models.TextField(blank=True, max_length=2000)
    details = models.JSONField(default=dict)
    at = models.DateTimeField(auto_now_add=True)
    undone_by = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="undid")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["actor", "-at"], condition=Q(actor__isnull=False), name="batch_of_person"),
            models.Index(fields=["author", "-id"], name="batch_of_author"),
            models.Index(fields=["other", "-id"], condition=Q(other__isnull=False), name="batch_of_other"),
        ]

    def __str__(self) -> str:
        return f"{self.pk}: {self.kind}"

    @property
    def is_human(self) -> bool:
        return self.role != Attribution.DecidedBy.MACHINE


class AuthorEvent(models.Model):
    """One line of the log. Events are only ever added; ``undone_by`` is the act that took this one back.

    An event with an ``authorship`` says that the attribution went from ``source`` to ``target`` (equal when only the
    decision about it changed); ``before`` and ``after`` hold its ``decided_by`` and ``confidence``. An event without
    one is about the record ``target`` itself: ``before`` and ``after`` hold the columns that changed.
    """

    batch = models.ForeignKey(EventBatch, on_delete=models.CASCADE, related_name="events")
    authorship = models.ForeignKey(Authorship, on_delete=models.CASCADE, null=True, related_name="events")
    source = models.ForeignKey(Author, on_delete=models.PROTECT, null=True, related_name="departures", db_index=False)
    target = models.ForeignKey(Author, on_delete=models.PROTECT, related_name="arrivals", db_index=False)
    before: models.JSONField[Any, Any] = models.JSONField(default=dict)
    after: models.JSONField[Any, Any] = models.JSONField(default=dict)
    undone_by = models.ForeignKey(EventBatch, on_delete=models.PROTECT, null=True, related_name="undid_events")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["source", "-batch"], name="event_from_author"),
            models.Index(fields=["target", "-batch"], name="event_to_author"),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}: {self.authorship_id or self.target_id}"


class DecisionQuerySet(models.QuerySet["Decision"]):
    def standing(self) -> DecisionQuerySet:
        """Decisions that hold: not undone."""
        return self.filter(undone_at=None)


class Decision(models.Model):
    """A constraint that a person put on attribution; it holds through every later import and resolution.

    *Mine* and *not mine* tie or part ``authorship`` and ``author``. *Same* and *different* are about ``author`` and
    ``other`` and are anchored on one authorship of each, so that they hold for the people behind the records. ``work``
    and ``printed`` find the authorship again when a new version of the work replaces its author list; see
    ``works.attribution.constraints.reattach``. ``undone_in`` is the act that withdrew the decision: undoing that act
    puts the decision back.
    """

    class Kind(models.TextChoices):
        MINE = "mine", "is a work of"
        NOT_MINE = "not_mine", "is not a work of"
        SAME = "same", "is the same person as"
        DIFFERENT = "apart", "is not the same person as"

    kind = models.CharField(max_length=8, choices=Kind)
    batch = models.ForeignKey(EventBatch, on_delete=models.PROTECT, related_name="decisions")
    author = models.ForeignKey(Author, on_delete=models.PROTECT, related_name="decisions")
    other = models.ForeignKey(Author, on_delete=models.PROTECT, null=True, related_name="other_decisions")
    authorship = models.ForeignKey(Authorship, on_delete=models.SET_NULL, null=True, related_name="decisions")
    other_authorship = models.ForeignKey(
        Authorship, on_delete=models.SET_NULL, null=True, related_name="other_decisions"
    )
    work = models.ForeignKey(Work, on_delete=models.SET_NULL, null=True, related_name="+")
    printed = models.TextField(blank=True)
    role = models.CharField(max_length=8, choices=Attribution.DecidedBy)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    note = models.TextField(blank=True, max_length=2000)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    undone_in = models.ForeignKey(EventBatch, on_delete=models.PROTECT, null=True, related_name="withdrawn_decisions")

    objects = DecisionQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["authorship"], condition=Q(kind="mine", undone_at=None), name="decision_one_owner"
            ),
            models.UniqueConstraint(
                fields=["authorship", "author"],
                condition=Q(kind="not_mine", undone_at=None),
                name="decision_not_mine_once",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["mine", "not_mine"], other__isnull=True)
                | Q(kind__in=["same", "apart"], other__isnull=False),
                name="decision_other_for_pairs",
            ),
            models.CheckConstraint(condition=~Q(author=F("other")), name="decision_not_with_itself"),
            models.CheckConstraint(condition=~Q(role="machine"), name="decision_by_people"),
        ]

    def __str__(self) -> str:
        if self.other is not None:
            return f"{self.author} ({self.author_id}) {self.get_kind_display()} {self.other} ({self.other_id})"
        return f"“{self.work}” {self.get_kind_display()} {self.author} ({self.author_id})"
