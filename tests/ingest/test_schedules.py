from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from ingest import tasks
from ingest.models import MOST_HOURS, ImportRun, ImportShard, Source
from ingest.runs import ensure_source, resume_run, stop_run
from ingest.schedules import due_sources, scheduled_options, take_turn
from ingest.sources.arxiv_listing import ArxivListing
from ingest.sources.base import SourceOptions
from tests.ingest.lines import line, start, write

pytestmark = pytest.mark.django_db
State = ImportRun.State


def scheduled(slug: str, options: object) -> Source:
    source = ensure_source(slug)
    source.every_hours, source.options = 24, options
    source.save()
    return source


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write(tmp_path / "a.jsonl", map(line, range(3)))


def test_a_due_source_starts_a_run_and_its_next_time_is_set(
    path: Path, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    source = ensure_source("arxiv-snapshot")
    source.every_hours, source.options = 6, {"inputs": [str(path)]}
    source.save()
    with django_capture_on_commit_callbacks(execute=True):
        tasks.revive_imports()
    run = source.runs.get()
    assert (run.seen, run.state) == (3, State.DONE)
    source.refresh_from_db()
    assert source.next_run_at is not None
    assert timedelta(hours=5) < source.next_run_at - timezone.now() <= timedelta(hours=6)
    tasks.revive_imports()
    assert source.runs.count() == 1


@pytest.mark.parametrize("options", [{"inputs": ["/nowhere/file.jsonl"]}, {"inputs": "no list"}, {"since": "x"}, [1]])
def test_a_schedule_that_cannot_start_leaves_a_failed_run_that_says_why(options: object) -> None:
    source = scheduled("arxiv-snapshot", options)
    tasks.revive_imports()
    run = source.runs.get()
    assert run.state == State.FAILED
    assert run.error


def test_a_source_that_is_off_or_busy_is_not_due(path: Path) -> None:
    busy = ensure_source("arxiv-snapshot")
    off = ensure_source("arxiv-oai")
    Source.objects.update(every_hours=1)
    Source.objects.filter(pk=off.pk).update(is_enabled=False)
    start(path)
    assert list(due_sources()) == []
    tasks.revive_imports()
    assert busy.runs.count() == 1


def test_a_source_that_was_busy_gets_its_turn_when_the_run_ends(path: Path) -> None:
    source = scheduled("arxiv-snapshot", {"inputs": [str(path)]})
    run = start(path)
    tasks.revive_imports()
    assert source.runs.count() == 1
    stop_run(run.pk)
    tasks.revive_imports()
    assert source.runs.count() == 2


def test_a_dry_run_keeps_no_source_from_its_turn(path: Path) -> None:
    source = scheduled("arxiv-snapshot", {"inputs": [str(path)]})
    start(path, is_dry_run=True)
    tasks.revive_imports()
    assert source.runs.filter(is_dry_run=False).count() == 1


def test_what_is_wrong_with_one_source_touches_no_other(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = scheduled("arxiv-listing", {"inputs": [str(path)]})
    fine = scheduled("arxiv-snapshot", {"inputs": [str(path)]})

    def check(self: ArxivListing, options: SourceOptions) -> None:
        raise ValueError("a mistake\nof ours")

    monkeypatch.setattr(ArxivListing, "check", check)
    tasks.revive_imports()
    failed = broken.runs.get()
    assert failed.state == State.FAILED
    assert failed.error == "The run could not be started: ValueError: a mistake of ours"
    assert not failed.can_resume
    assert not resume_run(failed.pk)
    assert fine.runs.count() == 1
    tasks.revive_imports()
    assert (broken.runs.count(), fine.runs.count()) == (1, 1)


def test_a_turn_is_moved_and_its_run_recorded_both_or_neither(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = scheduled("arxiv-snapshot", {"inputs": [str(path)]})

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as killed:
        killed.setattr(ImportShard.objects, "bulk_create", die)
        with pytest.raises(KeyboardInterrupt):
            tasks.revive_imports()
    source.refresh_from_db()
    assert (source.next_run_at, source.runs.count()) == (None, 0)
    tasks.revive_imports()
    assert source.runs.count() == 1


def test_one_of_two_workers_takes_a_turn(path: Path) -> None:
    scheduled("arxiv-snapshot", {"inputs": [str(path)]})
    [seen_by_both] = due_sources()
    assert take_turn(seen_by_both)
    assert take_turn(seen_by_both) is None
    assert ImportRun.objects.count() == 1


@pytest.mark.parametrize("hours", [0, MOST_HOURS + 1])
def test_the_database_refuses_a_schedule_beyond_its_bounds(hours: int) -> None:
    source = ensure_source("ror")
    with pytest.raises(IntegrityError), transaction.atomic():
        Source.objects.filter(pk=source.pk).update(every_hours=hours)


def test_a_scheduled_harvest_goes_on_from_the_day_of_the_last_complete_run() -> None:
    source = ensure_source("arxiv-oai")
    assert scheduled_options(source).since is None
    day = timezone.now() - timedelta(days=3)
    for state in (State.DONE, State.FAILED):
        ImportRun.objects.create(source=source, state=state, started_at=day)
        day += timedelta(days=1)
    assert scheduled_options(source).since == (timezone.now() - timedelta(days=3)).date()
    source.options = {"since": "2020-01-01"}
    assert scheduled_options(source).since == date(2020, 1, 1)


@pytest.mark.parametrize(
    "asked", [{"limit": 10}, {"sets": ["math"]}, {"until": "2026-01-01"}, {"since": "2999-01-01"}, {"query": "x"}]
)
def test_a_run_that_asked_for_less_does_not_move_the_schedule_on(asked: dict[str, object]) -> None:
    source = ensure_source("arxiv-oai")
    first, later = timezone.now() - timedelta(days=9), timezone.now() - timedelta(days=2)
    ImportRun.objects.create(source=source, state=State.DONE, started_at=first)
    ImportRun.objects.create(source=source, state=State.DONE, started_at=later, options=asked)
    assert scheduled_options(source).since == first.date()
    whole = {"since": first.date().isoformat()}
    ImportRun.objects.create(source=source, state=State.DONE, started_at=later, options=whole)
    assert scheduled_options(source).since == later.date()


def test_a_service_that_goes_by_the_day_of_a_work_is_asked_for_earlier_days_again() -> None:
    source = ensure_source("arxiv-api")
    source.options = {"query": "cat:cs.DL"}
    now = timezone.now()
    ImportRun.objects.create(source=source, state=State.DONE, started_at=now, options=source.options)
    assert scheduled_options(source).since == (now - timedelta(days=14)).date()
