"""``manage.py attribute [--full]``: work out who wrote what for the blocks that changed, or for all."""

from __future__ import annotations

import os
import sys
import time
from argparse import ArgumentParser
from typing import Any

import msgspec
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from works.attribution.catalogue import Catalogue
from works.attribution.resolve import ChildDiedError, mark_all_dirty, resolve_dirty
from works.peak_memory import peak_memory_mb


class Command(BaseCommand):
    help = "Resolve the name blocks that changed since they were last resolved. Run refresh_graph afterwards."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--full", action="store_true", help="resolve every block, with statistics counted anew")
        parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
        parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        if options["full"]:
            mark_all_dirty()
            Catalogue.recount()
        with tqdm(unit=" authorships", disable=not sys.stderr.isatty()) as bar:
            try:
                done = resolve_dirty(
                    processes=max(1, options["processes"]), progress=lambda count: bar.update(count - bar.n)
                )
            except ChildDiedError as error:
                raise CommandError(f"{error}. `manage.py attribute` goes on.") from None
        seconds = time.monotonic() - started
        figures = {
            "authorships": done,
            "seconds": round(seconds, 2),
            "authorships_per_second": round(done / seconds) if seconds else 0,
            "peak_memory_mb": peak_memory_mb(),
        }
        self.stdout.write(f"{done} authorships resolved in {seconds:.1f} s")
        if options["json"]:
            self.stdout.write(msgspec.json.encode(figures).decode())
