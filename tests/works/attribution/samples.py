"""Real records for whole resolutions."""

from __future__ import annotations

from itertools import islice

from django.conf import settings

from ingest.sources import get_source
from ingest.sources.base import SourceOptions
from works.records import WorkRecord


def sample(count: int) -> list[WorkRecord]:
    """The first works of the sample corpus."""
    source = get_source("arxiv-snapshot")
    options = SourceOptions(inputs=(str(settings.SAMPLE_DIR / "arxiv.jsonl.xz"),))
    parsed = (source.parse(item.raw) for item in source.read(options))
    return list(islice((record for record in parsed if isinstance(record, WorkRecord)), count))
