"""Tables derived from the catalogue; every row can be rebuilt from it."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from works.models import Author, Institution, Topic


class Collaboration(models.Model):
    """Two authors who share works; ``a`` is the smaller id. ``strength`` sums 1/(n-1) over the shared works (Newman 2001)."""

    a = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="+", db_index=False)
    b = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="+")
    works = models.PositiveIntegerField()
    strength = models.FloatField()
    first_year = models.SmallIntegerField(null=True)
    last_year = models.SmallIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["a", "b"], name="collaboration_pair"),
            models.CheckConstraint(condition=Q(a__lt=F("b")), name="collaboration_ordered"),
        ]

    def __str__(self) -> str:
        return f"{self.a_id}-{self.b_id}"


class AuthorTopic(models.Model):
    """How many works of an author carry a topic."""

    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="topic_counts", db_index=False)
    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="author_counts")
    works = models.PositiveIntegerField()
    first_year = models.SmallIntegerField(null=True)
    last_year = models.SmallIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["author", "topic"], name="author_topic_once")]

    def __str__(self) -> str:
        return f"{self.author_id}: {self.topic_id}"


class AuthorInstitution(models.Model):
    """How many works of an author name an institution, and between which years."""

    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="institution_counts", db_index=False)
    institution = models.ForeignKey(Institution, on_delete=models.CASCADE, related_name="author_counts")
    works = models.PositiveIntegerField()
    first_year = models.SmallIntegerField(null=True)
    last_year = models.SmallIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["author", "institution"], name="author_institution_once")]

    def __str__(self) -> str:
        return f"{self.author_id}: {self.institution_id}"


class TrustSnapshot(models.Model):
    """An author's trust by the formula of ``graph.trust``: the counts it was computed from and the result (0 to 100)."""

    author = models.OneToOneField(Author, on_delete=models.CASCADE, primary_key=True, related_name="trust")
    formula = models.PositiveSmallIntegerField()
    works = models.PositiveIntegerField()
    topics = models.PositiveIntegerField()
    close_collaborators = models.PositiveIntegerField()
    level = models.PositiveSmallIntegerField()
    standing = models.FloatField(default=0)
    score = models.PositiveSmallIntegerField()
    computed_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(score__lte=100), name="trust_score_0_to_100")]

    def __str__(self) -> str:
        return f"{self.author_id}: {self.score}"
