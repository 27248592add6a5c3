"""Records for tests of the loader, made in one line."""

from __future__ import annotations

from datetime import date
from typing import Any

from works.records import BylineRecord, TopicRecord, VersionRecord, WorkRecord

TITLE = "A theory of wandering engines and their makers"


def record(arxiv: str | None = "2105.00001", *authors: str, **facts: Any) -> WorkRecord:
    """A whole snapshot record; ``arxiv`` is its id, ``None`` for a record without identifiers."""
    given: dict[str, Any] = {
        "source": "arxiv-snapshot",
        "key": arxiv or facts.get("title", TITLE),
        "rank": 80,
        "title": TITLE,
        "identifiers": [("arxiv", arxiv)] if arxiv else [],
        "bylines": [BylineRecord(name) for name in authors or ("Ada Lovelace", "Charles Babbage")],
        "abstract": "We study engines that wander.",
        "topics": [TopicRecord("arxiv", "cs.DM")],
        "versions": [VersionRecord(1)],
        "submitted": date(2021, 5, 17),
        "updated": date(2021, 5, 17),
    }
    return WorkRecord(**given | facts)
