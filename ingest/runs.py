"""Life of an import run: start, claim, stop, resume, finish. Every step is one conditional UPDATE, so doing it twice is
harmless and two workers never both win."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import msgspec
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from ingest.models import ImportRun, ImportShard, Source
from ingest.sources import get_source
from ingest.sources.base import SourceOptions
from profiles.models import User

#: A worker that gave no sign of life for this long is taken for dead. Workers report every ``HEARTBEAT_SECONDS``.
HEARTBEAT_SECONDS = 10
DEAD_AFTER = timedelta(seconds=60)

State = ImportRun.State
Stage = ImportRun.Stage


def ensure_source(slug: str) -> Source:
    """The row of a source module, made when it is first used. Raises ``SourceError`` for an unknown slug."""
    module = get_source(slug)
    return Source.objects.get_or_create(slug=module.slug, defaults={"name": module.title})[0]


def start_run(
    slug: str,
    options: SourceOptions,
    *,
    shards: int = 1,
    is_dry_run: bool = False,
    started_by: User | None = None,
    batch_size: int = 2000,
) -> ImportRun:
    """Check that the source can be read, then record the run. The caller hands its shards to workers after commit.

    Raises ``SourceError`` before anything is written when the input is not what the source reads.
    """
    module = get_source(slug)
    module.check(options)
    if module.is_network or is_dry_run:
        # A service is read by one reader only, and a dry run must see its own batches in order.
        shards = 1
    with transaction.atomic():
        run = ImportRun.objects.create(
            source=ensure_source(slug),
            options=msgspec.to_builtins(options),
            is_dry_run=is_dry_run,
            started_by=started_by,
            batch_size=batch_size,
        )
        ImportShard.objects.bulk_create(ImportShard(run=run, index=index) for index in range(shards))
    return run


def options_of(run: ImportRun) -> SourceOptions:
    return msgspec.convert(run.options, SourceOptions)


def claim_shard(run: int, index: int, worker: str) -> bool:
    """Take a shard that waits, or whose worker is dead. True when this worker has it now."""
    now = timezone.now()
    claimed = (
        ImportShard.objects.filter(run=run, index=index, run__state__in=[State.QUEUED, State.RUNNING])
        .filter(
            Q(state=ImportShard.State.QUEUED) | Q(state=ImportShard.State.RUNNING, heartbeat_at__lt=now - DEAD_AFTER)
        )
        .update(state=ImportShard.State.RUNNING, worker=worker, heartbeat_at=now)
    )
    if claimed:
        ImportRun.objects.filter(pk=run, state=State.QUEUED).update(state=State.RUNNING, started_at=now)
    return bool(claimed)


def beat_shard(run: int, index: int, worker: str) -> bool:
    """Give a sign of life. False when the shard is no longer this worker's or the run is to stop."""
    return bool(
        ImportShard.objects.filter(
            run=run, index=index, worker=worker, state=ImportShard.State.RUNNING, run__state=State.RUNNING
        ).update(heartbeat_at=timezone.now())
    )


def close_shard(run: int, index: int, worker: str) -> bool:
    """The worker has read its shard to the end. True for the one call that completes the records of the whole run."""
    with transaction.atomic():
        ImportRun.objects.select_for_update().get(pk=run)
        ImportShard.objects.filter(run=run, index=index, worker=worker).update(state=ImportShard.State.DONE)
        if ImportShard.objects.filter(run=run).exclude(state=ImportShard.State.DONE).exists():
            return False
        return bool(
            ImportRun.objects.filter(pk=run, state=State.RUNNING, stage=Stage.RECORDS).update(
                stage=Stage.ATTRIBUTION, records_done_at=timezone.now(), heartbeat_at=None
            )
        )


def release_shard(run: int, index: int, worker: str) -> None:
    """The worker stops before the end. When it was the last one of a stopping run, the run is stopped."""
    with transaction.atomic():
        ImportRun.objects.select_for_update().get(pk=run)
        ImportShard.objects.filter(run=run, index=index, worker=worker, state=ImportShard.State.RUNNING).update(
            state=ImportShard.State.QUEUED, worker="", heartbeat_at=None
        )
        if not ImportShard.objects.filter(run=run, state=ImportShard.State.RUNNING).exists():
            ImportRun.objects.filter(pk=run, state=State.STOPPING).update(
                state=State.STOPPED, finished_at=timezone.now()
            )


def stop_run(run: int) -> bool:
    """Ask a run to stop after the batches in hand. A run that no worker holds stops at once."""
    asked = ImportRun.objects.filter(pk=run, state__in=[State.QUEUED, State.RUNNING]).update(state=State.STOPPING)
    if asked:
        settle_stopping()
    return bool(asked)


