from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from celery import current_app
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from ingest import runs, tasks
from ingest.models import ImportRun, ImportShard
from ingest.turns import claim_harvest, is_harvest, reasons_to_wait
from tests.factories import UserFactory
from tests.ingest.lines import line, start, write

pytestmark = pytest.mark.django_db
State = ImportRun.State


@pytest.fixture(autouse=True)
def _two_harvests(settings: Settings) -> None:
    settings.IMPORT_HARVESTS = 2


def harvest(slug: str = "arxiv-oai", **options: object) -> ImportRun:
    """A run of a service of its own that nobody asks, unless the options say which."""
    own = options or {"base_url": f"https://service-{ImportRun.objects.count()}.example/oai"}
    run = ImportRun.objects.create(source=runs.ensure_source(slug), options=own)
    ImportShard.objects.create(run=run, index=0)
    return run


def reason(run: ImportRun) -> str:
    run.refresh_from_db()
    return reasons_to_wait([run]).get(run.pk, "")


def test_only_what_comes_from_a_service_is_a_harvest(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", [line(0)])
    assert is_harvest(harvest("arxiv-api", query="all:electron"))
    assert is_harvest(harvest("openalex", query="electron"))
    assert not is_harvest(harvest("openalex", inputs=[str(path)]))
    assert not is_harvest(start(path))
    done = harvest()
    done.stage = ImportRun.Stage.ATTRIBUTION
    assert not is_harvest(done)


def test_a_third_harvest_gets_its_turn_when_one_of_two_ends() -> None:
    first, second, third = (harvest() for _ in range(3))
    assert claim_harvest(first.pk, 0, "a")
    assert claim_harvest(second.pk, 0, "b")
    assert not claim_harvest(third.pk, 0, "c")
    assert third.shards.get().state == ImportShard.State.QUEUED
    assert runs.close_shard(first.pk, 0, "a")
    assert claim_harvest(third.pk, 0, "c")


def test_a_harvest_whose_worker_is_dead_keeps_nobody_waiting_and_can_be_taken_over() -> None:
    first, second, third = (harvest() for _ in range(3))
    assert claim_harvest(first.pk, 0, "a")
    assert claim_harvest(second.pk, 0, "b")
    ImportShard.objects.filter(run=second).update(heartbeat_at=timezone.now() - 2 * runs.DEAD_AFTER)
    assert claim_harvest(third.pk, 0, "c")
    assert not claim_harvest(second.pk, 0, "d")
    assert runs.close_shard(third.pk, 0, "c")
    assert claim_harvest(second.pk, 0, "d")


def test_a_service_is_asked_by_one_run_at_a_time() -> None:
    first = harvest("arxiv-oai", sets=["cs"])
    again = harvest("arxiv-api", query="all:electron")
    mirror = harvest("arxiv-oai", base_url="https://mirror.example/oai")
    assert claim_harvest(first.pk, 0, "a")
    assert not claim_harvest(again.pk, 0, "b")
    same = f"Run {first.pk} asks the same service, and only one does so at a time."
    assert reason(again) == f"{same} This one starts within a minute of its end."
    later = harvest("arxiv-api", query="all:proton")
    assert reason(later) == f"{same} This one starts within a minute of its end, after 1 run that waits longer."
    assert not reason(mirror)
    assert claim_harvest(mirror.pk, 0, "b")
    assert runs.close_shard(first.pk, 0, "a")
    assert claim_harvest(again.pk, 0, "a")


def test_a_waiting_harvest_says_whom_it_waits_for(tmp_path: Path) -> None:
    first, second, third, fourth = (harvest() for _ in range(4))
    assert not any(reason(run) for run in (first, second, third, fourth))
    claim_harvest(first.pk, 0, "a")
    assert not reason(third)
    claim_harvest(second.pk, 0, "b")
    ask = f"Runs {first.pk} and {second.pk} ask their services, and no more than 2 harvests go on at once."
    assert reason(third) == f"{ask} This one starts within a minute of the end of one."
    assert reason(fourth) == f"{ask} This one starts within a minute of the end of one, after 1 run that waits longer."
    assert not reason(first)
    # Files do not wait for services.
    assert not reason(start(write(tmp_path / "a.jsonl", [line(0)])))


def test_a_waiting_file_says_whom_it_waits_for(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", [line(0)])
    first, second = start(path, shards=2), start(path)
    assert not reason(second)
    runs.claim_shard(first.pk, 0, "a")
    assert reason(second) == f"Run {first.pk} is at work. This one starts when a worker is free."
    runs.claim_shard(first.pk, 1, "b")
    runs.close_shard(first.pk, 0, "a")
    runs.close_shard(first.pk, 1, "b")
    # Now the first waits for a worker that finishes it, and the second takes in its records.
    runs.claim_shard(second.pk, 0, "a")
    assert reason(first) == f"Run {second.pk} is at work. This one goes on when a worker is free."
    assert not reason(second)


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(UserFactory.create(is_staff=True))
    return client


def test_pages_say_why_a_run_waits(staff: Client) -> None:
    first, second, third = (harvest() for _ in range(3))
    claim_harvest(first.pk, 0, "a")
    claim_harvest(second.pk, 0, "b")
    words = "no more than 2 harvests go on at once"
    for page in (third.get_absolute_url(), reverse("imports")):
        assert words in staff.get(page).text
    assert words not in staff.get(first.get_absolute_url()).text
    # Nothing of it is at work yet.
    assert "now" not in staff.get(third.get_absolute_url()).text.partition("Stages")[2].partition("</ol>")[0]


def test_the_dashboard_takes_the_same_queries_however_many_runs_wait(staff: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            staff.get(reverse("imports"))
        return len(captured)

    claim_harvest(harvest().pk, 0, "a")
    claim_harvest(harvest().pk, 0, "b")
    harvest()
    queries()
    few = queries()
    for _ in range(10):
        harvest()
    assert queries() == few


def waiting_messages(queue: str) -> int:
    with current_app.connection_for_read() as broker:
        client = broker.default_channel.client
        return int(client.llen(queue))


@pytest.fixture
def broker(engines: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tasks are queued, and nobody takes them."""
    monkeypatch.setitem(current_app.conf, "task_always_eager", False)
    with current_app.connection_for_write() as connection:
        connection.default_channel.client.flushdb()


@pytest.mark.usefixtures("broker")
def test_files_and_services_go_to_different_queues(
    tmp_path: Path, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        tasks.enqueue(start(write(tmp_path / "a.jsonl", [line(0)]), shards=2))
    assert (waiting_messages("imports"), waiting_messages("celery")) == (2, 0)
    with django_capture_on_commit_callbacks(execute=True):
        tasks.enqueue(harvest())
    assert (waiting_messages("imports"), waiting_messages("celery")) == (2, 1)


@pytest.mark.usefixtures("broker")
def test_messages_of_runs_that_wait_do_not_pile_up(tmp_path: Path) -> None:
    run = start(write(tmp_path / "a.jsonl", [line(0)]))
    ImportRun.objects.filter(pk=run.pk).update(created_at=timezone.now() - 2 * runs.DEAD_AFTER)
    for _ in range(5):
        tasks.revive_imports()
    # The first was lost, as far as anybody knows; the others would say the same again.
    assert waiting_messages("imports") == 1


@pytest.mark.usefixtures("broker")
def test_a_waiting_harvest_is_handed_out_every_minute() -> None:
    run = harvest()
    tasks.revive_imports()
    assert waiting_messages("celery") == 0
    ImportRun.objects.filter(pk=run.pk).update(created_at=timezone.now() - runs.DEAD_AFTER - timedelta(seconds=1))
    tasks.revive_imports()
    assert (waiting_messages("celery"), waiting_messages("imports")) == (1, 0)
