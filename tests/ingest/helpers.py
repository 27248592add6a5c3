"""Short cuts for tests of sources."""

from __future__ import annotations

import json
from pathlib import Path

from ingest.sources.base import Parsed, RawItem, Source, SourceOptions, parse_item
from works.records import Rejected, WorkRecord

DATA = Path(__file__).parents[1] / "data"


def options_for(*paths: Path, **more: object) -> SourceOptions:
    return SourceOptions(inputs=tuple(str(path) for path in paths), **more)  # type: ignore[arg-type]  # test short cut


def parsed_items(source: Source, options: SourceOptions) -> list[Parsed]:
    return [parse_item(source, item) for item in source.read(options)]


def works_of(source: Source, options: SourceOptions) -> list[WorkRecord]:
    """All records of a source that has to parse whole."""
    records = parsed_items(source, options)
    assert all(isinstance(record, WorkRecord) for record in records), records
    return [record for record in records if isinstance(record, WorkRecord)]


def rejects_of(source: Source, options: SourceOptions) -> list[Rejected]:
    return [record for record in parsed_items(source, options) if isinstance(record, Rejected)]


def assert_resumes_anywhere(source: Source, options: SourceOptions) -> None:
    """Reading on from any cursor yields exactly what follows it; cursors survive JSON."""
    items: list[RawItem] = list(source.read(options))
    assert items
    for at, item in enumerate(items):
        cursor = json.loads(json.dumps(item.cursor))
        assert list(source.read(options, cursor)) == items[at + 1 :]
