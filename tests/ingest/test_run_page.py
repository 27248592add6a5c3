from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from django.utils import timezone

from ingest import runs
from ingest.models import ImportBatch, ImportRun
from ingest.run_page import progress_of
from ingest.sources.base import SourceOptions
from tests.ingest.lines import line, start, write
from works.models import DirtyBlock

pytestmark = pytest.mark.django_db
State = ImportRun.State


def taken_in(run: ImportRun, number: int, at: datetime) -> None:
    """A batch of 100 records that took 4 s."""
    counts = {"seen": 100, "created": 100, "updated": 0, "unchanged": 0, "rejected": 0, "authorships": 100}
    ImportBatch.objects.create(run=run, number=number, at=at, seconds=4, **counts)


@pytest.fixture
def resumed(tmp_path: Path) -> ImportRun:
    """Worked on for 10 s, in which 100 records came in, stopped for an hour, and worked on for another 10 s."""
    now = timezone.now()
    run = start(write(tmp_path / "a.jsonl", [line(0)]))
    ImportRun.objects.filter(pk=run.pk).update(
        state=State.STOPPED,
        started_at=now - timedelta(seconds=3620),
        finished_at=now - timedelta(seconds=3610),
        seen=100,
        created=100,
    )
    taken_in(run, 0, now - timedelta(seconds=3611))
    assert runs.resume_run(run.pk)
    run.refresh_from_db()
    begin, _ = run.pauses[0]
    # As if it had been resumed 10 s ago.
    run.pauses = [(begin, (now - timedelta(seconds=10)).isoformat())]
    run.save()
    return run


def test_a_pause_counts_neither_in_the_time_nor_in_the_rate(resumed: ImportRun) -> None:
    assert runs.claim_shard(resumed.pk, 0, "worker")
    ImportRun.objects.filter(pk=resumed.pk).update(state=State.DONE, finished_at=timezone.now())
    taken_in(resumed, 1, timezone.now())
    resumed.refresh_from_db()
    progress = progress_of(resumed)
    assert progress.elapsed == "20 s"
    assert progress.rate == 10
    assert progress.chart is not None
    assert max(rate for _, rate in progress.chart.rows) <= 50


def test_a_run_of_less_than_a_second_counts_as_one(tmp_path: Path) -> None:
    run = start(write(tmp_path / "a.jsonl", [line(0)]))
    now = timezone.now()
    taken_in(run, 0, now)
    half = now - timedelta(milliseconds=500)
    facts = {"state": State.DONE, "stage": ImportRun.Stage.FINISHED, "seen": 100, "created": 100}
    ImportRun.objects.filter(pk=run.pk).update(started_at=half, records_done_at=now, finished_at=now, **facts)
    run.refresh_from_db()
    progress = progress_of(run)
    assert (progress.rate, progress.elapsed) == (100, "1 s")
    assert progress.chart is not None
    assert progress.chart.rows[0] == (0, 100)


def test_a_run_that_goes_on_keeps_its_start_for_the_harvest_after_it(resumed: ImportRun) -> None:
    started = resumed.started_at
    assert runs.claim_shard(resumed.pk, 0, "worker")
    resumed.refresh_from_db()
    assert resumed.started_at == started


def test_a_dry_run_that_is_tried_again_begins_anew(resumed: ImportRun) -> None:
    ImportRun.objects.filter(pk=resumed.pk).update(is_dry_run=True, state=State.STOPPED, finished_at=timezone.now())
    assert runs.resume_run(resumed.pk)
    resumed.refresh_from_db()
    assert (resumed.started_at, resumed.pauses, resumed.seen) == (None, [], 0)


def test_the_stages_of_a_stopped_run_say_where_it_stopped(tmp_path: Path) -> None:
    run = start(write(tmp_path / "a.jsonl", [line(0)]))
    ImportRun.objects.filter(pk=run.pk).update(state=State.STOPPED, stage=ImportRun.Stage.ATTRIBUTION)
    run.refresh_from_db()
    assert [(stage.state, stage.remark) for stage in progress_of(run).stages] == [
        ("done", ""),
        ("ended", "stopped"),
        ("next", ""),
    ]


def test_the_options_of_a_run_are_shown_in_words_whatever_kind_they_are() -> None:
    sample = runs.start_run("sample", SourceOptions(limit=3000))
    assert sample.shown_options == [("At most", "3,000")]
    options = SourceOptions(sets=("cs", "math"), since=date(2026, 1, 2), base_url="http://127.0.0.1/oai")
    run = ImportRun(options=msgspec.json.decode(msgspec.json.encode(options)))
    assert run.shown_options == [("Sets", "cs, math"), ("From", "2026-01-02"), ("Address", "http://127.0.0.1/oai")]
    named = ImportRun(options={"inputs": ["/srv/uploads/1f.jsonl"], "limit": 5}, input_name="records.jsonl")
    assert named.shown_options == [("Input", "records.jsonl"), ("At most", "5")]


