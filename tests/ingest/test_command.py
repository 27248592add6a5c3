from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from django.core.management import CommandError, call_command
from pytest_django import DjangoCaptureOnCommitCallbacks

from ingest import finishing
from ingest.models import ImportRun
from ingest.workers import WORTH_SHARING, worker_count
from tests.ingest.lines import line, start, write
from works.attribution.resolve import ChildDiedError
from works.models import Attribution, Work

pytestmark = pytest.mark.django_db


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write(tmp_path / "a.jsonl", [line(1), "no record", line(2)])


def ingest(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    """Run the command; the figures of its last line."""
    call_command("ingest", *arguments, "--json")
    figures: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return figures


def test_an_import_prints_its_figures_as_the_last_line(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    figures = ingest(capsys, "arxiv-snapshot", str(path))
    assert figures["state"] == "done"
    counted = {name: figures[name] for name in ("seen", "created", "updated", "unchanged", "rejected", "authorships")}
    assert counted == {"seen": 3, "created": 2, "updated": 0, "unchanged": 0, "rejected": 1, "authorships": 4}
    assert {"run", "source", "seconds", "works_per_second", "peak_memory_mb"} <= figures.keys()
    assert Attribution.objects.count() == 4


def test_options_may_stand_before_the_inputs(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ingest(capsys, "arxiv-snapshot", "--limit=1", str(path))["seen"] == 1


@pytest.mark.parametrize("option", ["--limit=0", "--limit=-3", "--workers=-1"])
def test_a_run_of_nothing_or_by_nobody_is_refused(path: Path, option: str) -> None:
    with pytest.raises(CommandError, match="at least one worker and one record"):
        call_command("ingest", "arxiv-snapshot", str(path), option)
    assert not ImportRun.objects.exists()


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("--limit=99999999999999999999999", "at most 2147483647 records"),
        ("--limit=2147483648", "at most 2147483647 records"),
        ("--workers=150", "At most 32 workers"),
        ("--since=2026-02-30", "--since: 2026-02-30 is not a day; write one like 2026-02-28"),
        ("--until=tomorrow", "--until: tomorrow is not a day"),
    ],
)
def test_what_no_run_can_be_asked_for_is_one_clear_line(option: str, message: str) -> None:
    with pytest.raises(CommandError, match=message) as refused:
        call_command("ingest", "arxiv-oai", option)
    assert "\n" not in str(refused.value)
    assert not ImportRun.objects.exists()


def test_facts_only_leaves_attribution_to_later(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ingest(capsys, "arxiv-snapshot", str(path), "--facts-only")["state"] == "done"
    assert not Attribution.objects.exists()


def test_a_dry_run_says_what_it_would_do(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("ingest", "arxiv-snapshot", str(path), "--dry-run")
    said = capsys.readouterr().out
    assert "Nothing was written" in said
    assert "create  2105.00002: On the theory of the birch amber engine, part 1" in said
    assert "reject  1: The line is not valid JSON" in said
    assert not Work.objects.exists()


def test_a_dry_run_that_would_do_nothing_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    known = write(tmp_path / "known.jsonl", [line(1), line(2)])
    call_command("ingest", "arxiv-snapshot", str(known))
    call_command("ingest", "arxiv-snapshot", str(known), "--dry-run")
    said = capsys.readouterr().out
    assert said.endswith("A real run would\n  change nothing\n")


def test_a_limit_counts_records(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ingest(capsys, "arxiv-snapshot", str(path), "--limit", "1")["seen"] == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere"], "no source"),
        (["arxiv-snapshot"], "needs a file"),
        (["arxiv-snapshot", "/no/such/file"], "/no/such/file"),
        (["arxiv-oai", "--base-url", "http://10.0.0.1/oai"], "private"),
        ([], "Which source\\? sample, arxiv-snapshot"),
        (["--resume", "999"], "no run 999"),
        (["--resume", "0"], "no run 0"),
    ],
)
def test_what_cannot_start_is_one_clear_line_and_nothing_is_written(arguments: list[str], message: str) -> None:
    with pytest.raises(CommandError, match=message) as refused:
        call_command("ingest", *arguments)
    assert "\n" not in str(refused.value)
    assert not ImportRun.objects.exists()


def test_a_run_that_fails_ends_the_command_with_its_error(path: Path) -> None:
    run = start(path)
    ImportRun.objects.update(state=ImportRun.State.STOPPED)
    path.unlink()
    with pytest.raises(CommandError, match=r"a\.jsonl"):
        call_command("ingest", "arxiv-snapshot", "--resume", str(run.pk))


def test_a_run_goes_on_by_its_number_alone(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = start(path)
    ImportRun.objects.update(state=ImportRun.State.STOPPED)
    with pytest.raises(CommandError, match=f"Run {run.pk} is of arxiv-snapshot, not of arxiv-oai"):
        call_command("ingest", "arxiv-oai", "--resume", str(run.pk))
    assert ingest(capsys, "--resume", str(run.pk))["created"] == 2
    with pytest.raises(CommandError, match="neither stopped nor failed"):
        call_command("ingest", "arxiv-snapshot", "--resume", str(run.pk))


@pytest.mark.parametrize(
    ("what", "said", "state"),
    [
        (KeyboardInterrupt(), "Stopped", ImportRun.State.STOPPED),
        (ChildDiedError("A process was killed"), "A process was killed", ImportRun.State.RUNNING),
    ],
)
def test_what_ends_the_attribution_early_is_one_clear_line_and_the_run_goes_on(
    path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    what: BaseException,
    said: str,
    state: str,
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(finishing, "resolve_dirty", Mock(side_effect=what))
        with pytest.raises(CommandError) as ended:
            call_command("ingest", "arxiv-snapshot", str(path))
    run = ImportRun.objects.get()
    assert str(ended.value) == f"{said}. `manage.py ingest --resume {run.pk}` goes on."
    assert (run.state, run.heartbeat_at) == (state, None)
    figures = ingest(capsys, "--resume", str(run.pk))
    # All records were in before.
    assert (figures["state"], figures["seen"], figures["works_per_second"]) == ("done", 3, 0)
    assert Attribution.objects.count() == 4


def test_a_run_can_be_handed_to_the_workers(
    path: Path,
    capsys: pytest.CaptureFixture[str],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        figures = ingest(capsys, "arxiv-snapshot", str(path), "--queue", "--workers", "2")
    assert figures["state"] == "queued"
    run = ImportRun.objects.get()
    assert (run.state, run.created, run.shards.count()) == (ImportRun.State.DONE, 2, 2)


def test_only_big_files_are_shared_among_processes(path: Path, tmp_path: Path) -> None:
    assert worker_count([str(path)]) == 1
    big = tmp_path / "big"
    with big.open("wb") as file:
        file.truncate(WORTH_SHARING)
    assert worker_count([str(big)]) >= 1
    assert worker_count([]) == worker_count([str(big)])
    assert worker_count(["/no/such/file"]) == 1
