from __future__ import annotations

import gc
from pathlib import Path

import pytest
from celery import current_app
from celery.signals import worker_before_create_process
from django.conf import settings

from bzpeer import services
from bzpeer.supervisor import Service

OURS = ("graph.", "ingest.", "profiles.", "works.")


def option(service: Service, name: str) -> str:
    return service.command[service.command.index(name) + 1]


@pytest.fixture
def workers(tmp_path: Path) -> list[Service]:
    return [service for service in services.background(tmp_path) if "worker" in service.command]


@pytest.fixture(autouse=True)
def _tasks() -> None:
    current_app.loader.import_default_modules()


def queue_of(task: str) -> str:
    return str(current_app.amqp.router.route({}, task)["queue"].name)


def test_every_task_has_a_worker_and_no_worker_takes_from_two_queues(workers: list[Service]) -> None:
    wanted = {queue_of(name) for name in current_app.tasks if name.startswith(OURS)}
    assert sorted(option(worker, "--queues") for worker in workers) == sorted(wanted)


@pytest.mark.parametrize(
    "task",
    [
        "graph.tasks.refresh_everything",
        "ingest.tasks.harvest",
        "ingest.tasks.revive_imports",
        "profiles.tasks.refresh_corrected",
        "profiles.tasks.refresh_trust",
        "profiles.tasks.send_claim_letter",
        "works.tasks.prove_decisions",
    ],
)
def test_what_must_not_wait_for_an_import_does_not_share_its_queue(task: str) -> None:
    assert task in current_app.tasks
    assert queue_of(task) != queue_of("ingest.tasks.import_shard")


@pytest.mark.parametrize("task", ["ingest.tasks.finish_import", "profiles.tasks.draw_conclusions"])
def test_what_resolves_all_that_is_dirty_keeps_no_worker_of_short_tasks_busy(task: str) -> None:
    assert task in current_app.tasks
    assert queue_of(task) == queue_of("ingest.tasks.import_shard")


def test_harvests_leave_processes_to_other_tasks(workers: list[Service]) -> None:
    [general] = [worker for worker in workers if option(worker, "--queues") == queue_of("ingest.tasks.harvest")]
    assert int(option(general, "--concurrency")) >= settings.IMPORT_HARVESTS + 1


def test_two_workers_share_the_import_of_a_file(workers: list[Service]) -> None:
    [imports] = [worker for worker in workers if option(worker, "--queues") == queue_of("ingest.tasks.import_shard")]
    assert int(option(imports, "--concurrency")) >= 2


def test_workers_of_one_machine_have_names_of_their_own(workers: list[Service]) -> None:
    assert len({option(worker, "--hostname") for worker in workers}) == len(workers)


def test_a_worker_that_names_no_queue_takes_from_all() -> None:
    assert set(current_app.amqp.queues.consume_from) == {"celery", "imports"}


def test_the_processes_of_a_worker_share_what_is_loaded_before_they_start() -> None:
    try:
        worker_before_create_process.send(sender=None)
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()