@pytest.mark.parametrize(
    ("stage", "blocks", "remark"),
    [
        (ImportRun.Stage.ATTRIBUTION, ["wang y"], "1 name block waits"),
        (ImportRun.Stage.ATTRIBUTION, ["wang y", "wang y", "shang y"], "2 name blocks wait"),
        (ImportRun.Stage.GRAPH, [], "0 researchers wait"),
    ],
)
def test_what_waits_in_a_stage_is_counted_in_words(tmp_path: Path, stage: str, blocks: list[str], remark: str) -> None:
    run = start(write(tmp_path / "a.jsonl", [line(0)]))
    DirtyBlock.objects.bulk_create(DirtyBlock(block=block) for block in blocks)
    run.state, run.stage = State.RUNNING, stage
    assert [stage.remark for stage in progress_of(run).stages if stage.state == "now"] == [remark]


@pytest.mark.parametrize(
    ("state", "stage", "seen", "news"),
    [
        (State.QUEUED, ImportRun.Stage.RECORDS, 0, "Waiting for a worker."),
        (State.RUNNING, ImportRun.Stage.RECORDS, 240, "Running: taking in records."),
        (State.RUNNING, ImportRun.Stage.RECORDS, 740, "Running: taking in records, 50 % or more."),
        (State.RUNNING, ImportRun.Stage.GRAPH, 1000, "Running: refreshing graph and trust."),
        (State.DONE, ImportRun.Stage.FINISHED, 1000, "Done. 1,000 records, 1 reject."),
    ],
)
def test_news_of_a_run_change_with_its_state_and_at_its_quarters(state: str, stage: str, seen: int, news: str) -> None:
    run = runs.start_run("sample", SourceOptions())
    run.state, run.stage, run.total, run.seen, run.rejected = state, stage, 1000, seen, 1
    assert progress_of(run).news == news


def at_work(tmp_path: Path, seconds: float, ends: list[float], total: int | None) -> ImportRun:
    """A run that began so many seconds ago, with a batch of 100 records at each of these seconds after its start."""
    now = timezone.now()
    run = start(write(tmp_path / "a.jsonl", [line(0)]))
    began = now - timedelta(seconds=seconds)
    for number, end in enumerate(ends):
        taken_in(run, number, began + timedelta(seconds=end))
    seen = 100 * len(ends)
    ImportRun.objects.filter(pk=run.pk).update(
        state=State.RUNNING, started_at=began, seen=seen, created=seen, total=total
    )
    run.refresh_from_db()
    return run


@pytest.mark.parametrize("since_last", [0.2, 3.8])
def test_rate_and_time_left_do_not_depend_on_how_long_ago_the_last_batch_was(tmp_path: Path, since_last: float) -> None:
    ends = [4.0 * number for number in range(1, 26)]
    progress = progress_of(at_work(tmp_path, 100 + since_last, ends, total=10_000))
    assert (progress.rate, progress.left, progress.share) == (25, "5 min", 25)
    assert progress.summary.startswith(
        "25 % of the records (2,500 of about 10,000), 25 a second, about 5 min left for them. 1 min 4"
    )


def test_a_standstill_has_no_rate(tmp_path: Path) -> None:
    progress = progress_of(at_work(tmp_path, 100, [10.0, 20.0], total=10_000))
    assert (progress.rate, progress.left) == (0, "")


@pytest.mark.parametrize(
    ("seconds", "records", "left"),
    [(12, 104, "5 s"), (12, 220, "15 s"), (12, 2_900, "5 min 40 s"), (12, 9_900, "20 min")],
)
def test_time_left_is_no_finer_than_it_is_sure(tmp_path: Path, seconds: float, records: int, left: str) -> None:
    assert progress_of(at_work(tmp_path, seconds, [seconds], total=records)).left == left


def test_the_bar_is_not_full_while_stages_are_to_come(tmp_path: Path) -> None:
    run = at_work(tmp_path, 20, [10.0], total=100)
    began = timezone.now() - timedelta(seconds=20)
    run.stage, run.started_at, run.records_done_at = ImportRun.Stage.ATTRIBUTION, began, began + timedelta(seconds=10)
    progress = progress_of(run)
    assert progress.share is None
    assert progress.summary == "All records are in, 10 a second. Now: working out who wrote what. 20 s since the start."
    run.state, run.stage, run.finished_at = State.DONE, ImportRun.Stage.FINISHED, began + timedelta(seconds=20)
    progress = progress_of(run)
    assert progress.share == 100
    assert progress.summary == "All records are in, 10 a second. 20 s in all."


def test_before_the_first_batch_there_is_no_record_yet(tmp_path: Path) -> None:
    progress = progress_of(at_work(tmp_path, 5, [], total=None))
    assert progress.summary == "No record yet. 5 s since the start."
