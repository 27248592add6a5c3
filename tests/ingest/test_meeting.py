from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from ingest import batches, runs
from ingest.batches import Batch, take_batch
from ingest.meeting import newest_batch
from ingest.models import ImportRun
from ingest.pipeline import open_batches
from ingest.sources import get_source
from tests.ingest.lines import line, options_of, start, write
from tests.waiting import eventually, somebody_waits
from works.models import Work, WorkIdentifier

pytestmark = pytest.mark.django_db(transaction=True)

TITLE = "On the theory of the amber amber engine, part 0"


def pasted(path: Path, *authors: str) -> ImportRun:
    """A run of a listing of one work, which knows no identifier of it."""
    path.write_text(
        f"{TITLE}\nAuthors:\n{', '.join(authors)}\nAbstract:\nWe study amber engines.\n"
        "Submitted 17 May, 2021;\noriginally announced May 2021.\n"
    )
    return runs.start_run("arxiv-listing", options_of(path), batch_size=10)


def only_batch(run: ImportRun) -> Batch:
    (batch,) = open_batches(run, [0], get_source(run.source.slug))
    return batch


def elsewhere(work: Callable[[], Any]) -> threading.Thread:
    """The work in a thread that has a connection of its own."""

    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def take(run: ImportRun) -> None:
    take_batch(run, get_source(run.source.slug), only_batch(run))


@pytest.mark.parametrize("is_listing_first", [True, False])
def test_works_alike_only_in_title_and_authors_are_one_when_two_imports_bring_them_at_once(
    tmp_path: Path, *, is_listing_first: bool
) -> None:
    both = [pasted(tmp_path / "page.txt", "Ada Amber", "Charles Amber"), start(write(tmp_path / "a.jsonl", [line(0)]))]
    first, second = both if is_listing_first else reversed(both)
    with transaction.atomic():
        take(first)
        thread = elsewhere(lambda: take(second))
        eventually(somebody_waits)
    thread.join()
    work = Work.objects.get()
    assert WorkIdentifier.objects.get(work=work, scheme="arxiv").value == "2105.00001"
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.created, second.created, second.seen) == (1, 0, 1)


def test_two_works_of_one_title_stay_two(tmp_path: Path) -> None:
    listed, harvested = pasted(tmp_path / "page.txt", "Grace Hopper"), start(write(tmp_path / "a.jsonl", [line(0)]))
    with transaction.atomic():
        take(listed)
        thread = elsewhere(lambda: take(harvested))
        eventually(somebody_waits)
    thread.join()
    assert Work.objects.count() == 2


def test_one_listing_pasted_twice_at_once_makes_its_works_once(tmp_path: Path) -> None:
    both = [pasted(tmp_path / f"{number}.txt", "Ada Amber") for number in (1, 2)]
    with transaction.atomic():
        take(both[0])
        thread = elsewhere(lambda: take(both[1]))
        eventually(somebody_waits)
    thread.join()
    assert Work.objects.count() == 1


def test_batches_of_one_file_do_not_run_again_because_of_equal_titles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = start(write(tmp_path / "a.jsonl", (line(number, title=TITLE) for number in range(20))), shards=2)
    source = get_source(run.source.slug)
    one, other = open_batches(run, [0, 1], source)
    attempts = []

    def noted() -> int:
        attempts.append(1)
        return newest_batch()

    monkeypatch.setattr(batches, "newest_batch", noted)
    with transaction.atomic():
        take_batch(run, source, one)
        thread = elsewhere(lambda: take_batch(run, source, other))
        eventually(somebody_waits)
    thread.join()
    assert (Work.objects.count(), len(attempts)) == (20, 2)
