"""Life of an import run: start, claim, stop, resume, finish. Every step is one conditional UPDATE or holds the row,
so doing it twice is harmless and two workers never both win."""

from __future__ import annotations

import socket
from datetime import timedelta
from pathlib import Path

import msgspec
import psutil
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from ingest.models import ImportBatch, ImportRun, ImportShard, RejectedRecord, Source
from ingest.schedule_options import MOST_RECORDS
from ingest.sources import get_source
from ingest.sources.base import Source as SourceModule
from ingest.sources.base import SourceError, SourceOptions
from ingest.sources.http import split_url
from profiles.models import User

#: A worker that gave no sign of life for this long is taken for dead; workers give six in that time.
DEAD_AFTER = timedelta(seconds=settings.IMPORT_DEAD_AFTER)
HEARTBEAT_SECONDS = settings.IMPORT_DEAD_AFTER / 6
#: Records of one transaction when a service hands them over page by page, so that a slow one is seen to move, and of
#: the sample and files of fewer bytes than this, so that no worker waits long for the last batches of the others.
SMALL_BATCH = 500
SMALL_INPUT = 8 * 1024 * 1024

COUNTS = ("seen", "created", "updated", "unchanged", "rejected")

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
    input_name: str = "",
) -> ImportRun:
    """Check that the source can be read, then record the run. The caller hands its shards to workers after commit.

    Raises ``SourceError`` before anything is written when the input is not what the source reads.
    """
    module = get_source(slug)
    if module.files(options):
        # Whoever reads them need not stand in the same folder.
        options = msgspec.structs.replace(options, inputs=tuple(str(Path(name).absolute()) for name in options.inputs))
    if shards < 1 or (options.limit is not None and options.limit < 1):
        raise SourceError("A run needs at least one worker and one record")
    if options.limit is not None and options.limit > MOST_RECORDS:
        raise SourceError(f"A run reads at most {MOST_RECORDS} records; without a limit it reads all there are")
    options = checked_options(slug, options)
    if module.is_network or is_dry_run:
        # A service is read by one reader only, and a dry run must see its own batches in order.
        shards = 1
    with transaction.atomic():
        run = ImportRun.objects.create(
            source=ensure_source(slug),
            options=msgspec.to_builtins(msgspec.structs.replace(options, api_key="")),
            is_dry_run=is_dry_run,
            started_by=started_by,
            batch_size=_batch_size(module, options, batch_size),
            input_name=input_name[:200],
        )
        ImportShard.objects.bulk_create(ImportShard(run=run, index=index) for index in range(shards))
    return run


def checked_options(slug: str, options: SourceOptions) -> SourceOptions:
    """The options with what the installation adds to them, when the source can be read with them.

    Raises ``SourceError`` when it cannot.
    """
    options = msgspec.structs.replace(
        options,
        contact=settings.CONTACT_EMAIL,
        api_key=settings.SOURCE_API_KEYS.get(slug, ""),
        timeout=float(settings.IMPORT_TIMEOUT),
        allow_private_hosts=_may_be_private(options.base_url),
    )
    get_source(slug).check(options)
    return options


def _batch_size(module: SourceModule, options: SourceOptions, most: int) -> int:
    if module.is_network or sum(Path(name).stat().st_size for name in options.inputs) < SMALL_INPUT:
        return min(most, SMALL_BATCH)
    return most


def _may_be_private(address: str | None) -> bool:
    """True when the settings name the host of this address as one that may lie in a private network."""
    parts, _ = split_url(address or "")
    return bool({parts.netloc, parts.hostname} & set(settings.IMPORT_ALLOWED_PRIVATE_HOSTS))


def repeat_run(run: ImportRun, started_by: User | None) -> ImportRun:
    """A real run with the source, input and options of another one. Raises ``SourceError``."""
    return start_run(
        run.source.slug,
        options_of(run),
        shards=settings.IMPORT_SHARDS,
        started_by=started_by,
        batch_size=run.batch_size,
        input_name=run.input_name,
    )


def options_of(run: ImportRun) -> SourceOptions:
    """What the run was asked to read."""
    options = msgspec.convert(run.options, SourceOptions)
    return msgspec.structs.replace(options, api_key=settings.SOURCE_API_KEYS.get(run.source.slug, ""))


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
        ImportRun.objects.filter(pk=run, state=State.QUEUED).update(
            state=State.RUNNING, started_at=Coalesce("started_at", Value(now))
        )
    return bool(claimed)


def beat_shard(run: int, index: int, worker: str, *, write: bool = True) -> bool:
    """Give a sign of life, or only look. False when the shard is no longer this worker's or the run is to stop."""
    mine = ImportShard.objects.filter(
        run=run, index=index, worker=worker, state=ImportShard.State.RUNNING, run__state=State.RUNNING
    )
    return bool(mine.update(heartbeat_at=timezone.now())) if write else mine.exists()


