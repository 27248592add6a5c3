"""Which runs hold the workers, and why others wait for their turn.

Files are taken in, and every run is finished, by workers that keep a processor busy each. A harvest waits most of its
time for its service; a few are carried on at once (``IMPORT_HARVESTS``) by the workers of all other tasks. A service
sets its pace for whoever asks it, so it is asked by one of them at a time.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

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
    """``runs.claim_shard`` for a harvest whose turn it is; any other goes on waiting."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", LOCK)
        standings = _standings()
        one = next((one for one in standings if one.run.pk == run), None)
        return one is not None and not _in_the_way(one, standings) and runs.claim_shard(run, index, worker)


def reasons_to_wait(shown: Collection[ImportRun]) -> dict[int, str]:
    """Those of the runs that wait because others hold the workers: which ones and until when, by the run's id."""
    if not any(run.is_active for run in shown):
        return {}
    wanted = {run.pk for run in shown}
    standings = _standings()
    return {
        one.run.pk: _reason(one, in_the_way, standings)
        for one in standings
        if one.run.pk in wanted and one.waits and (in_the_way := _in_the_way(one, standings))
    }


class _Standing(NamedTuple):
    """A run that has not ended: whether a living worker has it, and the service that it harvests, if it does."""

    run: ImportRun
    is_held: bool
    service: str

    @property
    def waits(self) -> bool:
        return not self.is_held and self.run.state != ImportRun.State.STOPPING


def _in_the_way(one: _Standing, standings: Sequence[_Standing]) -> list[_Standing]:
    """The runs one of which must end before this one has its turn; none when it has."""
    others = [other for other in standings if other.is_held and other.run.pk != one.run.pk]
    if not one.service:
        return [other for other in others if not other.service]
    harvests = [other for other in others if other.service]
    same = [other for other in harvests if other.service == one.service]
    return same or (harvests if len(harvests) >= settings.IMPORT_HARVESTS else [])


def _standings() -> list[_Standing]:
    """All runs that have not ended, the oldest first."""
    alive = timezone.now() - runs.DEAD_AFTER
    shards = ImportShard.objects.filter(state=ImportShard.State.RUNNING, heartbeat_at__gte=alive)
    held = set(shards.filter(run__state__in=ImportRun.ACTIVE).values_list("run", flat=True))
    active = ImportRun.objects.filter(state__in=ImportRun.ACTIVE).select_related("source").order_by("pk")
    return [
        _Standing(run, run.pk in held or (run.heartbeat_at is not None and run.heartbeat_at >= alive), _service_of(run))
        for run in active
    ]


def _service_of(run: ImportRun) -> str:
    """Whom a harvest asks; empty for another run. The two sources of arXiv ask one service."""
    if not is_harvest(run):
        return ""
    return urlsplit(run.options.get("base_url") or "").netloc or run.source.slug.partition("-")[0]


def _reason(one: _Standing, in_the_way: Sequence[_Standing], standings: Sequence[_Standing]) -> str:
    does = "This one starts" if one.run.started_at is None else "This one goes on"
    before = [other for other in standings if other.waits and other.run.pk < one.run.pk]
    named = _named([other.run.pk for other in in_the_way])
    is_plural = len(in_the_way) > 1
    if not one.service:
        turn = _turn(sum(not other.service for other in before))
        return f"{named} {'are' if is_plural else 'is'} at work. {does} when a worker is free{turn}."
    if in_the_way[0].service == one.service:
        turn = _turn(sum(other.service == one.service for other in before))
        why = f"{'ask' if is_plural else 'asks'} the same service, and only one does so at a time"
        return f"{named} {why}. {does} within a minute of its end{turn}."
    turn = _turn(sum(bool(other.service) for other in before))
    most = counted(settings.IMPORT_HARVESTS, "harvest goes,harvests go")
    why = f"{'ask their services' if is_plural else 'asks its service'}, and no more than {most} on at once"
    return f"{named} {why}. {does} within a minute of the end of one{turn}."


def _turn(before: int) -> str:
    return f", after {counted(before, 'run that waits,runs that wait')} longer" if before else ""


def _named(numbers: Sequence[int]) -> str:
    """``Run 7``; ``Runs 7 and 8``; ``Runs 7, 8, 9 and 4 more``."""
    words = [str(number) for number in numbers[:MOST_NAMED]]
    if len(numbers) > MOST_NAMED:
        words.append(f"{len(numbers) - MOST_NAMED} more")
    listed = " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))
    return f"Runs {listed}" if len(numbers) > 1 else f"Run {listed}"
