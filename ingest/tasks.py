"""Celery tasks of imports: thin, safe to run twice."""

from __future__ import annotations

import os
import socket

from celery import current_app, shared_task
from django.conf import settings

from ingest import finishing, runs, schedules, turns, uploads
from ingest.models import ImportRun, ImportShard, RejectedRecord
from ingest.pipeline import work_shard
from ingest.retry import retry


def enqueue(run: ImportRun) -> None:
    """Hand every open shard of a run to the workers, once the current transaction is committed."""
    task = harvest if turns.is_harvest(run) else import_shard
    for shard in run.shards.exclude(state=ImportShard.State.DONE):
        task.delay_on_commit(run.pk, shard.index)
    if run.stage != ImportRun.Stage.RECORDS:
        finish_import.delay_on_commit(run.pk)


def worker_name() -> str:
    """This process, as run pages show it."""
    return f"{socket.gethostname()}:{os.getpid()}"


@shared_task
def harvest(run_id: int, index: int) -> None:
    """Take in the records of a service, when it is the run's turn; until then ``revive_imports`` hands it out again."""
    if work_shard(run_id, index, worker_name(), claim=turns.claim_harvest):
        finish_import.delay(run_id)


@shared_task
def import_shard(run_id: int, index: int) -> None:
    """Take in the records of one shard of files; the worker that completes a run hands on its last stages."""
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
    """Every minute: hand out again what waits or lost its worker, settle stopping runs, start scheduled sources."""
    runs.settle_stopping()
    # While messages wait, the workers are busy and nothing is known to be lost: more of them would pile up.
    is_idle = not _messages_wait(settings.IMPORTS_QUEUE)
    for shard in runs.orphaned_shards().select_related("run__source").order_by("run", "index"):
        if turns.is_harvest(shard.run):
            harvest.delay(shard.run_id, shard.index)
        elif is_idle:
            import_shard.delay(shard.run_id, shard.index)
    if is_idle:
        for run in runs.unfinished_runs():
            finish_import.delay(run.pk)
    for source in schedules.due_sources():
        if started := schedules.take_turn(source):
            enqueue(started)
    uploads.forget_old()


def _messages_wait(queue: str) -> bool:
    """Whether the broker holds messages that no worker of the queue has taken yet."""
    with current_app.connection_for_read() as connection:
        return bool(connection.default_channel.queue_declare(queue).message_count)
