from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import Settings

from ingest import runs, tasks
from ingest.models import ImportRun, ImportShard
from ingest.sources.base import SourceError, SourceOptions
from tests.factories import UserFactory
from tests.ingest.lines import import_file, line, start, write

pytestmark = pytest.mark.django_db
State = ImportRun.State


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write(tmp_path / "a.jsonl", map(line, range(3)))


def test_an_unknown_source_is_refused_with_the_known_ones() -> None:
    with pytest.raises(SourceError, match=r"no source “nowhere”.*arxiv-snapshot"):
        runs.start_run("nowhere", SourceOptions())
    assert not ImportRun.objects.exists()


@pytest.mark.parametrize("address", ["http://x:99999999", "http://[::1"])
def test_an_address_that_is_none_is_refused_in_one_line(address: str) -> None:
    with pytest.raises(SourceError, match="no http or https address"):
        runs.start_run("arxiv-oai", SourceOptions(base_url=address))
    assert not ImportRun.objects.exists()


def test_a_worker_in_another_folder_finds_the_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(path.parent)
    run = start(Path(path.name))
    run.refresh_from_db()
    assert run.options["inputs"] == [str(path)]


def test_a_dry_run_has_one_shard(path: Path) -> None:
    assert start(path, shards=4, is_dry_run=True).shards.count() == 1
    assert start(path, shards=4).shards.count() == 4


def test_what_a_service_sends_is_taken_in_by_small_batches(path: Path, settings: Settings) -> None:
    settings.IMPORT_ALLOWED_PRIVATE_HOSTS = ["127.0.0.1"]
    harvest = SourceOptions(base_url="http://127.0.0.1:1/oai2")
    assert runs.start_run("arxiv-oai", harvest, batch_size=4000).batch_size == 500
    assert runs.start_run("arxiv-oai", harvest, batch_size=2).batch_size == 2


def test_small_files_are_cut_so_that_every_worker_gets_a_share(path: Path, tmp_path: Path) -> None:
    large = tmp_path / "large.jsonl"
    large.write_bytes((line(1).encode() + b"\n") * 30_000)
    assert start(large, batch_size=4000).batch_size == 4000
    assert start(path, batch_size=4000).batch_size == runs.SMALL_BATCH
    assert runs.start_run("sample", SourceOptions(), batch_size=4000).batch_size == runs.SMALL_BATCH


def test_a_waiting_run_stops_at_once_and_can_go_on(path: Path) -> None:
    run = start(path)
    assert runs.stop_run(run.pk)
    run.refresh_from_db()
    assert (run.state, run.can_resume) == (State.STOPPED, True)
    assert not runs.stop_run(run.pk)
    assert not runs.claim_shard(run.pk, 0, "worker")
    assert runs.resume_run(run.pk)
    assert not runs.resume_run(run.pk)
    assert runs.claim_shard(run.pk, 0, "worker")


def test_a_working_run_stops_when_its_worker_lets_go(path: Path) -> None:
    run = start(path)
    runs.claim_shard(run.pk, 0, "worker")
    runs.stop_run(run.pk)
    run.refresh_from_db()
    assert run.state == State.STOPPING
    assert not runs.beat_shard(run.pk, 0, "worker")
    runs.release_shard(run.pk, 0, "worker")
    run.refresh_from_db()
    assert run.state == State.STOPPED


def test_a_dry_run_that_goes_on_starts_anew(path: Path) -> None:
    run = import_file(path, is_dry_run=True)
    runs.fail_run(run.pk, "lost")
    assert runs.resume_run(run.pk)
    run.refresh_from_db()
    assert (run.seen, run.report, run.batches.count(), run.state) == (0, {}, 0, State.QUEUED)


def test_the_end_of_a_run_has_one_worker_at_a_time(path: Path) -> None:
    run = import_file(path)
    assert runs.claim_finish(run.pk)
    assert not runs.claim_finish(run.pk)
    ImportRun.objects.update(heartbeat_at=timezone.now() - runs.DEAD_AFTER - timedelta(seconds=1))
    assert list(runs.unfinished_runs()) == [run]
    assert runs.claim_finish(run.pk)


def test_the_shards_of_a_process_that_is_gone_are_free_at_once(path: Path) -> None:
    run = start(path, shards=2)
    runs.claim_shard(run.pk, 0, tasks.worker_name())
    runs.claim_shard(run.pk, 1, tasks.worker_name().rpartition(":")[0] + ":999999999/1")
    runs.release_dead_local(run.pk)
    states = list(ImportShard.objects.order_by("index").values_list("state", flat=True))
    assert states == [ImportShard.State.RUNNING, ImportShard.State.QUEUED]


def test_a_finished_run_is_repeated_with_its_own_options(path: Path) -> None:
    user = UserFactory.create(is_staff=True)
    run = import_file(path, is_dry_run=True)
    again = runs.repeat_run(run, user)
    assert (list(again.options["inputs"]), again.is_dry_run, again.started_by) == ([str(path)], False, user)


def test_keys_of_services_come_from_the_settings_each_time_and_are_never_stored(settings: Settings) -> None:
    settings.SOURCE_API_KEYS = {"openalex": "secret"}
    settings.IMPORT_ALLOWED_PRIVATE_HOSTS = ["127.0.0.1:9"]
    run = runs.start_run("openalex", SourceOptions(query="x", base_url="http://127.0.0.1:9/works"))
    assert "secret" not in str(run.options)
    assert "secret" not in str(runs.repeat_run(run, None).options)
    settings.SOURCE_API_KEYS = {"openalex": "another"}
    assert runs.options_of(ImportRun.objects.get(pk=run.pk)).api_key == "another"


def test_only_hosts_that_the_settings_name_may_be_private(settings: Settings) -> None:
    settings.IMPORT_ALLOWED_PRIVATE_HOSTS = ["127.0.0.1:8001"]
    assert runs._may_be_private("http://127.0.0.1:8001/oai")
    assert not runs._may_be_private("http://127.0.0.1:5432/")
    assert not runs._may_be_private("http://127.0.0.1.example.org:8001/")
    assert not runs._may_be_private(None)


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:1/", "http://[::1]/", "http://169.254.169.254/latest", "http://10.0.0.8/"]
)
def test_an_address_in_a_private_network_is_refused_before_anything_is_written(address: str) -> None:
    with pytest.raises(SourceError, match="private"):
        runs.start_run("arxiv-oai", SourceOptions(base_url=address))
    assert not ImportRun.objects.exists()
