"""What people do with profiles. None of it counts towards trust."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from works.models import Author


class Follow(models.Model):
    """A user hears about new work and changes of an author record."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="follows")
    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="followers")
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "author"], name="follow_once")]

    def __str__(self) -> str:
        return f"{self.user_id} follows {self.author_id}"
