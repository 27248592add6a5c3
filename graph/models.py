"""Tables derived from the catalogue; every row can be rebuilt from it.

The foreign keys carry no database constraint: rows are made by set-based statements from tables that have them, and
checking millions of references again would cost more than making the rows. Authors are never deleted.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from graph.trust import Facts, Trust, compute, standing_points
from works.models import Author, Institution, Topic


class Collaboration(models.Model):
    """Two authors who share works; ``a`` is the smaller id.

    ``strength`` sums 1/(n-1) over the shared works, n being a work's number of authors (Newman 2001).
    ``trust_strength`` is the same sum over works with at most 25 authors, the only ones that carry trust.
    """

    pk = models.CompositePrimaryKey("a", "b")
    a = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    b = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    works = models.PositiveIntegerField()
    strength = models.FloatField()
    trust_strength = models.FloatField()
    first_year = models.SmallIntegerField(null=True)
    last_year = models.SmallIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=Q(a__lt=F("b")), name="collaboration_ordered")]
        indexes: ClassVar = [models.Index(fields=["b", "a"], name="collaboration_back")]

    def __str__(self) -> str:
        return f"{self.a_id}-{self.b_id}"


class AuthorTopic(models.Model):
    """How many works of an author carry a topic, and between which years."""

    pk = models.CompositePrimaryKey("author", "topic")
    author = models.ForeignKey(
        Author, on_delete=models.CASCADE, related_name="topic_counts", db_index=False, db_constraint=False
    )
    topic = models.ForeignKey(
        Topic, on_delete=models.CASCADE, related_name="author_counts", db_index=False, db_constraint=False
    )
    works = models.PositiveIntegerField()
    first_year = models.SmallIntegerField(null=True)
    last_year = models.SmallIntegerField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["topic", "-works", "author"], name="author_topic_leading")]

    def __str__(self) -> str:
        return f"{self.author_id}: {self.topic_id}"


class AuthorInstitution(models.Model):
    """How many works of an author name an institution, and between which years."""

    pk = models.CompositePrimaryKey("author", "institution")
    author = models.ForeignKey(
        Author, on_delete=models.CASCADE, related_name="institution_counts", db_index=False, db_constraint=False
    )
    institution = models.ForeignKey(
        Institution, on_delete=models.CASCADE, related_name="author_counts", db_index=False, db_constraint=False
    )
    works = models.PositiveIntegerField()
    first_year = models.SmallIntegerField(null=True)
    last_year = models.SmallIntegerField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["institution", "-works", "author"], name="author_institution_leading")
        ]

    def __str__(self) -> str:
        return f"{self.author_id}: {self.institution_id}"


class TrustSnapshot(models.Model):
    """An author's trust by the formula of ``graph.trust``: the counts it was computed from and the result (0 to 100).

    ``flow`` is the trust per unit of degree that reaches the author (0 to 1, see ``graph.standing``).
    """

    author = models.OneToOneField(
        Author, on_delete=models.CASCADE, primary_key=True, related_name="trust", db_constraint=False
    )
    formula = models.PositiveSmallIntegerField()
    works = models.PositiveIntegerField()
    topics = models.PositiveIntegerField()
    close_collaborators = models.PositiveIntegerField()
    level = models.PositiveSmallIntegerField()
    flow = models.FloatField(default=0)
    score = models.PositiveSmallIntegerField()
    computed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(score__lte=100), name="trust_score_0_to_100"),
            models.CheckConstraint(condition=Q(flow__gte=0) & Q(flow__lte=1), name="trust_flow_0_to_1"),
        ]

    def __str__(self) -> str:
        return f"{self.author_id}: {self.score}"

    @property
    def standing(self) -> float:
        """Standing points from 0 to 15, not rounded."""
        return standing_points(self.flow)

    @property
    def computed(self) -> Trust:
        """The score with its terms and their explanation, computed again from the counts."""
        return compute(Facts(self.works, self.topics, self.close_collaborators, self.level, self.standing))


class TrustChange(models.Model):
    """One step in the history of a score: what changed it, and the counts before and after.

    ``cause`` is why the score was computed again. ``before`` and ``after`` hold the counts of a snapshot by name.
    """

    class Cause(models.TextChoices):
        IMPORT = "import", "New or changed works were imported"
        CORRECTION = "correction", "The list of works was corrected"
        CLAIM = "claim", "The verification level changed"
        NIGHTLY = "nightly", "Trust flows were computed again for everyone"

    author = models.ForeignKey(
        Author, on_delete=models.CASCADE, related_name="trust_changes", db_index=False, db_constraint=False
    )
    at = models.DateTimeField()
    cause = models.CharField(max_length=12, choices=Cause)
    score_before = models.PositiveSmallIntegerField()
    score_after = models.PositiveSmallIntegerField()
    before = models.JSONField()
    after = models.JSONField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["author", "-at"], name="trust_change_latest")]

    def __str__(self) -> str:
        return f"{self.author_id}: {self.score_before} to {self.score_after}"
