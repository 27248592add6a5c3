from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

import pytest
from django.db import transaction

from graph import stale
from graph.models import AuthorInstitution, AuthorTopic
from graph.stale import refresh_stale
from ingest import finishing, runs
from ingest.finishing import finish, share_attribution, touched_works
from ingest.models import ImportRun, RejectedRecord
from ingest.pipeline import work_shard
from ingest.retry import retry_with
from ingest.run_page import progress_of
from ingest.sources.base import SourceOptions, StoppedError
from tests.factories import AuthorFactory, printed_work
from tests.ingest.lines import import_file, line, write
from tests.works.records import record
from works.attribution.resolve import mark_all_dirty, resolve_dirty
from works.load import load
from works.models import (
    Attribution,
    Authorship,
    AuthorshipInstitution,
    DirtyBlock,
    StaleSummary,
    Topic,
    TouchedAuthor,
    Work,
)

pytestmark = pytest.mark.django_db
State, Stage = ImportRun.State, ImportRun.Stage


@pytest.fixture
def run(tmp_path: Path) -> ImportRun:
    return import_file(write(tmp_path / "a.jsonl", map(line, range(1, 6))))


def test_a_run_ends_with_everything_attributed_and_fresh(run: ImportRun) -> None:
    assert finish(run.pk)
    run.refresh_from_db()
    assert (run.state, run.stage) == (State.DONE, Stage.FINISHED)
    assert run.finished_at is not None
    assert Attribution.objects.count() == 10
    assert not DirtyBlock.objects.exists()
    assert not TouchedAuthor.objects.exists()
    assert Topic.objects.get(code="cs.DM").work_count == 5
    assert not finish(run.pk)


def test_the_works_of_a_run_are_those_it_created_or_changed(run: ImportRun, tmp_path: Path) -> None:
    assert set(touched_works(run)) == set(Work.objects.values_list("pk", flat=True))
    changed = line(2, title="An engine of another title", update_date="2022-01-01")
    second = import_file(write(tmp_path / "b.jsonl", [line(1), changed, line(7)]))
    values = Work.objects.filter(pk__in=touched_works(second)).values_list("identifiers__value", flat=True)
    assert set(values) == {"2105.00003", "2105.00008"}


def test_records_of_authors_follow_works_that_change_without_their_authors(run: ImportRun, tmp_path: Path) -> None:
    finish(run.pk)
    work = Work.objects.get(identifiers__value="2105.00002")
    author = Attribution.objects.filter(work=work).select_related("author")[0].author
    subjects = AuthorTopic.objects.filter(author=author).values_list("topic__code", flat=True)
    assert "hep-th" not in subjects
    other = line(1, categories="hep-th", update_date="2022-01-01")
    finish(import_file(write(tmp_path / "b.jsonl", [other])).pk)
    assert "hep-th" in subjects.all()

    works = author.work_count
    gone = record(
        "2105.00002", title="", bylines=[], abstract=None, topics=[], versions=[], submitted=None, updated=None,
        is_deleted=True,
    )  # fmt: skip
    with transaction.atomic():
        load([gone])
    assert resolve_dirty() == 0
    author.refresh_from_db()
    assert author.work_count == works - 1
    assert not StaleSummary.objects.exists()


def test_an_author_who_leaves_a_list_leaves_the_record_with_one_work_less(run: ImportRun, tmp_path: Path) -> None:
    finish(run.pk)
    work = Work.objects.get(identifiers__value="2105.00002")
    last = Attribution.objects.filter(work=work).order_by("-authorship__position").select_related("author")[0].author
    alone = work.authorships.order_by("position")[0].raw_name
    finish(import_file(write(tmp_path / "b.jsonl", [line(1, authors=alone, update_date="2022-01-01")])).pk)
    works = last.work_count
    last.refresh_from_db()
    assert last.work_count == works - 1


def test_institutions_that_come_later_are_recognised_in_works_that_are_there(tmp_path: Path) -> None:
    author = AuthorFactory.create()
    work = printed_work([author])
    authorship = work.authorships.get()
    Authorship.objects.filter(pk=authorship.pk).update(affiliations=["Stanford University, Stanford"])
    organisation = {"id": "https://ror.org/00f54p054", "name": "Stanford University", "status": "active"}
    path = tmp_path / "ror.jsonl"
    path.write_text(json.dumps(organisation))
    run = runs.start_run("ror", SourceOptions(inputs=(str(path),)))
    work_shard(run.pk, 0, "test")
    assert finish(run.pk)
    assert AuthorshipInstitution.objects.get(authorship=authorship).institution.ror == "00f54p054"
    assert AuthorInstitution.objects.filter(author=author).exists()


