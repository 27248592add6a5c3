"""What a run's page shows of its progress: share, rate, time left, stages, chart, rejects by reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from ingest.models import ImportBatch, ImportRun, RejectedRecord
from ingest.rate_chart import RateChart, Taken, clock, rate_chart
from works.models import DirtyBlock, TouchedAuthor
from works.templatetags.works_text import counted

#: The rate of a running import is that of its last seconds.
RATE_SPAN = timedelta(seconds=30)
State = ImportRun.State
Stage = ImportRun.Stage


class StageLine(NamedTuple):
    """A stage: ``done``, ``now``, ``ended`` (the run got no further), ``next`` or ``skipped``, and a remark."""

    label: str
    state: str
    remark: str


class Reason(NamedTuple):
    """Rejects of one reason: how many there are, how many still wait, and how many were set aside for good."""

    reason: str
    records: int
    open: int
    given_up: int


class NewWork(NamedTuple):
    """Batch and place in it by which a new work of a run is found again, and the work's id."""

    batch: int
    place: int
    work: int


@dataclass(frozen=True, slots=True)
class RunProgress:
    """``share`` is the percentage of records in terminal states, ``None`` while the total is unknown and while the
    stages after the records are at work.

    ``rate`` is records per second, of the last seconds while records come in, else of the whole; ``left`` is the time
    to the end of the records, ``elapsed`` the time since the start without pauses. ``summary`` says all of it in a
    line; ``news`` is for those who listen: it changes with the state, not with every record.
    """

    summary: str
    news: str
    share: int | None
    rate: int
    left: str
    elapsed: str
    stages: Sequence[StageLine]
    chart: RateChart | None
    workers: Sequence[str]
    reasons: Sequence[Reason]
    changed: int


def progress_of(run: ImportRun) -> RunProgress:
    """Read everything; the number of queries is the same for any run."""
    at_work = _clock_without(run.pauses)
    now = at_work(timezone.now())
    batches = [
        Taken(at_work(at), seconds, seen)
        for at, seconds, seen in ImportBatch.objects.filter(run=run).order_by("at").values_list("at", "seconds", "seen")
    ]
    start = run.started_at or run.created_at
    # A run of less counts as a second: what is shown in whole seconds would contradict its rate.
    soonest = start + timedelta(seconds=1)
    finished = max(at_work(run.finished_at), soonest) if run.finished_at else now
    done = max(at_work(run.records_done_at), soonest) if run.records_done_at else None
    end = done or (now if run.is_active else batches[-1].at if batches else finished)
    takes_in = run.stage == Stage.RECORDS and run.state == State.RUNNING
    rate = _recent_rate(batches, start, now) if takes_in else _rate(batches, start, end)
    to_come = max((run.total or 0) - run.seen, 0)
    left = _about(to_come / rate) if takes_in and rate and to_come else ""
    elapsed = clock((finished - start).total_seconds()) if run.started_at else ""
    return RunProgress(
        summary=_summary(run, round(rate), left, elapsed),
        news=_news(run),
        share=_share(run),
        rate=round(rate),
        left=left,
        elapsed=elapsed,
        stages=_stages(run),
        chart=rate_chart(start, end, batches),
        workers=sorted(run.shards.exclude(worker="").filter(state="running").values_list("worker", flat=True)),
        reasons=reasons_of(run),
        changed=run.changes.count(),
    )


def reasons_of(run: ImportRun) -> list[Reason]:
    """Rejects by reason, the most frequent first."""
    found = (
        RejectedRecord.objects.filter(run=run)
        .values("reason")
        .annotate(
            records=Count("id"),
            open=Count("id", filter=Q(state=RejectedRecord.State.OPEN)),
            given_up=Count("id", filter=Q(state=RejectedRecord.State.IGNORED)),
        )
        .order_by("-records", "reason")
    )
    return [Reason(row["reason"], row["records"], row["open"], row["given_up"]) for row in found]


