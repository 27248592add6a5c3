from __future__ import annotations

from pathlib import Path

import pytest

from ingest import retry, runs, tasks
from ingest.models import ImportRun, RejectedRecord, Source
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
    assert (reject_at(run, 2).raw, reject_at(run, 2).mended) == (BROKEN, line(8))


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


def test_a_record_that_is_still_wrong_stays_as_it_came(run: ImportRun) -> None:
    before = reject_at(run, 2)
    retried = retry.retry_with(before, line(8, authors="", authors_parsed=[]))
    assert retried == retry.Retried(fixed=0, refused=1, why="The work has no author: authors: ''")
    reject = reject_at(run, 2)
    assert (reject.state, reject.reason, reject.raw) == (State.OPEN, before.reason, BROKEN)
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


EMPTY_TITLE = RejectedRecord.objects.filter(reason="The title is empty")


def test_rejects_can_be_given_up(run: ImportRun) -> None:
    assert retry.set_aside(EMPTY_TITLE.filter(run=run)) == 2
    assert retry.retry(run, EMPTY_TITLE) == retry.Retried()


def states(run: ImportRun) -> dict[int, str]:
    return dict(RejectedRecord.objects.filter(run=run).order_by("position").values_list("position", "state"))


def test_what_was_given_up_stays_so_in_later_runs_while_its_text_is_the_same(run: ImportRun, tmp_path: Path) -> None:
    retry.set_aside(EMPTY_TITLE.filter(run=run))
    lines = Path(run.options["inputs"][0]).read_text().splitlines()
    again = import_file(write(tmp_path / "b.jsonl", [line(11), *lines]))
    assert again.rejected == 3
    assert states(again) == {3: State.OPEN, 4: State.IGNORED, 5: State.IGNORED}
    changed = import_file(write(tmp_path / "c.jsonl", [lines[2], line(3, title="", comments="Of another text")]))
    assert states(changed) == {1: State.IGNORED, 2: State.OPEN}


def test_what_was_given_up_of_one_source_says_nothing_of_another(run: ImportRun) -> None:
    retry.set_aside(EMPTY_TITLE.filter(run=run))
    Source.objects.filter(pk=run.source_id).update(slug="elsewhere")
    assert set(states(import_file(Path(run.options["inputs"][0]))).values()) == {State.OPEN}


def test_what_was_given_up_is_taken_up_again_in_all_runs_of_the_source(run: ImportRun) -> None:
    retry.set_aside(EMPTY_TITLE.filter(run=run))
    again = import_file(Path(run.options["inputs"][0]))
    assert retry.reopen(again, RejectedRecord.objects.filter(position=3)) == 1
    assert states(again) == states(run) == {2: State.OPEN, 3: State.OPEN, 4: State.IGNORED}
    assert retry.reopen(again, EMPTY_TITLE) == 1
    assert states(import_file(Path(run.options["inputs"][0]))) == dict.fromkeys((2, 3, 4), State.OPEN)


def test_what_was_taken_in_cannot_be_reopened(run: ImportRun) -> None:
    retry.retry_with(reject_at(run, 2), line(8))
    assert retry.reopen(run, RejectedRecord.objects.all()) == 0
    assert reject_at(run, 2).state == State.FIXED
