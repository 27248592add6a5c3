"""What follows the records of a run: link institutions, work out who wrote what, refresh graph and trust.

All of it works on what is dirty in the catalogue, not on what one run brought, so doing it twice is harmless and a
worker that takes over from a dead one simply goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import chain

from django.db.models import Max

from graph.stale import refresh_stale
from ingest import runs
from ingest.heart import Heart
from ingest.models import ImportBatch, ImportRun, WorkChange
from ingest.sources import get_source
from ingest.sources.base import StoppedError
from works.attribution.resolve import resolve_dirty
from works.counts import recount_works
from works.institutions import link_works
from works.models import DirtyBlock

Report = Callable[[str, int], None]
Stage = ImportRun.Stage


def finish(run_id: int, report: Report | None = None, processes: int = 1) -> bool:
    """Bring a run whose records are in to its end. False when another worker does it or the run was stopped.

    ``report`` hears the stage and how many authorships or authors were done. Attribution is shared among so many
    ``processes``; a Celery worker may have no children, others help it instead (``share_attribution``). When it is
    interrupted or fails, another worker can take over at once.
    """
    if not runs.claim_finish(run_id):
        return False
    try:
        with Heart(lambda write: runs.beat_finish(run_id, write=write), runs.HEARTBEAT_SECONDS) as heart:
            while not _finished(ImportRun.objects.select_related("source").get(pk=run_id), heart, report, processes):
                # Rejects were mended meanwhile, and what they brought is not attributed yet.
                if not runs.enter_stage(run_id, Stage.ATTRIBUTION):
                    raise StoppedError
    except StoppedError:
        runs.stop_finishing(run_id)
        return False
    except BaseException:
        runs.release_finish(run_id)
        raise
    return True


def _finished(run: ImportRun, heart: Heart, report: Report | None, processes: int) -> bool:
    if not run.is_dry_run:
        _settle(run, heart, report, processes)
    return runs.finish_run(run.pk, run.rejected)


def _settle(run: ImportRun, heart: Heart, report: Report | None, processes: int) -> None:
    def progress(stage: str) -> Callable[[int], None]:
        def heard(done: int) -> None:
            if heart.stopped:
                raise StoppedError
            if report:
                report(stage, done)

        return heard

    def announce(step: str) -> None:
        if not runs.enter_step(run.pk, step):
            raise StoppedError

    if run.stage == Stage.ATTRIBUTION:
        newest = DirtyBlock.objects.aggregate(newest=Max("pk"))["newest"] or 0
        link_works(_works_to_link(run))
        resolve_dirty(up_to=newest, progress=progress(Stage.ATTRIBUTION), processes=processes, announce=announce)
        if not runs.enter_stage(run.pk, Stage.GRAPH):
            raise StoppedError
    refresh_stale(progress=progress(Stage.GRAPH), announce=announce)
    announce("numbers of works of topics and institutions")
    recount_works()


def _works_to_link(run: ImportRun) -> Iterator[int] | None:
    """The works whose affiliations may name other institutions than before; ``None``: all, new institutions came."""
    if get_source(run.source.slug).brings_institutions and (run.created or run.updated):
        return None
    return touched_works(run)


def share_attribution(run_id: int) -> None:
    """Resolve name blocks while another worker finishes a run; the two share them out by their locks.

    The finishing worker sees to every block in the end, so it does not matter when a helper is lost or comes too late.
    """

    def heard(_: int) -> None:
        if not wanted.exists():
            raise StoppedError

    wanted = ImportRun.objects.filter(pk=run_id, state=ImportRun.State.RUNNING, stage=Stage.ATTRIBUTION)
    with suppress(StoppedError):
        heard(0)
        resolve_dirty(progress=heard)


def touched_works(run: ImportRun) -> Iterator[int]:
    """The works that a run created or changed."""
    created = ImportBatch.objects.filter(run=run).values_list("new_works", flat=True)
    changed = WorkChange.objects.filter(run=run).values_list("work", flat=True)
    return chain(chain.from_iterable(created.iterator()), changed.iterator())
