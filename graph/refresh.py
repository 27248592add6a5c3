"""Bringing derived tables up to date after the catalogue changed."""

from __future__ import annotations

from collections.abc import Callable


def refresh_stale(*, progress: Callable[[int], None]) -> None:
    """Refresh what belongs to the authors in ``works.models.TouchedAuthor``."""
