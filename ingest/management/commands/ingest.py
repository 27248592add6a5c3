"""``manage.py ingest SOURCE [PATH_OR_URL ...]``: run an import here, or hand it to the workers."""

from __future__ import annotations

import resource
import sys
import time
from argparse import ArgumentParser
from datetime import date
from typing import Any

import msgspec
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from ingest import runs
from ingest.finishing import finish
from ingest.models import ImportRun
from ingest.pipeline import Outcome, work_shard
from ingest.sources import source_slugs
from ingest.sources.base import SourceError, SourceOptions
from ingest.tasks import enqueue, worker_name


class Command(BaseCommand):
    help = "Import records from a source: a file, a service, or the sample corpus."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", metavar="SOURCE", help=", ".join(source_slugs()))
        parser.add_argument("inputs", nargs="*", metavar="PATH_OR_URL")
        parser.add_argument("--limit", type=int, help="read at most this many records")
        parser.add_argument("--base-url", help="the service's address, for network sources")
        parser.add_argument("--since", type=date.fromisoformat, metavar="YYYY-MM-DD")
        parser.add_argument("--until", type=date.fromisoformat, metavar="YYYY-MM-DD")
        parser.add_argument("--set", action="append", default=[], dest="sets", help="OAI-PMH set; may be repeated")
        parser.add_argument("--query", help="a search in the service's own language")
        parser.add_argument("--dry-run", action="store_true", help="say what would change and write nothing")
        parser.add_argument("--resume", type=int, metavar="RUN", help="go on with a stopped or failed run")
        parser.add_argument(
            "--facts-only", action="store_true", help="leave attribution and graph to a later `attribute`"
        )
        parser.add_argument("--queue", action="store_true", help="hand the run to the Celery workers")
        parser.add_argument("--workers", type=int, default=1, help="with --queue: workers that share the run")
        parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            run = self._run(options)
        except SourceError as error:
            raise CommandError(str(error)) from None
        if options["queue"]:
            enqueue(run)
            self.stdout.write(f"Run {run.pk} is queued; watch it at /imports/runs/{run.pk}/")
            if options["json"]:
                self.stdout.write(
                    msgspec.json.encode({"run": run.pk, "source": run.source.slug, "state": run.state}).decode()
                )
            return
        self._work(run, options)

    def _run(self, options: dict[str, Any]) -> ImportRun:
        if options["resume"]:
            if not runs.resume_run(options["resume"]):
                raise CommandError(f"Run {options['resume']} is not stopped or failed")
            return ImportRun.objects.select_related("source").get(pk=options["resume"])
        return runs.start_run(
            options["source"],
            SourceOptions(
                inputs=tuple(options["inputs"]),
                base_url=options["base_url"],
                since=options["since"],
                until=options["until"],
                sets=tuple(options["sets"]),
                query=options["query"],
                limit=options["limit"],
                contact=settings.CONTACT_EMAIL,
                allow_private_hosts=bool(settings.IMPORT_ALLOWED_PRIVATE_HOSTS),
            ),
            shards=options["workers"] if options["queue"] else 1,
            is_dry_run=options["dry_run"],
            batch_size=settings.IMPORT_BATCH_SIZE,
        )

    def _work(self, run: ImportRun, options: dict[str, Any]) -> None:
        started = time.monotonic()
        with tqdm(unit=" records", disable=not sys.stderr.isatty(), smoothing=0.1) as bar:

            def progress(outcome: Outcome) -> None:
                bar.update(outcome.seen)

            for shard in run.shards.exclude(state="done"):
                work_shard(run.pk, shard.index, worker_name(), progress)
        seconds = time.monotonic() - started
        run.refresh_from_db()
        if run.state == ImportRun.State.RUNNING and not options["facts_only"]:
            finish(run.pk)
            run.refresh_from_db()
        elif run.state == ImportRun.State.RUNNING:
            runs.finish_run(run.pk)
            run.refresh_from_db()
        figures = self._figures(run, seconds, time.monotonic() - started)
        if run.state == ImportRun.State.FAILED:
            raise CommandError(run.error)
        self.stdout.write(
            f"Run {run.pk}: {run.seen} records seen, {run.created} created, {run.updated} updated,"
            f" {run.unchanged} unchanged, {run.rejected} rejected in {seconds:.1f} s"
            f" ({figures['works_per_second']} works/s); {figures['total_seconds']} s to the end"
        )
        if options["json"]:
            self.stdout.write(msgspec.json.encode(figures).decode())

    def _figures(self, run: ImportRun, seconds: float, total: float) -> dict[str, Any]:
        """The counts of a run; ``seconds`` until every fact is searchable, ``total_seconds`` with attribution and graph."""
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
            "works_per_second": round(run.seen / seconds) if seconds else 0,
            "total_seconds": round(total, 2),
            "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
            "dry_run": run.is_dry_run,
            "report": run.report,
        }
