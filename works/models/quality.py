"""How good attribution is, as last measured."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models


class QualityReport(models.Model):
    """One measurement, kept as it was taken; the pages show the latest of each kind and subject.

    * ``proof``: figures of ``works.attribution.proof``: decisions checked, violations with their words, attributions by
      who decided.
    * ``gold``: ``subject`` is the name of a gold set, figures are those of ``manage.py evaluate_attribution --json``.
    """

    class Kind(models.TextChoices):
        PROOF = "proof", "Do human decisions hold?"
        GOLD = "gold", "Score on a gold set"

    kind = models.CharField(max_length=5, choices=Kind)
    subject = models.CharField(max_length=100, blank=True)
    at = models.DateTimeField(auto_now_add=True)
    figures: models.JSONField[Any, Any] = models.JSONField(default=dict)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["kind", "subject", "-at"], name="quality_latest")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}".rstrip()
