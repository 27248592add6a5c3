"""Snapshot files for tests of the pipeline, a record in one line."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ingest import runs
from ingest.models import ImportRun
from ingest.pipeline import work_shard
from ingest.sources.base import SourceOptions

WORDS = ("amber", "birch", "copper", "dahlia", "ember", "fjord", "garnet", "heron", "indigo", "juniper")


def line(number: int, **facts: Any) -> str:
    """A record with an id, a title and two authors of its own."""
    word, other = WORDS[number % 10], WORDS[number // 10 % 10]
    record: dict[str, Any] = {
        "id": f"2105.{number + 1:05d}",
        "title": f"On the theory of the {word} {other} engine, part {number}",
        "authors": f"Ada {word.title()}, Charles {other.title()}",
        "abstract": f"We study {word} engines.",
        "categories": "cs.DM cs.LG",
        "versions": [{"version": "v1", "created": "Mon, 17 May 2021 00:00:00 GMT"}],
        "update_date": "2021-05-17",
    }
    return json.dumps(record | facts)


def write(path: Path, lines: Iterable[str]) -> Path:
    path.write_text("".join(f"{text}\n" for text in lines))
    return path


def options_of(path: Path, **more: Any) -> SourceOptions:
    return SourceOptions(inputs=(str(path),), **more)


def start(path: Path, **how: Any) -> ImportRun:
    """A run of a snapshot file with batches of ten."""
    return runs.start_run("arxiv-snapshot", options_of(path), **{"batch_size": 10} | how)


def import_file(path: Path, **how: Any) -> ImportRun:
    """Take all records of a file in, in this process; attribution and graph are left out."""
    run = start(path, **how)
    for shard in run.shards.all():
        work_shard(run.pk, shard.index, f"worker-{shard.index}")
    run.refresh_from_db()
    return run


def counts(run: ImportRun) -> tuple[int, int, int, int]:
    """Created, updated, unchanged, rejected."""
    return run.created, run.updated, run.unchanged, run.rejected
