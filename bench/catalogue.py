"""The catalogue that pages and searches are measured on: the one at hand, or a scratch one as large as asked for."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from bench.attribute import manage
from bench.ingest import ingest
from bench.multiply import multiply
from bzpeer.scratch import scratch_database
from works.counts import recount_works


def add_arguments(parser: ArgumentParser) -> None:
    """How large the catalogue is to be, and what it is made of."""
    parser.add_argument(
        "--works", type=int, help="measure a scratch catalogue of so many works: those of --file and altered copies"
    )
    parser.add_argument("--file", type=Path, help="arXiv snapshot for --works; the sample without it")


@contextmanager
def catalogue(options: Mapping[str, Any]) -> Iterator[None]:
    """Inside, the default connection leads to the catalogue that the options ask for, imported to the end."""
    works = options.get("works")
    if not works:
        yield
        return
    with scratch_database("catalogue"):
        ingest(options.get("file") or settings.SAMPLE_DIR / "arxiv.jsonl.xz", limit=works, workers=2)
        multiply(works)
        manage("attribute", "--full", "--json")
        manage("refresh_graph", "--full", "--json")
        recount_works()
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        yield