def new_works_of(run: ImportRun, after: tuple[int, int] | None, count: int) -> list[NewWork]:
    """The works that a run created, in the order in which they came: the first ``count`` or those ``after`` a place."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT batch.number, made.place, made.work FROM ingest_importbatch AS batch,"
            " unnest(batch.new_works) WITH ORDINALITY AS made(work, place)"
            " WHERE batch.run_id = %s AND batch.number >= %s AND (batch.number, made.place) > (%s, %s)"
            " ORDER BY batch.number, made.place LIMIT %s",
            [run.pk, after[0] if after else 0, *(after or (0, 0)), count],
        )
        return [NewWork(*row) for row in cursor.fetchall()]


def latest_runs() -> QuerySet[ImportRun]:
    """Runs for the dashboard, the newest first."""
    return ImportRun.objects.select_related("source", "started_by").order_by("-id")


def _clock_without(pauses: Sequence[Sequence[str]]) -> Callable[[datetime], datetime]:
    """Moves a moment back by the pauses before it, so that a run that was resumed seems to have gone on at once."""
    spans = [(datetime.fromisoformat(begin), datetime.fromisoformat(end)) for begin, end in pauses]

    def at_work(moment: datetime) -> datetime:
        return moment - sum((min(end, moment) - begin for begin, end in spans if begin < moment), timedelta(0))

    return at_work


def _share(run: ImportRun) -> int | None:
    if run.stage != Stage.RECORDS:
        return None if run.is_active else 100
    if not run.total:
        return None
    # 100 only when every record is in: an estimate may fall short.
    return min(run.seen * 100 // run.total, 99)


def _summary(run: ImportRun, rate: int, left: str, elapsed: str) -> str:
    share = _share(run)
    if run.stage != Stage.RECORDS:
        text = f"All records {'were read' if run.is_dry_run else 'are in'}"
    elif share is not None:
        text = f"{share} % of the records ({run.seen:,} of about {run.total:,})"
    else:
        text = f"{counted(run.seen, 'record,records')} so far" if run.seen else "No record yet"
    text += f", {rate:,} a second" if rate else ""
    text += f", about {left} left for them" if left else ""
    if run.is_active and run.stage != Stage.RECORDS:
        text += f". Now: {run.get_stage_display().lower()}"
    if elapsed:
        text += f". {elapsed} since the start" if run.is_active else f". {elapsed} in all"
    return f"{text}."


def _news(run: ImportRun) -> str:
    state = run.get_state_display()
    if not run.is_active:
        counts = (counted(run.seen, "record,records"), counted(run.rejected, "reject,rejects"))
        return f"{state}. {', '.join(counts)}."
    if run.state == State.QUEUED:
        return f"{state}."
    quarters = (_share(run) or 0) // 25
    return f"{state}: {run.get_stage_display().lower()}{f', {quarters * 25} % or more' if quarters else ''}."


def _rate(batches: Sequence[Taken], start: datetime, end: datetime) -> float:
    seconds = (end - start).total_seconds()
    return sum(batch.records for batch in batches) / seconds if seconds > 0 else 0.0


def _recent_rate(batches: Sequence[Taken], start: datetime, now: datetime) -> float:
    """From one batch to another: how long ago the last one was must not make the figure jump. 0 when none came."""
    recent = [batch for batch in batches if batch.at >= now - RATE_SPAN]
    if not recent:
        return 0.0
    earlier = batches[: len(batches) - len(recent)]
    return _rate(recent, earlier[-1].at if earlier else start, recent[-1].at)


def _about(seconds: float) -> str:
    """An estimated span of time, no finer than it is sure: to 5 s, from a minute to 10 s, from ten to a minute."""
    grain = 5 if seconds < 60 else 10 if seconds < 600 else 60
    return clock(max(round(seconds / grain), 1) * grain)


def _stages(run: ImportRun) -> list[StageLine]:
    order = [Stage.RECORDS, Stage.ATTRIBUTION, Stage.GRAPH]
    place = order.index(Stage(run.stage)) if run.stage != Stage.FINISHED else len(order)
    lines = []
    for number, stage in enumerate(order):
        if run.is_dry_run and number:
            lines.append(StageLine(stage.label, "skipped", "not in a dry run"))
            continue
        if number != place or run.state == State.QUEUED:
            lines.append(StageLine(stage.label, "done" if number < place else "next", ""))
        elif run.is_active:
            lines.append(StageLine(stage.label, "now", _remark(run)))
        else:
            lines.append(StageLine(stage.label, "ended", str(State(run.state).label).lower()))
    return lines


def _remark(run: ImportRun) -> str:
    """What is still to do in the stage of a run, for the whole catalogue, or what it is at."""
    if run.step:
        return run.step
    if run.stage == Stage.ATTRIBUTION:
        blocks = DirtyBlock.objects.values("block").distinct().count()
        return counted(blocks, "name block waits,name blocks wait")
    if run.stage == Stage.GRAPH:
        authors = TouchedAuthor.objects.values("author").distinct().count()
        return counted(authors, "researcher waits,researchers wait")
    return ""
