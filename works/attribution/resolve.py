"""Attribution against the database: read dirty blocks, let the engine decide, write what it decided."""

from __future__ import annotations

from collections.abc import Callable


def resolve_dirty(*, up_to: int, progress: Callable[[int], None]) -> None:
    """Resolve every block marked dirty by a row up to this id."""