def close_shard(run: int, index: int, worker: str) -> bool:
    """The worker has read its shard to the end. True for the one call that completes the records of the whole run."""
    with transaction.atomic():
        ImportRun.objects.select_for_update().get(pk=run)
        ImportShard.objects.filter(run=run, index=index, worker=worker).update(state=ImportShard.State.DONE)
        if ImportShard.objects.filter(run=run).exclude(state=ImportShard.State.DONE).exists():
            return False
        return bool(
            ImportRun.objects.filter(pk=run, state=State.RUNNING, stage=Stage.RECORDS).update(
                stage=Stage.ATTRIBUTION, total=F("seen"), records_done_at=timezone.now(), heartbeat_at=None
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
    """Let a stopped or failed run go on after its last batch; a dry run starts anew. The caller hands it on."""
    with transaction.atomic():
        ended = ImportRun.objects.select_for_update().filter(pk=run, state__in=[State.STOPPED, State.FAILED]).first()
        if ended is None or not ended.can_resume:
            return False
        ImportRun.objects.filter(pk=run).update(
            state=State.QUEUED, error="", finished_at=None, pauses=_pauses_until_now(ended)
        )
        if ended.is_dry_run:
            _forget_rehearsal(run)
        ImportShard.objects.filter(run=run).exclude(state=ImportShard.State.DONE).update(
            state=ImportShard.State.QUEUED, worker="", heartbeat_at=None
        )
        ImportRun.objects.filter(pk=run).exclude(stage=Stage.RECORDS).update(state=State.RUNNING, heartbeat_at=None)
    return True


def _pauses_until_now(ended: ImportRun) -> list[list[str]]:
    """The pauses of a run that goes on now."""
    now = timezone.now()
    return [*ended.pauses, [(ended.finished_at or now).isoformat(), now.isoformat()]]


def _forget_rehearsal(run: int) -> None:
    ImportBatch.objects.filter(run=run).delete()
    RejectedRecord.objects.filter(run=run).delete()
    ImportShard.objects.filter(run=run).update(state=ImportShard.State.QUEUED)
    ImportRun.objects.filter(pk=run).update(
        stage=Stage.RECORDS,
        report={},
        total=None,
        started_at=None,
        records_done_at=None,
        pauses=[],
        **dict.fromkeys((*COUNTS, "authorships"), 0),
    )


def reopen_run(run: int) -> bool:
    """Bring a finished run back to its stages after the records, because rejects were taken in later."""
    with transaction.atomic():
        ended = (
            ImportRun.objects.select_for_update()
            .filter(pk=run, state__in=[State.DONE, State.STOPPED, State.FAILED], is_dry_run=False)
            .exclude(stage=Stage.RECORDS)
            .first()
        )
        if ended is None:
            return False
        ImportRun.objects.filter(pk=run).update(
            state=State.RUNNING,
            stage=Stage.ATTRIBUTION,
            step="",
            error="",
            heartbeat_at=None,
            finished_at=None,
            pauses=_pauses_until_now(ended),
        )
    return True


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


def beat_finish(run: int, *, write: bool = True) -> bool:
    """Sign of life of the finishing worker. False when the run is to stop."""
    running = ImportRun.objects.filter(pk=run, state=State.RUNNING)
    return bool(running.update(heartbeat_at=timezone.now())) if write else running.exists()


def enter_stage(run: int, stage: str) -> bool:
    """Move a run on to a stage after the records. False when the run is to stop."""
    running = ImportRun.objects.filter(pk=run, state=State.RUNNING)
    return bool(running.update(stage=stage, step="", heartbeat_at=timezone.now()))


def enter_step(run: int, step: str) -> bool:
    """Say in words what a stage turns to. False when the run is to stop."""
    running = ImportRun.objects.filter(pk=run, state=State.RUNNING)
    return bool(running.update(step=step, heartbeat_at=timezone.now()))


def stop_finishing(run: int) -> None:
    """The finishing worker stops before the end."""
    ImportRun.objects.filter(pk=run, state=State.STOPPING).update(
        state=State.STOPPED, finished_at=timezone.now(), heartbeat_at=None
    )


def release_finish(run: int) -> None:
    """The finishing worker ends before its work does; another one may take over without waiting."""
    ImportRun.objects.filter(pk=run, state__in=ImportRun.ACTIVE).update(heartbeat_at=None)


def finish_run(run: int, rejected: int | None = None) -> bool:
    """The run is done to its end.

    False when it is to stop, and when it has other than ``rejected`` rejects: some were taken in since these were
    counted, so what follows the records is to be done for them too.
    """
    running = ImportRun.objects.filter(pk=run, state=State.RUNNING)
    if rejected is not None:
        running = running.filter(rejected=rejected)
    return bool(
        running.update(state=State.DONE, stage=Stage.FINISHED, step="", finished_at=timezone.now(), heartbeat_at=None)
    )


def release_dead_local(run: int) -> None:
    """Free the shards of a run whose worker was a process of this machine that is gone, without waiting longer."""
    for shard in ImportShard.objects.filter(run=run, state=ImportShard.State.RUNNING):
        host, _, process = shard.worker.partition("/")[0].rpartition(":")
        if host == socket.gethostname() and process.isdecimal() and not psutil.pid_exists(int(process)):
            release_shard(run, shard.index, shard.worker)


def has_open_shards(run: int) -> bool:
    """True when a running run waits for a worker, in its records or after them."""
    waiting = ImportShard.objects.filter(run=run, state=ImportShard.State.QUEUED, run__state=State.RUNNING)
    return waiting.exists() or unfinished_runs().filter(pk=run).exists()


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
