"""``manage.py refresh_graph``: collaborations, topic and institution counts, standing and trust."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

import orjson
from django.core.management.base import BaseCommand

from graph import edges
from graph.refresh import refresh_all
from graph.stale import refresh_stale


class Command(BaseCommand):
    help = "Bring derived tables up to date for touched authors, or make them all anew with --full."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--full", action="store_true", help="rebuild everything and compute trust flows anew")
        parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["full"]:
            done = refresh_all()
            report: dict[str, object] = {"snapshots": done.snapshots, "seconds": round(done.seconds, 3)}
            words = f"Rebuilt everything in {done.seconds:.1f} s; {done.snapshots:,} trust snapshots changed."
        else:
            touched = refresh_stale()
            report = {"authors": touched}
            words = f"Refreshed {touched:,} touched authors."
        if options["json"]:
            self.stdout.write(orjson.dumps({**report, "digests": edges.digests()}).decode())
        else:
            self.stdout.write(words)
