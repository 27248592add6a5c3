"""The workers of ``manage.py up`` as processes: imports that take long keep nothing else waiting."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from bzpeer.services import processes
from tests.processes.installation import RECORDS, Installation
from tests.replay.server import ReplayServer, Reply, Request
from tests.waiting import eventually

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("import-faults")]

#: Sends a task of the queue of mail and schedules; ``prove_decisions`` leaves a row behind.
SHORT_TASK = "import django; django.setup(); from works.tasks import prove_decisions; prove_decisions.delay()"
REVIVE = "import django; django.setup(); from ingest.tasks import revive_imports; revive_imports()"
STATES = "SELECT state FROM ingest_importrun ORDER BY id"
COMMANDS = """
import django; django.setup()
from pathlib import Path
from bzpeer import services
for service in services.background(Path()):
    if "worker" in service.command:
        print("\\t".join(service.command[1:]))
"""


@pytest.fixture
def silent_services() -> Iterator[list[str]]:
    """Three that accept requests and answer none."""

    def answer(_request: Request) -> Reply:
        return Reply(hangs=True)

    with ReplayServer(answer) as one, ReplayServer(answer) as another, ReplayServer(answer) as third:
        yield [one.url, another.url, third.url]


@pytest.fixture
def workers(installation: Installation) -> Installation:
    """An installation with the workers that ``up`` starts."""
    installation.environment |= {"IMPORT_ALLOWED_PRIVATE_HOSTS": "127.0.0.1", "IMPORT_HARVESTS": "2"}
    listed = installation.run("-c", COMMANDS)
    assert listed.returncode == 0, listed.stderr
    for command in listed.stdout.splitlines():
        installation.start(*command.split("\t"))
    return installation


def queue(installation: Installation, *options: str) -> None:
    done = installation.run("manage.py", "ingest", *options, "--queue")
    assert done.returncode == 0, done.stderr


def states(installation: Installation) -> list[str]:
    return [state for (state,) in installation.sql(STATES)]


def a_short_task_is_done(installation: Installation) -> None:
    before = installation.sql("SELECT count(*) FROM works_qualityreport")
    sent = installation.run("-c", SHORT_TASK)
    assert sent.returncode == 0, sent.stderr
    eventually(lambda: installation.sql("SELECT count(*) FROM works_qualityreport") != before)


def test_harvests_of_silent_services_hold_up_neither_files_nor_short_tasks(
    workers: Installation, silent_services: list[str], records: Path
) -> None:
    for address in silent_services:
        queue(workers, "arxiv-oai", "--base-url", address)
    eventually(lambda: states(workers).count("running") == 2)
    queue(workers, "arxiv-snapshot", str(records))
    eventually(lambda: states(workers)[3] == "done")
    assert workers.seen() == RECORDS
    a_short_task_is_done(workers)
    assert sorted(states(workers)[:3]) == ["queued", "running", "running"]
    # The third has its turn when one of the others has ended.
    first = states(workers).index("running") + 1
    waiting = states(workers).index("queued") + 1
    workers.sql("UPDATE ingest_importrun SET state = 'stopping' WHERE id = %s", first)
    eventually(lambda: states(workers)[first - 1] == "stopped")
    workers.sql("UPDATE ingest_importrun SET created_at = created_at - interval '1 hour' WHERE id = %s", waiting)
    revived = workers.run("-c", REVIVE)
    assert revived.returncode == 0, revived.stderr
    eventually(lambda: states(workers)[waiting - 1] == "running")


def test_files_that_hold_every_import_worker_hold_up_no_short_task(workers: Installation, records: Path) -> None:
    shards = "SELECT count(*) FROM ingest_importshard WHERE state = 'running'"
    with psycopg.connect(workers.environment["DATABASE_URL"]) as connection:
        # No batch can be committed meanwhile.
        connection.execute("LOCK TABLE ingest_importbatch IN SHARE MODE")
        queue(workers, "arxiv-snapshot", str(records), "--workers", "4")
        queue(workers, "arxiv-snapshot", str(records), "--workers", "4")
        eventually(lambda: workers.sql(shards) == [(int(processes()),)])
        a_short_task_is_done(workers)
        assert workers.seen() == 0
    eventually(lambda: states(workers) == ["done", "done"])
