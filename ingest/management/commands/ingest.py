"""``manage.py ingest SOURCE [INPUT ...]``: run an import here, or hand it to the workers."""

from __future__ import annotations

import os
import sys
import time
from argparse import ArgumentParser
from datetime import date
from typing import Any

import msgspec
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import InterfaceError, OperationalError
from tqdm import tqdm

from ingest import runs
from ingest.batches import Outcome
from ingest.finishing import finish
from ingest.models import ImportRun, ImportShard
from ingest.pipeline import work_shard
from ingest.sources import source_slugs
from ingest.sources.base import SourceError, SourceOptions
from ingest.tasks import enqueue, worker_name
from ingest.workers import WorkerDiedError, work_together, worker_count
from works.attribution.resolve import ChildDiedError
from works.garbage import rarely_collected
from works.peak_memory import peak_memory_mb

#: Each has two connections, and a PostgreSQL server as it comes allows a hundred.
MOST_SHARING = 32


class Command(BaseCommand):
    help = "Import records from a source: a file, a service, or the sample corpus."
    # They load every page of the site, half a second of an import that serves none.
    requires_system_checks = ()

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Options may stand between the source and its inputs."""
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.parse_args = parser.parse_intermixed_args  # type: ignore[method-assign]  # what Django calls
        return parser

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "source", nargs="?", metavar="SOURCE", help=f"{', '.join(source_slugs())}; not needed with --resume"
        )
        parser.add_argument("inputs", nargs="*", metavar="INPUT", help="files, or arXiv ids for arxiv-api")
        parser.add_argument("--limit", type=int, help="read at most this many records")
        parser.add_argument("--base-url", help="the service's address, for network sources")
        parser.add_argument("--since", metavar="YYYY-MM-DD", help="changed on or after")
        parser.add_argument("--until", metavar="YYYY-MM-DD", help="changed on or before")
        parser.add_argument("--set", action="append", default=[], dest="sets", help="OAI-PMH set; may be repeated")
        parser.add_argument("--prefix", dest="metadata_prefix", help="OAI-PMH layout of records: arXiv or oai_dc")
        parser.add_argument("--query", help="a search in the service's own language")
        parser.add_argument("--dry-run", action="store_true", help="say what would change and write nothing")
        parser.add_argument("--resume", type=int, metavar="RUN", help="go on with a stopped or failed run")
        parser.add_argument(
            "--facts-only", action="store_true", help="leave attribution and graph to a later `attribute`"
        )
        parser.add_argument("--queue", action="store_true", help="hand the run to the Celery workers")
        parser.add_argument("--workers", type=int, help="processes that share the run; big files get one per core")
        parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            run = self._run(options)
            if options["queue"]:
                enqueue(run)
                self.stdout.write(f"Run {run.pk} is queued; watch it at {run.get_absolute_url()}")
                if options["json"]:
                    self._print({"run": run.pk, "source": run.source.slug, "state": run.state})
            else:
                with rarely_collected():
                    self._work(run, options)
        except SourceError as error:
            raise CommandError(str(error)) from None
        except (OperationalError, InterfaceError) as error:
            raise CommandError(f"The database cannot be reached: {str(error).strip().splitlines()[0]}") from None

    def _run(self, options: dict[str, Any]) -> ImportRun:
        if options["resume"] is not None:
            return self._resumed(options["resume"], options["source"])
        if options["source"] is None:
            raise CommandError(f"Which source? {', '.join(source_slugs())}")
        if (options["workers"] or 0) > MOST_SHARING:
            raise CommandError(f"At most {MOST_SHARING} workers can share a run")
        shards = options["workers"] or (settings.IMPORT_SHARDS if options["queue"] else worker_count(options["inputs"]))
        return runs.start_run(
            options["source"],
            SourceOptions(
                inputs=tuple(options["inputs"]),
                base_url=options["base_url"],
                since=_day("--since", options["since"]),
                until=_day("--until", options["until"]),
                sets=tuple(options["sets"]),
                metadata_prefix=options["metadata_prefix"],
                query=options["query"],
                limit=options["limit"],
            ),
            shards=shards,
            is_dry_run=options["dry_run"],
            batch_size=settings.IMPORT_BATCH_SIZE,
        )

    def _resumed(self, number: int, source: str | None) -> ImportRun:
        run = ImportRun.objects.select_related("source").filter(pk=number).first()
        if run is None:
            raise CommandError(f"There is no run {number}")
        if source not in (None, run.source.slug):
            raise CommandError(f"Run {number} is of {run.source.slug}, not of {source}")
        runs.release_dead_local(number)
        if not runs.resume_run(number) and not runs.has_open_shards(number):
            raise CommandError(f"Run {number} is neither stopped nor failed nor left by its worker")
        run.refresh_from_db()
        return run

    def _work(self, run: ImportRun, options: dict[str, Any]) -> None:
        started = time.monotonic()
        before = run.seen
        try:
            self._take_in(run)
            seconds = time.monotonic() - started
            run.refresh_from_db()
            if run.state == ImportRun.State.RUNNING:
                if options["facts_only"]:
                    runs.finish_run(run.pk)
                else:
                    finish(run.pk, processes=os.cpu_count() or 1)
                run.refresh_from_db()
        except KeyboardInterrupt:
            runs.stop_run(run.pk)
            raise CommandError(f"Stopped. `manage.py ingest --resume {run.pk}` goes on.") from None
        except (WorkerDiedError, ChildDiedError) as error:
            raise CommandError(f"{error}. `manage.py ingest --resume {run.pk}` goes on.") from None
        if run.state == ImportRun.State.FAILED:
            raise CommandError(run.error)
        figures = self._figures(run, before, seconds, time.monotonic() - started)
        self.stdout.write(
            f"Run {run.pk}: {run.seen} records seen, {run.created} created, {run.updated} updated,"
            f" {run.unchanged} unchanged, {run.rejected} rejected in {seconds:.1f} s"
            f" ({figures['works_per_second']} works/s); {figures['total_seconds']} s to the end"
        )
        if run.is_dry_run:
            self._print_report(run)
        if options["json"]:
            self._print(figures)

    def _take_in(self, run: ImportRun) -> None:
        """The records of a run, in this process or, when it has several shards, in one for each."""
        shards = run.shards.exclude(state=ImportShard.State.DONE)
        if not shards:
            return
        with tqdm(unit=" records", disable=not sys.stderr.isatty(), smoothing=0.1) as bar:
            if len(shards) == 1:

                def progress(outcome: Outcome) -> None:
                    bar.update(outcome.seen)

                work_shard(run.pk, shards[0].index, worker_name(), progress)
                return

            def look() -> None:
                seen, bar.total = ImportRun.objects.values_list("seen", "total").get(pk=run.pk)
                bar.update(seen - bar.n)

            work_together(run, worker_name(), look)

    def _print(self, figures: dict[str, Any]) -> None:
        self.stdout.write(msgspec.json.encode(figures).decode())

    def _print_report(self, run: ImportRun) -> None:
        """A dry run's account in words."""
        report = run.report
        self.stdout.write("Nothing was written. A real run would")
        for sample in report.get("created", [])[:5]:
            self.stdout.write(f"  create  {sample['key']}: {sample['title']}")
        for sample in report.get("changed", [])[:5]:
            self.stdout.write(f"  change  {sample['title']}: {', '.join(sample['fields'])}")
        for reason, count in report.get("reasons", []):
            self.stdout.write(f"  reject  {count}: {reason}")
        touched = report.get("block_count", 0)
        if touched:
            blocks = ", ".join(block for block, _ in report.get("blocks", [])[:8])
            self.stdout.write(f"  touch   {touched} name block{'' if touched == 1 else 's'}: {blocks}")
        elif not (run.created or run.updated or run.rejected):
            self.stdout.write("  change nothing")

    def _figures(self, run: ImportRun, before: int, seconds: float, total: float) -> dict[str, Any]:
        """Counts of a run; ``seconds`` until all facts can be found, ``total_seconds`` with attribution and graph.

        The rate is that of this command: it leaves out the records seen ``before`` it.
        """
        return {
            "run": run.pk,
            "source": run.source.slug,
            "state": run.state,
            "seen": run.seen,
            "created": run.created,
            "updated": run.updated,
            "unchanged": run.unchanged,
            "rejected": run.rejected,
            "authorships": run.authorships,
            "seconds": round(seconds, 2),
            "works_per_second": round((run.seen - before) / seconds) if seconds else 0,
            "total_seconds": round(total, 2),
            "peak_memory_mb": peak_memory_mb(),
            "dry_run": run.is_dry_run,
            "report": run.report,
        }


def _day(option: str, value: str | None) -> date | None:
    """The day that an option names. Raises ``CommandError`` when there is none of that name."""
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        raise CommandError(f"{option}: {value} is not a day; write one like 2026-02-28") from None
