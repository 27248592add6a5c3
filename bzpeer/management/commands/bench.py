"""``manage.py bench [ingest|attribute|graph|pages|search]``: measure the figures that the design promises.

Each measurement is a module of ``bench/`` with ``run(options)``, which returns its figures, and, where it takes options
of its own, ``add_arguments(parser)``.
"""

from __future__ import annotations

from argparse import ArgumentParser
from importlib import import_module
from typing import Any

import msgspec
from django.core.management.base import BaseCommand

MEASUREMENTS = ("ingest", "attribute", "graph", "pages", "search")


class Command(BaseCommand):
    help = "Measure speed and memory; without a name, everything."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
        parser.add_argument("--sample", type=int, help="addresses, queries or authors of a kind")
        named = parser.add_subparsers(dest="measurement", metavar="{" + ",".join(MEASUREMENTS) + "}")
        for name in MEASUREMENTS:
            one = named.add_parser(name, help=(import_module(f"bench.{name}").__doc__ or "").splitlines()[0])
            # Given after the name as well as before it, without one undoing the other.
            one.add_argument("--json", action="store_true", dest="json_after")
            one.add_argument("--sample", type=int, dest="sample_after")
            add_arguments = getattr(import_module(f"bench.{name}"), "add_arguments", None)
            if add_arguments:
                add_arguments(one)

    def handle(self, *args: Any, **options: Any) -> None:
        options["sample"] = options.get("sample_after") or options["sample"]
        names = [options["measurement"]] if options["measurement"] else list(MEASUREMENTS)
        figures = {}
        for name in names:
            self.stderr.write(f"Measuring {name} ...")
            figures[name] = import_module(f"bench.{name}").run(options)
            for label, value in _flat(figures[name]):
                self.stdout.write(f"{name}  {label:<44} {value}")
        if options["json"] or options.get("json_after"):
            self.stdout.write(msgspec.json.encode(figures if len(names) > 1 else figures[names[0]]).decode())


def _flat(figures: dict[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    """Nested figures as lines: ``pages.work.cold.p95_ms  12.3``."""
    lines: list[tuple[str, Any]] = []
    for name, value in figures.items():
        if isinstance(value, dict):
            lines += _flat(value, f"{prefix}{name}.")
        else:
            lines.append((f"{prefix}{name}", value))
    return lines
