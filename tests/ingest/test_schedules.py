from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from ingest import tasks
from ingest.models import ImportRun, Source
from ingest.runs import ensure_source
from ingest.schedules import due_sources, scheduled_options
from tests.ingest.lines import line, start, write

pytestmark = pytest.mark.django_db
State = ImportRun.State


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


@pytest.mark.parametrize("options", [{"inputs": ["/nowhere/file.jsonl"]}, {"inputs": "no list"}, {"since": "someday"}])
def test_a_schedule_that_cannot_start_leaves_a_failed_run_that_says_why(options: dict[str, object]) -> None:
    source = ensure_source("arxiv-snapshot")
    source.every_hours, source.options = 24, options
    source.save()
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
    assert busy.runs.count() == 1


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
