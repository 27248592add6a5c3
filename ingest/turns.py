"""Which runs hold the workers, and why others wait for their turn.

Files are taken in, and every run is finished, by workers that keep a processor busy each. A harvest waits most of its
time for its service; a few are carried on at once (``IMPORT_HARVESTS``) by the workers of all other tasks.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from ingest import runs
from ingest.models import ImportRun, ImportShard
from ingest.sources import get_source
from works.templatetags.works_text import counted

#: First and second key of the advisory lock under which a harvest gets its turn.
LOCK = (7_404, 1)
#: Runs named in one sentence.
MOST_NAMED = 3


def is_harvest(run: ImportRun) -> bool:
    """True while a run takes in records at the pace of a service; files that a service's source reads are none."""
    module = get_source(run.source.slug)
    return run.stage == ImportRun.Stage.RECORDS and module.is_network and not module.files(runs.options_of(run))


def claim_harvest(run: int, index: int, worker: str) -> bool:
    """``runs.claim_shard`` for a harvest, unless as many others as may be are at work: it then goes on waiting."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", LOCK)
        at_work = [one for one in _standings() if one.is_held and one.is_harvest and one.run.pk != run]
        return len(at_work) < settings.IMPORT_HARVESTS and runs.claim_shard(run, index, worker)


def reasons_to_wait(shown: Collection[ImportRun]) -> dict[int, str]:
    """Those of the runs that wait because others hold the workers: which ones and until when, by the run's id."""
    if not any(run.is_active for run in shown):
        return {}
    wanted = {run.pk for run in shown}
    standings = _standings()
    found = {}
    for one in standings:
        if one.run.pk not in wanted or one.is_held or one.run.state == ImportRun.State.STOPPING:
            continue
        rivals = [other for other in standings if other.is_harvest == one.is_harvest]
        at_work = [other.run.pk for other in rivals if other.is_held]
        before = sum(not other.is_held and other.run.pk < one.run.pk for other in rivals)
        if len(at_work) >= (settings.IMPORT_HARVESTS if one.is_harvest else 1):
            found[one.run.pk] = _reason(one, at_work, before)
    return found


class _Standing(NamedTuple):
    """A run that has not ended; ``is_held`` when a living worker has it."""

    run: ImportRun
    is_held: bool
    is_harvest: bool


def _standings() -> list[_Standing]:
    """All runs that have not ended, the oldest first."""
    alive = timezone.now() - runs.DEAD_AFTER
    shards = ImportShard.objects.filter(state=ImportShard.State.RUNNING, heartbeat_at__gte=alive)
    held = set(shards.filter(run__state__in=ImportRun.ACTIVE).values_list("run", flat=True))
    active = ImportRun.objects.filter(state__in=ImportRun.ACTIVE).select_related("source").order_by("pk")
    return [
        _Standing(run, run.pk in held or (run.heartbeat_at is not None and run.heartbeat_at >= alive), is_harvest(run))
        for run in active
    ]


def _reason(one: _Standing, at_work: Sequence[int], before: int) -> str:
    does = "starts" if one.run.started_at is None else "goes on"
    turn = f", after {counted(before, 'run that waits,runs that wait')} longer" if before else ""
    is_plural = len(at_work) > 1
    if one.is_harvest:
        verb = "ask their services" if is_plural else "asks its service"
        most = counted(settings.IMPORT_HARVESTS, "harvest goes,harvests go")
        return (
            f"{_named(at_work)} {verb}, and no more than {most} on at once."
            f" It {does} within a minute of the end of one{turn}."
        )
    return f"{_named(at_work)} {'are' if is_plural else 'is'} at work. It {does} when a worker is free{turn}."


def _named(numbers: Sequence[int]) -> str:
    """``Run 7``; ``Runs 7 and 8``; ``Runs 7, 8, 9 and 4 more``."""
    words = [str(number) for number in numbers[:MOST_NAMED]]
    if len(numbers) > MOST_NAMED:
        words.append(f"{len(numbers) - MOST_NAMED} more")
    listed = " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))
    return f"Runs {listed}" if len(numbers) > 1 else f"Run {listed}"
