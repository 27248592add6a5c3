"""Paging by keyset: a cursor names the last row of a page, so the next page costs the same however deep it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

Row = TypeVar("Row")
SEPARATOR = "~"
#: The largest id that PostgreSQL's bigint holds; a larger one in an address cannot name a row.
MAX_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """One page of rows. ``next_cursor`` is empty on the last one; ``is_continued`` says that rows come before it."""

    rows: Sequence[Row]
    next_cursor: str = ""
    is_continued: bool = False


def encode_cursor(*values: object) -> str:
    """A cursor as it stands in an address: the values with ``~`` between them."""
    return SEPARATOR.join(value.isoformat() if isinstance(value, date) else str(value) for value in values)


def date_cursor(text: str) -> tuple[date, int] | None:
    """The ``(day, id)`` behind a cursor, ``None`` when it is empty or was tampered with."""
    day, _, row_id = text.partition(SEPARATOR)
    try:
        return date.fromisoformat(day), _bounded(row_id)
    except ValueError:
        return None


def number_cursor(text: str, count: int) -> tuple[int, ...] | None:
    """The ``count`` whole numbers behind a cursor, ``None`` when it is empty or was tampered with."""
    parts = text.split(SEPARATOR, count)
    if len(parts) != count:
        return None
    try:
        return tuple(_bounded(part) for part in parts)
    except ValueError:
        return None


def _bounded(text: str) -> int:
    """A whole number of plain digits that a bigint column can be compared with."""
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(MAX_ID))):
        raise ValueError(text)
    number = int(text)
    if number > MAX_ID:
        raise ValueError(text)
    return number
