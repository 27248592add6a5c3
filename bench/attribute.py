"""Attribution speed: every block, a batch of new works on top, the refresh of graph and trust, and memory.

Everything runs on a scratch database of the configured server; each step is a command in a process of its own, so that
its peak memory is its alone.
"""

from __future__ import annotations

import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from django.conf import settings

from bench.ingest import ingest
from bench.multiply import multiply
from bzpeer.scratch import scratch_database
from ingest.sources import get_source
from ingest.sources.base import SourceOptions
from works.models import Author


def add_arguments(parser: ArgumentParser) -> None:
    """Which file, and how many of its records come as the batch on top."""
    parser.add_argument("--file", type=Path, help="arXiv snapshot to attribute; the sample without it")
    parser.add_argument("--limit", type=int, help="read at most this many records")
    parser.add_argument(
        "--works", type=int, help="multiply the catalogue to so many works first (altered copies of its own)"
    )
    parser.add_argument(
        "--batch", type=int, help="records that come after the full resolution (a tenth, 10,000 at most)"
    )


def run(options: Mapping[str, Any]) -> dict[str, Any]:
    """All figures.

    The first resolution also describes every work and makes every author record; ``again`` is the same command once
    more. ``batch_seconds`` is the resolution of the last ``batch`` works alone, their import left out.
    """
    path = options.get("file") or settings.SAMPLE_DIR / "arxiv.jsonl.xz"
    total = options.get("limit") or _records(path)
    batch = options.get("batch") or min(total // 10, 10_000)
    with scratch_database("attribute"):
        ingest(path, limit=total - batch, workers=2)
        multiplied = multiply(options["works"]) if options.get("works") else total - batch
        full = manage("attribute", "--full", "--json")
        again = manage("attribute", "--full", "--json")
        graph = manage("refresh_graph", "--full", "--json")
        ingest(path, limit=total, workers=2)
        after = manage("attribute", "--json")
        authors = Author.objects.public().count()
    return {
        "works": multiplied + batch,
        "authorships": full["authorships"],
        "authorships_per_second": full["authorships_per_second"],
        "seconds": full["seconds"],
        "peak_memory_mb": full["peak_memory_mb"],
        "again_authorships_per_second": again["authorships_per_second"],
        "again_seconds": again["seconds"],
        "graph": graph,
        "batch_works": batch,
        "batch_authorships_looked_at": after["authorships"],
        "batch_seconds": after["seconds"],
        "authors": authors,
    }


def manage(*command: str) -> dict[str, Any]:
    """Run a command on the scratch database and read the JSON object of its last line."""
    done = subprocess.run(
        [sys.executable, "manage.py", *command], check=True, capture_output=True, text=True, cwd=settings.BASE_DIR
    )
    figures: dict[str, Any] = msgspec.json.decode(done.stdout.splitlines()[-1])
    return figures


def _records(path: Path) -> int:
    """How many records a snapshot holds, by reading it once."""
    source = get_source("arxiv-snapshot")
    return sum(1 for _ in source.read(SourceOptions(inputs=(str(path),))))
