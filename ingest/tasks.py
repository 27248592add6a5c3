"""Celery tasks of imports: thin, safe to run twice."""

from __future__ import annotations

import os
import socket

from celery import shared_task
from django.conf import settings

from ingest import finishing, runs, schedules, uploads
from ingest.models import ImportRun, ImportShard, RejectedRecord
from ingest.pipeline import work_shard
from ingest.retry import retry


def enqueue(run: ImportRun) -> None:
    """Hand every open shard of a run to the workers, once the current transaction is committed."""
    for shard in run.shards.exclude(state=ImportShard.State.DONE):
        import_shard.delay_on_commit(run.pk, shard.index)
    if run.stage != ImportRun.Stage.RECORDS:
        finish_import.delay_on_commit(run.pk)


def worker_name() -> str:
    """This process, as run pages show it."""
    return f"{socket.gethostname()}:{os.getpid()}"


@shared_task
def import_shard(run_id: int, index: int) -> None:
    """Take in the records of one shard; the worker that completes a run hands on its last stages."""
    if work_shard(run_id, index, worker_name()):
        finish_import.delay(run_id)


@shared_task
def finish_import(run_id: int) -> None:
    """Attribution, graph and trust after the records of a run; other workers are asked to share the attribution."""
    for _ in range(settings.IMPORT_SHARDS - 1):
        share_attribution.delay(run_id)
    try:
        finishing.finish(run_id)
    except Exception as error:
        runs.fail_run(run_id, f"{type(error).__name__}: {error}")
        raise


@shared_task
def share_attribution(run_id: int) -> None:
    """Help the worker that finishes a run with its attribution."""
    finishing.share_attribution(run_id)


@shared_task
def retry_rejects(run_id: int, reason: str) -> None:
    """Try all open rejects of one reason again."""
    run = ImportRun.objects.select_related("source").get(pk=run_id)
    if retry(run, RejectedRecord.objects.filter(reason=reason)).fixed:
        finish_import.delay(run_id)


@shared_task
def revive_imports() -> None:
    """Every minute: hand out again what lost its worker, settle stopping runs, start scheduled sources."""
    runs.settle_stopping()
    for shard in runs.orphaned_shards():
        import_shard.delay(shard.run_id, shard.index)
    for run in runs.unfinished_runs():
        finish_import.delay(run.pk)
    for source in schedules.due_sources():
        if started := schedules.take_turn(source):
            enqueue(started)
    uploads.forget_old()
