"""Sources, runs and what a run could not take in. A run is a row: state, counts, cursor, heartbeat, error."""

from __future__ import annotations

from pathlib import PurePath
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse

from works.models import Work

#: A year: a source that is asked less often is asked by hand.
MOST_HOURS = 8760

_OPTION_LABELS = {
    "inputs": "Input",
    "sets": "Sets",
    "query": "Query",
    "since": "From",
    "until": "Until",
    "metadata_prefix": "Format",
    "base_url": "Address",
    "limit": "At most",
}


class Source(models.Model):
    """Where records come from. ``options`` are the module's own settings (set, query, base URL)."""

    slug = models.SlugField(max_length=20, unique=True)
    name = models.CharField(max_length=100)
    options = models.JSONField(default=dict, blank=True)
    is_enabled = models.BooleanField(default=True)
    every_hours = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_HOURS)],
        help_text=f"Start a run this often, 1 to {MOST_HOURS}; empty for runs by hand only.",
    )
    next_run_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(every_hours__isnull=True) | Q(every_hours__range=(1, MOST_HOURS)),
                name="source_every_hours",
                violation_error_message=f"A source runs every 1 to {MOST_HOURS} hours, or by hand only.",
            )
        ]

    def __str__(self) -> str:
        return self.name


class ImportRun(models.Model):
    """One execution of an import. What is done is in its batches; the counts here move in each batch's transaction.

    Counts are of records in terminal states, so ``seen = created + updated + unchanged + rejected`` always holds.
    ``total`` is the number of records in the source, told by it or estimated from how far it is read; exact at the end.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting for a worker"
        RUNNING = "running", "Running"
        STOPPING = "stopping", "Stopping"
        STOPPED = "stopped", "Stopped"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    class Stage(models.TextChoices):
        RECORDS = "records", "Taking in records"
        ATTRIBUTION = "attribution", "Working out who wrote what"
        GRAPH = "graph", "Refreshing graph and trust"
        FINISHED = "finished", "Finished"

    ACTIVE = (State.QUEUED, State.RUNNING, State.STOPPING)

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="runs")
    state = models.CharField(max_length=8, choices=State, default=State.QUEUED)
    options = models.JSONField(default=dict)
    input_name = models.CharField(max_length=200, blank=True, help_text="An uploaded file's name as it was given.")
    input_mark = models.CharField(
        max_length=32, blank=True, help_text="Of its files at the first batch, to see when one is replaced."
    )
    is_dry_run = models.BooleanField(default=False)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    batch_size = models.PositiveIntegerField(default=2000)
    total = models.PositiveBigIntegerField(null=True)
    seen = models.PositiveBigIntegerField(default=0)
    created = models.PositiveBigIntegerField(default=0)
    updated = models.PositiveBigIntegerField(default=0)
    unchanged = models.PositiveBigIntegerField(default=0)
    rejected = models.PositiveBigIntegerField(default=0)
    authorships = models.PositiveBigIntegerField(default=0)
    stage = models.CharField(max_length=11, choices=Stage, default=Stage.RECORDS)
    step = models.CharField(max_length=100, blank=True, help_text="What the stage is at, where it does not count.")
    error = models.TextField(blank=True)
    report = models.JSONField(default=dict, help_text="What a dry run would do.")
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    records_done_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True, help_text="Sign of life of the worker that finishes the run.")
    finished_at = models.DateTimeField(null=True)
    pauses = models.JSONField(
        default=list, help_text="When it stood still, between an end and going on: pairs of ISO time stamps."
    )

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(
                    seen=models.F("created") + models.F("updated") + models.F("unchanged") + models.F("rejected")
                ),
                name="run_counts_add_up",
            )
        ]

    def __str__(self) -> str:
        return f"Run {self.pk} of {self.source}"

    def get_absolute_url(self) -> str:
        return reverse("import-run", args=[self.pk])

    @property
    def is_active(self) -> bool:
        return self.state in self.ACTIVE

    @property
    def shown_options(self) -> list[tuple[str, str]]:
        """What the run was asked to read, in words; files by their name only."""
        shown = []
        for name, label in _OPTION_LABELS.items():
            value = self.options.get(name)
            if value and name == "inputs":
                value = [self.input_name] if self.input_name else [PurePath(text).name for text in value]
            if value:
                text = ", ".join(value) if isinstance(value, list) else f"{value:,}" if name == "limit" else str(value)
                shown.append((label, text))
        return shown

    @property
    def would_change_something(self) -> bool:
        """Whether a real run of the same after this dry run would leave anything: works, changes or rejects."""
        return self.is_dry_run and bool(self.created or self.updated or self.rejected)

    @property
    def can_resume(self) -> bool:
        """Whether it ended before its end, and had begun: what was refused at its start has nothing to go on with."""
        return self.state in (self.State.STOPPED, self.State.FAILED) and self.shards.exists()


class ImportShard(models.Model):
    """The part of a run that one worker does: every batch whose number leaves ``index`` divided by the shard count.

    ``heartbeat_at`` is the worker's sign of life; another worker takes over a shard whose heartbeat is old.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting for a worker"
        RUNNING = "running", "Running"
        DONE = "done", "Done"

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="shards", db_index=False)
    index = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=7, choices=State, default=State.QUEUED)
    worker = models.CharField(max_length=100, blank=True)
    heartbeat_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["run", "index"], name="shard_run_index")]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.index}"


