"""Imports whose processes, database or broker are killed: after recovery everything is there, once."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.ingest.lines import line, write
from tests.processes.installation import BATCH, RECORDS, REJECTED_EACH, Installation, server
from tests.replay.server import ReplayServer, Reply, Request
from tests.waiting import PATIENCE_SECONDS, eventually

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("import-faults")]

OAI = Path(__file__).parents[1] / "data" / "oai"
REJECTED = RECORDS // REJECTED_EACH
DONE = ("done", RECORDS, RECORDS - REJECTED, REJECTED)


#: The first rows of an attribution are never all in.
SLOW_ATTRIBUTION = """
CREATE FUNCTION dawdle_on() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(60); RETURN NULL; END $$;
CREATE TRIGGER dawdle AFTER INSERT ON works_attribution FOR EACH STATEMENT EXECUTE FUNCTION dawdle_on();
"""
DAWDLING = (
    "SELECT 1 FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid() AND wait_event = 'PgSleep'"
)


def half_done(installation: Installation, records: Path, *options: str) -> subprocess.Popen[str]:
    """An import of which some batches are in and others are not."""
    installation.slow_commits()
    process = installation.start(*installation.ingest(records, *options))
    eventually(lambda: installation.seen() >= 3 * BATCH)
    return process


def assert_resumes(installation: Installation, records: Path, undisturbed: dict[str, str]) -> None:
    done = installation.run(*installation.ingest(records, "--resume", "1"))
    assert done.returncode == 0, done.stderr
    assert installation.counts(1) == DONE
    assert installation.digest() == undisturbed


def test_a_killed_import_goes_on_after_its_last_batch(
    installation: Installation, records: Path, undisturbed: dict[str, str]
) -> None:
    process = half_done(installation, records)
    process.send_signal(signal.SIGKILL)
    process.wait()
    taken = installation.seen()
    assert 0 < taken < RECORDS
    assert_resumes(installation, records, undisturbed)


def test_a_killed_import_that_is_started_anew_doubles_nothing(
    installation: Installation, records: Path, undisturbed: dict[str, str]
) -> None:
    process = half_done(installation, records, "--workers", "2")
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    done = installation.run(*installation.ingest(records))
    assert done.returncode == 0, done.stderr
    state, seen, created, rejected = installation.counts(2)
    assert (state, seen, rejected) == ("done", RECORDS, REJECTED)
    assert 0 < created < RECORDS - REJECTED
    assert installation.digest() == undisturbed


def test_workers_whose_parent_is_killed_leave_the_run_to_others(
    installation: Installation, records: Path, undisturbed: dict[str, str]
) -> None:
    process = half_done(installation, records, "--workers", "2")
    process.send_signal(signal.SIGKILL)
    process.wait()
    eventually(lambda: installation.sql("SELECT DISTINCT state FROM ingest_importshard") == [("queued",)])
    assert BATCH < installation.seen() < RECORDS
    assert_resumes(installation, records, undisturbed)


def test_workers_whose_parent_is_killed_in_the_midst_of_a_large_batch_end_too(
    installation: Installation, tmp_path: Path
) -> None:
    # Many times what a pipe holds: what is not read at once keeps the parent in the midst of it.
    abstract = "We study engines. " * 2000
    large = write(tmp_path / "large.jsonl", [line(number, abstract=abstract) for number in range(RECORDS)])
    process = half_done(installation, large, "--workers", "2")
    workers = psutil.Process(process.pid).children()
    process.send_signal(signal.SIGKILL)
    process.wait()
    _, alive = psutil.wait_procs(workers, timeout=PATIENCE_SECONDS)
    assert not alive
    assert BATCH < installation.seen() < RECORDS
    done = installation.run(*installation.ingest(large, "--resume", "1"))
    assert done.returncode == 0, done.stderr
    assert installation.counts(1) == ("done", RECORDS, RECORDS, 0)


def test_a_killed_worker_of_two_ends_the_import_in_one_line_and_it_goes_on(
    installation: Installation, records: Path, undisturbed: dict[str, str]
) -> None:
    process = half_done(installation, records, "--workers", "2")
    workers = [child for child in psutil.Process(process.pid).children() if child.name().startswith("python")]
    workers[0].kill()
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "ended with exit code -9" in output
    assert "Traceback" not in output
    assert installation.seen() < RECORDS
    assert_resumes(installation, records, undisturbed)


def test_a_file_that_is_gone_ends_an_import_by_two_workers_in_one_line(
    installation: Installation, records: Path, tmp_path: Path
) -> None:
    installation.slow_commits()
    path = tmp_path / "records.jsonl"
    path.write_bytes(records.read_bytes())
    process = installation.start(*installation.ingest(path, "--workers", "2"))
    eventually(lambda: installation.seen() >= BATCH)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    path.unlink()
    failed = installation.run(*installation.ingest(path, "--resume", "1"))
    assert failed.returncode == 1
    assert failed.stderr.strip().splitlines() == [f"CommandError: There is no file {path}"]
    assert installation.counts(1)[0] == "failed"


def test_a_database_killed_in_the_middle_of_a_commit_loses_and_doubles_nothing(
    installation: Installation, records: Path, undisturbed: dict[str, str]
) -> None:
    installation.slow_commits()
    process = installation.start(*installation.ingest(records))
    committing = "SELECT pid FROM pg_stat_activity WHERE query = 'COMMIT' AND state = 'active' AND datname = %s"
    eventually(lambda: installation.seen() >= 2 * BATCH)
    found: list[int] = []

    def is_committing() -> bool:
        found.extend(row[0] for row in installation.sql(committing, installation.name))
        return bool(found)

    eventually(is_committing)
    # A killed backend takes the whole server through crash recovery.
    os.kill(found[0], signal.SIGKILL)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 0, output
    assert installation.counts(1) == DONE
    assert installation.digest() == undisturbed


def test_a_killed_database_server_is_waited_for(
    var: Path, installation: Installation, records: Path, undisturbed: dict[str, str]
) -> None:
    installation.slow_commits()
    process = installation.start(*installation.ingest(records))
    eventually(lambda: installation.seen() >= 2 * BATCH)
    server(var, "postgres").kill()
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 0, output
    assert installation.counts(1) == DONE
    assert installation.digest() == undisturbed


def test_two_imports_of_one_file_at_once_make_every_work_once(
    installation: Installation, records: Path, undisturbed: dict[str, str]
) -> None:
    both = [installation.start(*installation.ingest(records)) for _ in range(2)]
    for process in both:
        output, _ = process.communicate(timeout=60)
        assert process.returncode == 0, output
    rows = installation.sql("SELECT state, seen, rejected FROM ingest_importrun")
    assert rows == [("done", RECORDS, REJECTED)] * 2
    assert installation.sql("SELECT sum(created)::int FROM ingest_importrun") == [(RECORDS - REJECTED,)]
    assert installation.digest() == undisturbed


def test_a_killed_broker_delays_a_run_and_loses_nothing(
    var: Path, installation: Installation, records: Path, undisturbed: dict[str, str]
) -> None:
    installation.slow_commits()
    worker = ["-m", "celery", "-A", "bzpeer", "worker", "--concurrency", "1", "--without-gossip", "--without-mingle"]
    installation.start(*worker)
    queued = installation.run("manage.py", "ingest", "arxiv-snapshot", str(records), "--queue", "--workers", "1")
    assert queued.returncode == 0, queued.stderr
    eventually(lambda: installation.seen() >= 2 * BATCH)
    server(var, "valkey").kill()
    eventually(lambda: installation.counts(1)[1] == RECORDS)
    revive = "import django; django.setup(); from ingest.tasks import revive_imports; revive_imports()"

    def revived() -> bool:
        return installation.run("-c", revive).returncode == 0 and installation.counts(1)[0] == "done"

    eventually(revived)
    assert installation.counts(1) == DONE


def test_a_full_disk_ends_an_import_in_one_line_and_it_goes_on_when_there_is_room(
    installation: Installation, records: Path, undisturbed: dict[str, str]
) -> None:
    installation.environment["IMPORT_PATIENCE"] = "1"
    installation.sql(
        "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " IF (SELECT count(*) FROM ingest_importbatch) >= 3 THEN"
        " RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END IF;"
        " RETURN NEW; END $$"
    )
    installation.sql(
        "CREATE TRIGGER full_disk BEFORE INSERT ON works_authorship FOR EACH ROW EXECUTE FUNCTION full_disk()"
    )
    failed = installation.run(*installation.ingest(records))
    assert failed.returncode == 1
    assert "No space left on device" in failed.stderr
    assert "Traceback" not in failed.stderr
    assert installation.seen() == 3 * BATCH
    installation.sql("DROP TRIGGER full_disk ON works_authorship")
    assert_resumes(installation, records, undisturbed)


@pytest.fixture
def small_disk(var: Path, installation: Installation) -> Iterator[Path]:
    """A file system of 4 MB that holds the authorships; needs the right to mount one."""
    owner = server(var, "postgres").uids().effective
    with tempfile.TemporaryDirectory(prefix="bzpeer-disk-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4M", "tmpfs", name], capture_output=True)
        if mounted.returncode:
            pytest.skip("this user may not mount a file system")
        try:
            inside = folder / "data"
            inside.mkdir(mode=0o700)
            os.chown(inside, owner, -1)
            installation.sql(f"CREATE TABLESPACE small LOCATION '{inside}'")
            installation.sql("ALTER TABLE works_authorship SET TABLESPACE small")
            yield folder
            (folder / "ballast").unlink(missing_ok=True)
            installation.sql("ALTER TABLE works_authorship SET TABLESPACE pg_default")
            installation.sql("CHECKPOINT")
            installation.sql("DROP TABLESPACE small")
        finally:
            subprocess.run(["umount", "--lazy", name], check=True)


def test_a_disk_that_is_really_full_leaves_nothing_half_written(
    installation: Installation, records: Path, undisturbed: dict[str, str], small_disk: Path
) -> None:
    installation.environment["IMPORT_PATIENCE"] = "1"
    free = shutil.disk_usage(small_disk).free
    (small_disk / "ballast").write_bytes(b"\0" * (free - 32 * 1024))
    failed = installation.run(*installation.ingest(records))
    assert failed.returncode == 1
    assert "No space left on device" in failed.stderr
    assert "Traceback" not in failed.stderr
    assert 0 < installation.seen() < RECORDS
    works = "SELECT count(*)::int FROM works_work"
    assert installation.sql(works) == installation.sql("SELECT sum(created)::int FROM ingest_importbatch")
    (small_disk / "ballast").unlink()
    assert_resumes(installation, records, undisturbed)


#: Runs a command with retries that hardly wait.
IMPATIENTLY = (
    "import sys; from ingest.sources import http; http.FIRST_PAUSE = 0.01;"
    " from django.core.management import execute_from_command_line; execute_from_command_line(sys.argv)"
)


def test_a_service_that_falls_silent_ends_a_harvest_in_one_line_and_it_goes_on(installation: Installation) -> None:
    pages = {None: "page-1.xml", "token-2": "page-2.xml", "token-3": "page-3.xml"}
    xml = {"Content-Type": "text/xml"}
    silent = False

    def answer(request: Request) -> Reply:
        token = request.parameters.get("resumptionToken")
        body = (OAI / pages[token]).read_bytes()
        if silent and token == "token-3":
            return Reply(body[:400], headers=xml, announced_length=len(body), stalls=True)
        return Reply(body, headers=xml)

    installation.environment |= {
        "IMPORT_TIMEOUT": "1", "IMPORT_ALLOWED_PRIVATE_HOSTS": "127.0.0.1", "IMPORT_BATCH_SIZE": "2",
    }  # fmt: skip
    with ReplayServer(answer) as service:
        harvest = ["-c", IMPATIENTLY, "ingest", "arxiv-oai", "--facts-only", "--base-url", service.url]
        whole = installation.run(*harvest)
        assert whole.returncode == 0, whole.stderr
        undisturbed = installation.digest()
        installation.sql("TRUNCATE works_work, works_dirtyblock, ingest_sourcerecord CASCADE")
        silent = True
        failed = installation.run(*harvest)
        assert failed.returncode == 1
        assert failed.stderr.strip().splitlines() == ["CommandError: 127.0.0.1 did not answer in time; tried 5 times"]
        assert 0 < installation.seen() < installation.sql("SELECT max(seen) FROM ingest_importrun")[0][0]
        silent = False
        done = installation.run(*harvest, "--resume", "2")
        assert done.returncode == 0, done.stderr
        assert installation.counts(2) == installation.counts(1)
        assert installation.digest() == undisturbed


@pytest.mark.parametrize("workers", ["1", "2"])
def test_ctrl_c_stops_an_import_in_good_order(installation: Installation, records: Path, workers: str) -> None:
    installation.slow_commits()
    process = installation.start(*installation.ingest(records, "--workers", workers))
    eventually(lambda: installation.seen() >= BATCH)
    os.killpg(process.pid, signal.SIGINT)
    output, _ = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "--resume 1" in output
    assert "Traceback" not in output
    assert installation.counts(1)[0] == "stopped"


def test_ctrl_c_stops_an_import_that_attributes_and_it_goes_on(installation: Installation, records: Path) -> None:
    installation.sql(SLOW_ATTRIBUTION)
    command = ["manage.py", "ingest", "arxiv-snapshot", str(records)]
    process = installation.start(*command)
    eventually(lambda: bool(installation.sql(DAWDLING)))
    os.killpg(process.pid, signal.SIGINT)
    output, _ = process.communicate(timeout=30)
    assert process.returncode == 1
    assert output.strip().splitlines() == ["CommandError: Stopped. `manage.py ingest --resume 1` goes on."]
    assert installation.counts(1) == ("stopped", *DONE[1:])
    installation.sql("DROP TRIGGER dawdle ON works_attribution")
    done = installation.run("manage.py", "ingest", "--resume", "1")
    assert done.returncode == 0, done.stderr
    assert installation.counts(1) == DONE
    assert installation.sql("SELECT count(*) FROM works_dirtyblock") == [(0,)]
