"""What follows the records of a run: link institutions, work out who wrote what, refresh graph and trust.

All three work on what is dirty in the catalogue, not on what one run brought, so doing them twice is harmless and a
worker that takes over from a dead one simply goes on.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import Max
from django.utils import timezone

from graph.stale import refresh_stale
from ingest import runs
from ingest.models import ImportRun, SourceRecord
from works.attribution.resolve import resolve_dirty
from works.counts import recount_works
from works.institutions import link_works
from works.models import DirtyBlock

Report = Callable[[str, int], None]


class Interrupted(Exception):
    """The run was asked to stop, or another worker took it over."""


def finish(run_id: int, report: Report | None = None) -> bool:
    """Bring a run whose records are in to its end. False when another worker does it or the run was stopped.

    ``report`` hears the stage and how many blocks or authors were done.
    """
    if not runs.claim_finish(run_id):
        return False
    run = ImportRun.objects.get(pk=run_id)

    def alive(stage: str, done: int) -> None:
        if not runs.beat_finish(run_id, stage):
            raise Interrupted
        if report:
            report(stage, done)

    try:
        if run.stage == ImportRun.Stage.ATTRIBUTION:
            if not run.is_dry_run:
                newest = DirtyBlock.objects.aggregate(newest=Max("pk"))["newest"] or 0
                link_works(
                    SourceRecord.objects.filter(changed_by=run, work__isnull=False).values_list("work", flat=True)
                )
                resolve_dirty(up_to=newest, progress=lambda done: alive(ImportRun.Stage.ATTRIBUTION, done))
            alive(ImportRun.Stage.GRAPH, 0)
        if not run.is_dry_run:
            refresh_stale(progress=lambda done: alive(ImportRun.Stage.GRAPH, done))
            recount_works()
    except Interrupted:
        ImportRun.objects.filter(pk=run_id, state=ImportRun.State.STOPPING).update(
            state=ImportRun.State.STOPPED, finished_at=timezone.now(), heartbeat_at=None
        )
        return False
    runs.finish_run(run_id)
    return True