def settle_stopping() -> None:
    """Runs that were asked to stop and that no living worker holds are stopped."""
    now = timezone.now()
    alive = ImportShard.objects.filter(state=ImportShard.State.RUNNING, heartbeat_at__gte=now - DEAD_AFTER)
    ImportRun.objects.filter(state=State.STOPPING).exclude(pk__in=alive.values("run")).exclude(
        heartbeat_at__gte=now - DEAD_AFTER
    ).update(state=State.STOPPED, finished_at=now)


def resume_run(run: int) -> bool:
    """Let a stopped or failed run go on after its last batch. The caller hands it to workers again."""
    resumed = ImportRun.objects.filter(pk=run, state__in=[State.STOPPED, State.FAILED]).update(
        state=State.QUEUED, error="", finished_at=None
    )
    if resumed:
        ImportShard.objects.filter(run=run).exclude(state=ImportShard.State.DONE).update(
            state=ImportShard.State.QUEUED, worker="", heartbeat_at=None
        )
        ImportRun.objects.filter(pk=run).exclude(stage=Stage.RECORDS).update(state=State.RUNNING, heartbeat_at=None)
    return bool(resumed)


def fail_run(run: int, error: str) -> None:
    """End a run with one clear line; what it took in stays, and it can be resumed."""
    ImportRun.objects.filter(pk=run, state__in=ImportRun.ACTIVE).update(
        state=State.FAILED, error=error[:2000], finished_at=timezone.now(), heartbeat_at=None
    )


def claim_finish(run: int) -> bool:
    """Take the stages after the records (attribution, graph), or take them over from a dead worker."""
    now = timezone.now()
    return bool(
        ImportRun.objects.filter(pk=run, state=State.RUNNING)
        .exclude(stage__in=[Stage.RECORDS, Stage.FINISHED])
        .filter(Q(heartbeat_at__isnull=True) | Q(heartbeat_at__lt=now - DEAD_AFTER))
        .update(heartbeat_at=now)
    )


def beat_finish(run: int, stage: str | None = None) -> bool:
    """Sign of life of the finishing worker; moves on to ``stage`` when given. False when the run is to stop."""
    fields: dict[str, object] = {"heartbeat_at": timezone.now()}
    if stage:
        fields["stage"] = stage
    return bool(ImportRun.objects.filter(pk=run, state=State.RUNNING).update(**fields))


def finish_run(run: int) -> None:
    now = timezone.now()
    ImportRun.objects.filter(pk=run, state=State.RUNNING).update(
        state=State.DONE, stage=Stage.FINISHED, finished_at=now, heartbeat_at=None
    )


def orphaned_shards() -> QuerySet[ImportShard]:
    """Shards of active runs that no living worker holds: lost messages and dead workers."""
    return ImportShard.objects.filter(
        run__state__in=[State.QUEUED, State.RUNNING], run__created_at__lt=timezone.now() - DEAD_AFTER
    ).filter(
        Q(state=ImportShard.State.QUEUED)
        | Q(state=ImportShard.State.RUNNING, heartbeat_at__lt=timezone.now() - DEAD_AFTER)
    )


def unfinished_runs() -> QuerySet[ImportRun]:
    """Runs whose records are in but whose attribution or graph waits for a worker."""
    return ImportRun.objects.filter(state=State.RUNNING, stage__in=[Stage.ATTRIBUTION, Stage.GRAPH]).filter(
        Q(heartbeat_at__isnull=True) | Q(heartbeat_at__lt=timezone.now() - DEAD_AFTER)
    )


def due_sources() -> Sequence[Source]:
    """Scheduled sources whose time has come and that have no run under way; their next time is set."""
    now = timezone.now()
    due = []
    for source in Source.objects.filter(is_enabled=True, every_hours__isnull=False).filter(
        Q(next_run_at__isnull=True) | Q(next_run_at__lte=now)
    ):
        moved = Source.objects.filter(pk=source.pk, next_run_at=source.next_run_at).update(
            next_run_at=now + timedelta(hours=source.every_hours or 24)
        )
        if moved and not source.runs.filter(state__in=ImportRun.ACTIVE).exists():
            due.append(source)
    return due


def scheduled_options(source: Source) -> SourceOptions:
    """The source's saved options; network sources harvest from the day of their last completed run."""
    options = msgspec.convert(source.options, SourceOptions)
    last = source.runs.filter(state=State.DONE, is_dry_run=False).order_by("-id").first()
    if last is not None and last.started_at is not None and options.since is None and options.until is None:
        options = msgspec.structs.replace(options, since=last.started_at.date())
    return options


def record_refusal(source: Source, options: SourceOptions, error: str) -> None:
    """Leave a failed run behind, so that a schedule that cannot start is seen on the dashboard."""
    now = timezone.now()
    ImportRun.objects.create(
        source=source,
        options=msgspec.to_builtins(options),
        state=State.FAILED,
        error=error[:2000],
        started_at=now,
        finished_at=now,
    )
