from __future__ import annotations

from pathlib import Path

import pytest

from ingest import retry, runs, tasks
from ingest.models import ImportRun, RejectedRecord
from tests.ingest.lines import counts, import_file, line, write
from works.models import DirtyBlock, Work

pytestmark = pytest.mark.django_db

BROKEN = '{"id": "2105.00009", "title": '
State = RejectedRecord.State


@pytest.fixture
def run(tmp_path: Path) -> ImportRun:
    """Two records taken in, three set aside for two reasons."""
    lines = [line(0), BROKEN, line(2, title=""), line(3, title=""), line(4)]
    run = import_file(write(tmp_path / "a.jsonl", lines))
    runs.finish_run(run.pk)
    run.refresh_from_db()
    return run


def reject_at(run: ImportRun, position: int) -> RejectedRecord:
    return RejectedRecord.objects.get(run=run, position=position)


def test_a_mended_record_is_taken_in_and_the_counts_follow(run: ImportRun) -> None:
    assert retry.retry_with(reject_at(run, 2), line(8)) == retry.Retried(fixed=1, refused=0)
    run.refresh_from_db()
    assert counts(run) == (3, 0, 0, 2)
    assert run.seen == 5
    assert reject_at(run, 2).state == State.FIXED
    assert Work.objects.filter(identifiers__value="2105.00009").exists()


def test_a_run_with_mended_records_goes_through_its_last_stages_again(run: ImportRun) -> None:
    DirtyBlock.objects.all().delete()
    retry.retry_with(reject_at(run, 2), line(8))
    run.refresh_from_db()
    assert (run.state, run.stage) == (ImportRun.State.RUNNING, ImportRun.Stage.ATTRIBUTION)
    assert DirtyBlock.objects.exists()


def test_a_mended_record_stays_mended_when_the_same_file_is_imported_again(run: ImportRun) -> None:
    retry.retry_with(reject_at(run, 2), line(8))
    again = import_file(Path(run.options["inputs"][0]))
    assert counts(again) == (0, 0, 3, 2)


def test_a_record_that_is_still_wrong_stays_with_its_new_reason(run: ImportRun) -> None:
    assert retry.retry_with(reject_at(run, 2), line(8, authors="", authors_parsed=[])).refused == 1
    reject = reject_at(run, 2)
    assert (reject.state, reject.reason) == (State.OPEN, "The work has no author")
    run.refresh_from_db()
    assert counts(run) == (2, 0, 0, 3)


def test_all_of_a_reason_are_tried_again_and_the_others_left(run: ImportRun) -> None:
    for position in (3, 4):
        RejectedRecord.objects.filter(pk=reject_at(run, position).pk).update(raw=line(position + 10))
    tasks.retry_rejects(run.pk, "The title is empty")
    run.refresh_from_db()
    assert counts(run) == (4, 0, 0, 1)
    assert reject_at(run, 2).state == State.OPEN


def test_what_was_fixed_is_not_tried_twice(run: ImportRun) -> None:
    retry.retry_with(reject_at(run, 2), line(8))
    assert retry.retry_with(reject_at(run, 2), line(9)) == retry.Retried()
    assert Work.objects.count() == 3


def test_rejects_can_be_given_up(run: ImportRun) -> None:
    assert retry.set_aside(run, "The title is empty") == 2
    assert retry.retry(run, RejectedRecord.objects.filter(reason="The title is empty")) == retry.Retried()