def test_a_stop_is_felt_between_blocks_and_the_run_can_go_on(run: ImportRun, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop_meanwhile(*_: object, **__: object) -> None:
        ImportRun.objects.update(state=State.STOPPING)
        raise StoppedError

    monkeypatch.setattr(finishing, "resolve_dirty", stop_meanwhile)
    assert not finish(run.pk)
    run.refresh_from_db()
    assert run.state == State.STOPPED
    monkeypatch.setattr(finishing, "resolve_dirty", resolve_dirty)
    assert runs.resume_run(run.pk)
    assert finish(run.pk)
    assert Attribution.objects.count() == 10


def test_rejects_that_are_mended_meanwhile_are_attributed_before_the_run_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = import_file(write(tmp_path / "a.jsonl", [*map(line, range(1, 6)), line(6, title="")]))
    reject = run.rejects.get()

    def mend_meanwhile(**options: object) -> None:
        refresh_stale()
        if reject.state == RejectedRecord.State.OPEN:
            assert retry_with(reject, line(6)).fixed == 1
            reject.refresh_from_db()

    monkeypatch.setattr(finishing, "refresh_stale", mend_meanwhile)
    assert finish(run.pk)
    run.refresh_from_db()
    assert (run.state, run.stage, run.rejected, run.created) == (State.DONE, Stage.FINISHED, 0, 6)
    assert Attribution.objects.count() == 12
    assert not DirtyBlock.objects.exists()
    assert not TouchedAuthor.objects.exists()


def test_a_page_says_what_is_made_anew_and_a_stop_is_felt_between_the_steps(
    run: ImportRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stale, "CHUNK", 1)
    shown: list[str] = []
    stopped = False

    def enter_step(run_id: int, step: str) -> bool:
        nonlocal stopped
        if "trust" in step and not stopped:
            stopped = runs.stop_run(run_id)
        goes_on = entered(run_id, step)
        shown.append(next(line.remark for line in progress_of(ImportRun.objects.get(pk=run_id)).stages if line.remark))
        return goes_on

    entered = runs.enter_step
    monkeypatch.setattr(runs, "enter_step", enter_step)
    assert not finish(run.pk)
    assert runs.resume_run(run.pk)
    assert finish(run.pk)
    collaborations = "collaborations, topics and institutions of all researchers"
    counts = "numbers of works of topics and institutions"
    assert shown[0] == "5 of 5 works read"
    assert shown[2].endswith("name blocks wait")
    # A step of which the run is stopped is not begun.
    assert shown[3:] == [collaborations, collaborations, collaborations, "trust of all researchers", counts]
    run.refresh_from_db()
    assert (run.state, run.step) == (State.DONE, "")
    assert not TouchedAuthor.objects.exists()


def test_a_dry_run_ends_without_attribution(tmp_path: Path) -> None:
    run = import_file(write(tmp_path / "a.jsonl", [line(1)]), is_dry_run=True)
    assert finish(run.pk)
    assert not Attribution.objects.exists()


def owners() -> set[frozenset[str]]:
    """The author records as sets of printed positions, whatever their ids."""
    found: defaultdict[int, set[str]] = defaultdict(set)
    for author, title, position in Attribution.objects.values_list(
        "author", "authorship__work__title", "authorship__position"
    ):
        found[author].add(f"{title}/{position}")
    return {frozenset(printed) for printed in found.values()}


def test_a_helper_resolves_what_the_finishing_worker_then_finds_done(run: ImportRun) -> None:
    share_attribution(run.pk)
    assert not DirtyBlock.objects.exists()
    shared = owners()
    assert finish(run.pk)
    assert owners() == shared
    mark_all_dirty()
    resolve_dirty()
    assert owners() == shared


def test_a_helper_that_comes_too_late_or_whose_run_was_stopped_does_nothing(run: ImportRun) -> None:
    ImportRun.objects.update(state=State.STOPPING)
    share_attribution(run.pk)
    assert not Attribution.objects.exists()
    ImportRun.objects.update(state=State.RUNNING)
    assert finish(run.pk)
    DirtyBlock.objects.create(block=Attribution.objects.all()[0].authorship.block)
    share_attribution(run.pk)
    assert DirtyBlock.objects.exists()