class ImportBatch(models.Model):
    """One committed batch of a run; its row is written in the transaction that takes in its records.

    Batch ``number`` holds the records at positions ``number * size + 1`` to ``(number + 1) * size`` of the source, so
    the rows of a run say exactly what is done, whichever workers did it in which order. ``cursor`` leads to the record
    after the batch. ``new_works`` are the ids of the works it created; what it changed is in ``WorkChange``.
    """

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="batches", db_index=False)
    number = models.PositiveIntegerField()
    cursor = models.JSONField(null=True)
    seen = models.PositiveIntegerField()
    created = models.PositiveIntegerField()
    updated = models.PositiveIntegerField()
    unchanged = models.PositiveIntegerField()
    rejected = models.PositiveIntegerField()
    authorships = models.PositiveIntegerField()
    new_works = ArrayField(models.BigIntegerField(), default=list)
    seconds = models.FloatField()
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["run", "number"], name="batch_run_number")]

    def __str__(self) -> str:
        return f"{self.run_id}#{self.number}"


class RejectedRecord(models.Model):
    """A record that was set aside: where it stood, why, and its raw text, so that it can be mended and tried again."""

    class State(models.TextChoices):
        OPEN = "open", "Open"
        FIXED = "fixed", "Taken in after a retry"
        IGNORED = "ignored", "Set aside for good"

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="rejects", db_index=False)
    position = models.PositiveBigIntegerField()
    key = models.TextField(blank=True)
    reason = models.CharField(max_length=200)
    detail = models.TextField(blank=True)
    raw = models.TextField()
    mended = models.TextField(blank=True, help_text="The corrected text that was taken in.")
    fingerprint = models.BinaryField(
        max_length=16, default=bytes, help_text="Of the record as it came, so that a mended one stays mended."
    )
    state = models.CharField(max_length=7, choices=State, default=State.OPEN)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["run", "reason", "id"], name="reject_run_reason"),
            models.Index(fields=["fingerprint"], name="reject_ignored", condition=Q(state="ignored")),
        ]
        constraints: ClassVar = [models.UniqueConstraint(fields=["run", "position"], name="reject_run_position")]

    def __str__(self) -> str:
        return f"{self.run_id}@{self.position}: {self.reason}"


class SourceRecord(models.Model):
    """The last state in which a source's record was taken in; an equal fingerprint means nothing to do.

    The source carries no database constraint: every import of a source would lock its row thousands of times a second,
    and sources are never deleted.
    """

    pk = models.CompositePrimaryKey("source", "key")
    source = models.ForeignKey(
        Source, on_delete=models.PROTECT, related_name="records", db_index=False, db_constraint=False
    )
    key = models.TextField()
    fingerprint = models.BinaryField(max_length=16)
    work = models.ForeignKey(
        Work,
        on_delete=models.CASCADE,
        null=True,
        related_name="source_records",
        help_text="Empty for an institution and for a work deleted before it was known.",
    )

    class Meta:
        indexes: ClassVar = [models.Index(fields=["fingerprint"], name="sourcerecord_fingerprint")]

    def __str__(self) -> str:
        return f"{self.source_id}:{self.key}"


class WorkChange(models.Model):
    """What a run changed in one work: ``{field: [before, after]}``."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="changes", db_index=False)
    work = models.ForeignKey(Work, on_delete=models.CASCADE, related_name="changes")
    fields = models.JSONField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["run", "work"], name="change_run_work")]

    def __str__(self) -> str:
        return f"{self.run_id}: {self.work_id}"
