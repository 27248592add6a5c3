from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.utils import timezone

from ingest import batches, pipeline, runs
from ingest.digest import facts_digest
from ingest.models import ImportBatch, ImportRun, ImportShard, RejectedRecord, SourceRecord, WorkChange
from ingest.pipeline import work_shard
from ingest.sources import get_source
from ingest.sources.base import RawItem, SourceError
from tests.ingest.lines import counts, import_file, line, start, write
from works.models import Authorship, Topic, Work
from works.query_terms import clean_query
from works.search import WorkFilters, search_works
from works.suggestions import suggestions

pytestmark = pytest.mark.django_db

DATA = Path(__file__).parents[1] / "data" / "arxiv"
State = ImportRun.State


def digest() -> dict[str, str]:
    with transaction.atomic(), connection.cursor() as cursor:
        return facts_digest(cursor)


def empty_catalogue() -> None:
    RejectedRecord.objects.all().delete()
    SourceRecord.objects.all().delete()
    Work.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM works_dirtyblock")


def test_real_records_are_created_and_their_facts_can_be_found() -> None:
    run = import_file(DATA / "snapshot-40.jsonl")
    assert counts(run) == (40, 0, 0, 0)
    assert (run.state, run.stage, run.total) == (State.RUNNING, ImportRun.Stage.ATTRIBUTION, 40)
    assert run.authorships == Authorship.objects.count() == sum(Work.objects.values_list("author_count", flat=True))
    work = Work.objects.get(identifiers__value="0704.0800")
    assert work.byline == "Tad Hogg, Pavithra Harsha, Kay-Yut Chen"
    assert work in Work.objects.filter(search="quantum auctions")


@pytest.mark.parametrize("typed", ["Lévy flights", "levy flights", "L\\'evy flights", "Schrödinger", "schrodinger"])
def test_words_that_the_source_spells_in_latex_are_found_as_people_type_them(tmp_path: Path, typed: str) -> None:
    title = "L\\'evy flights in $\\bar{p}$ human behavior"
    import_file(write(tmp_path / "a.jsonl", [line(0, title=title, abstract='A Schr\\"{o}dinger equation.')]))
    (work,) = search_works(clean_query(typed), WorkFilters()).page.rows
    assert work.title == "Lévy flights in $\\bar{p}$ human behavior"
    assert [group.name for group in suggestions("Lévy fl")] == ["Works"]


def test_searches_after_a_run_read_no_list_of_unsorted_rows() -> None:
    import_file(DATA / "snapshot-40.jsonl")
    with connection.cursor() as cursor:
        cursor.execute("SELECT gin_clean_pending_list('work_search')")
        assert cursor.fetchone() == (0,)


def test_importing_unchanged_records_again_writes_no_row_of_the_catalogue(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", map(line, range(25)))
    import_file(path)
    tables = ("works_work", "works_authorship", "works_workidentifier", "works_worktopic", "ingest_sourcerecord")
    query = " UNION ALL ".join(f"SELECT '{table}', xmin::text, ctid::text FROM {table}" for table in tables)  # noqa: S608 -- names above
    with connection.cursor() as cursor:
        cursor.execute(query)
        before = sorted(cursor.fetchall())
        run = import_file(path)
        cursor.execute(query)
        assert sorted(cursor.fetchall()) == before
    assert counts(run) == (0, 0, 25, 0)


def test_an_unchanged_record_is_not_even_parsed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "a.jsonl", map(line, range(3)))
    import_file(path)

    def refuse(*_: object) -> None:
        raise AssertionError("parsed")

    monkeypatch.setattr(batches, "parse_item", refuse)
    assert counts(import_file(path)) == (0, 0, 3, 0)


def test_a_changed_record_is_updated_and_the_change_is_kept_by_fact(tmp_path: Path) -> None:
    import_file(write(tmp_path / "a.jsonl", map(line, range(3))))
    changed = [line(0), line(1, title="An engine of another title", update_date="2022-01-01"), line(2)]
    run = import_file(write(tmp_path / "b.jsonl", changed))
    assert counts(run) == (0, 1, 2, 0)
    change = WorkChange.objects.get(run=run)
    assert change.fields["title"][1] == "An engine of another title"
    assert change.work.title == "An engine of another title"


def test_a_fact_that_changes_twice_in_a_run_went_from_its_first_state_to_its_last(tmp_path: Path) -> None:
    import_file(write(tmp_path / "a.jsonl", map(line, range(15))))
    first, last = (line(0, comments=text, update_date="2022-01-01") for text in ("Second thoughts", "Third thoughts"))
    # The second one stands in another batch.
    run = import_file(write(tmp_path / "b.jsonl", [first, *map(line, range(1, 15)), last]))
    change = WorkChange.objects.get(run=run)
    assert change.fields["comments"] == ["", "Third thoughts"]


def test_what_cannot_be_read_is_set_aside_and_the_run_goes_on(tmp_path: Path) -> None:
    lines = [line(0), '{"id": "2105.00001", "title": ', line(2, title=" "), line(3, id="no id"), line(4)]
    run = import_file(write(tmp_path / "a.jsonl", lines))
    assert counts(run) == (2, 0, 0, 3)
    rejects = {reject.position: reject for reject in RejectedRecord.objects.filter(run=run)}
    assert rejects.keys() == {2, 3, 4}
    assert rejects[2].raw == lines[1]
    assert rejects[3].reason == "The title is empty"
    assert rejects[3].key == "2105.00003"


def test_a_record_that_the_database_refuses_is_set_aside_alone(tmp_path: Path) -> None:
    unindexable = " ".join(f"word{number}" for number in range(150_000))
    lines = [line(number, abstract=unindexable) if number == 7 else line(number) for number in range(12)]
    run = import_file(write(tmp_path / "a.jsonl", lines))
    assert counts(run) == (11, 0, 0, 1)
    reject = RejectedRecord.objects.get(run=run)
    assert (reject.position, reject.reason) == (8, "The database cannot hold this record")


def test_dirty_records_are_taken_in_or_set_aside_but_never_end_a_run() -> None:
    run = import_file(DATA / "dirty-records.jsonl")
    assert run.seen == 10
    assert run.state == State.RUNNING


def test_the_same_id_twice_in_a_file_is_one_work(tmp_path: Path) -> None:
    lines = [line(0), line(1), line(0, comments="Second thoughts")]
    run = import_file(write(tmp_path / "a.jsonl", lines))
    assert counts(run) == (2, 1, 0, 0)
    assert Work.objects.get(identifiers__value="2105.00001").comments == "Second thoughts"


def test_batches_are_committed_once_each_with_their_counts(tmp_path: Path) -> None:
    run = import_file(write(tmp_path / "a.jsonl", map(line, range(25))))
    assert list(ImportBatch.objects.filter(run=run).order_by("number").values_list("number", "seen", "created")) == [
        (0, 10, 10),
        (1, 10, 10),
        (2, 5, 5),
    ]
    assert sum(len(batch.new_works) for batch in ImportBatch.objects.filter(run=run)) == 25


def test_a_batch_that_another_worker_committed_first_is_not_counted_again(tmp_path: Path) -> None:
    run = start(write(tmp_path / "a.jsonl", map(line, range(10))))
    batch = batches.Batch(0, [RawItem(n + 1, line(n).encode(), {}) for n in range(10)])
    source = get_source("arxiv-snapshot")
    assert batches.take_batch(run, source, batch).created == 10
    before = digest()
    assert batches.take_batch(run, source, batch) == batches.Outcome()
    run.refresh_from_db()
    assert counts(run) == (10, 0, 0, 0)
    assert digest() == before


def test_several_shards_give_the_same_facts_as_one(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", [*map(line, range(35)), "not json"])
    import_file(path)
    whole = digest()
    empty_catalogue()
    run = import_file(path, shards=3)
    assert counts(run) == (35, 0, 0, 1)
    assert digest() == whole


def test_a_stopped_run_goes_on_where_it_was(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", map(line, range(45)))
    import_file(path)
    whole = digest()
    empty_catalogue()
    run = start(path)

    def stop_after_two(_: batches.Outcome) -> None:
        if ImportBatch.objects.filter(run=run).count() == 2:
            runs.stop_run(run.pk)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        work_shard(run.pk, 0, "first", stop_after_two)
    ImportShard.objects.update(heartbeat_at=timezone.now() - timedelta(hours=1))
    runs.settle_stopping()
    run.refresh_from_db()
    assert (run.state, run.seen) == (State.STOPPED, 20)
    assert runs.resume_run(run.pk)
    assert work_shard(run.pk, 0, "second")
    run.refresh_from_db()
    assert counts(run) == (45, 0, 0, 0)
    assert digest() == whole


@pytest.mark.parametrize("first_batch", [0, 1])
def test_a_run_whose_file_was_replaced_does_not_go_on(tmp_path: Path, first_batch: int) -> None:
    path = write(tmp_path / "a.jsonl", map(line, range(25)))
    run = start(path, shards=2)
    assert not work_shard(run.pk, first_batch, "first")
    done = ImportRun.objects.get(pk=run.pk).seen
    runs.fail_run(run.pk, "the power went")
    write(path, map(line, range(25, 50)))
    assert runs.resume_run(run.pk)
    assert not work_shard(run.pk, 1 - first_batch, "second")
    run.refresh_from_db()
    assert (run.state, run.seen) == (State.FAILED, done)
    assert run.error.startswith("a.jsonl: replaced since this run began")
    write(path, map(line, range(25)))
    assert runs.resume_run(run.pk)
    assert work_shard(run.pk, 1 - first_batch, "third")
    run.refresh_from_db()
    assert counts(run) == (25, 0, 0, 0)


def test_a_file_that_was_mended_before_the_first_batch_is_read(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", map(line, range(5)))
    run = start(path)
    path.unlink()
    assert not work_shard(run.pk, 0, "first")
    write(path, map(line, range(7)))
    assert runs.resume_run(run.pk)
    assert work_shard(run.pk, 0, "second")
    run.refresh_from_db()
    assert run.created == 7


def test_a_living_workers_shard_is_left_alone_and_a_dead_ones_is_taken_over(tmp_path: Path) -> None:
    run = start(write(tmp_path / "a.jsonl", map(line, range(5))))
    assert runs.claim_shard(run.pk, 0, "first")
    assert not work_shard(run.pk, 0, "second")
    assert not runs.orphaned_shards().exists()
    ImportShard.objects.update(heartbeat_at=timezone.now() - runs.DEAD_AFTER - timedelta(seconds=1))
    ImportRun.objects.update(created_at=timezone.now() - timedelta(hours=1))
    assert [(shard.run_id, shard.index) for shard in runs.orphaned_shards()] == [(run.pk, 0)]
    assert work_shard(run.pk, 0, "second")
    assert not runs.beat_shard(run.pk, 0, "first")
    run.refresh_from_db()
    assert counts(run) == (5, 0, 0, 0)


def test_only_the_last_shard_completes_the_records_of_a_run(tmp_path: Path) -> None:
    run = start(write(tmp_path / "a.jsonl", map(line, range(25))), shards=2)
    assert not work_shard(run.pk, 1, "a")
    assert work_shard(run.pk, 0, "b")
    assert not work_shard(run.pk, 0, "b")


def test_a_source_that_breaks_ends_the_run_in_one_line(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", map(line, range(5)))
    run = start(path)
    path.unlink()
    assert not work_shard(run.pk, 0, "worker")
    run.refresh_from_db()
    assert run.state == State.FAILED
    assert "a.jsonl" in run.error
    assert "\n" not in run.error


def test_nothing_is_written_when_the_input_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"%PDF-1.7 no records here")
    with pytest.raises(SourceError, match="PDF"):
        start(path)
    assert not ImportRun.objects.exists()


def test_a_dry_run_changes_nothing_and_says_what_it_would_do(tmp_path: Path) -> None:
    import_file(write(tmp_path / "a.jsonl", map(line, range(5))))
    before, topics = digest(), Topic.objects.count()
    lines = [
        *(line(number) for number in range(4)),
        line(4, title="An engine of another title", update_date="2022-01-01"),
        line(5, categories="math.CO"),
        line(5, categories="math.CO"),
        "not json",
    ]
    run = import_file(write(tmp_path / "b.jsonl", lines), is_dry_run=True)
    assert counts(run) == (1, 1, 5, 1)
    after = digest()
    assert {name for name in before if before[name] != after[name]} == {"rejects"}
    assert Topic.objects.count() == topics
    assert [sample["key"] for sample in run.report["created"]] == ["2105.00006"]
    (changed,) = run.report["changed"]
    assert changed["fields"]["title"][1] == "An engine of another title"
    assert run.report["reasons"] == [["The line is not valid JSON", 1]]
    assert ["fjord a", 1] in run.report["blocks"]
    assert run.report["block_count"] >= 2


def test_very_long_neighbours_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "MAX_BATCH_BYTES", 100_000)
    monkeypatch.setattr(pipeline, "KEPT_OF_LONG_ITEM", 1_000)

    def items() -> Iterator[RawItem]:
        for position in range(1, 5):
            yield RawItem(position, b"x" * 60_000, {})

    kept = list(pipeline._bounded(items()))
    assert [len(item.raw) for item in kept] == [60_000, 1_000, 1_000, 1_000]
    assert kept[0].problem is None
    assert kept[1].problem


def test_progress_reaches_the_whole_only_with_the_last_record(tmp_path: Path) -> None:
    from ingest.run_page import progress_of

    run = start(write(tmp_path / "a.jsonl", map(line, range(40))))
    shares = []

    def note(_: batches.Outcome) -> None:
        run.refresh_from_db()
        shares.append((progress_of(run).share, run.total))

    work_shard(run.pk, 0, "worker", note)
    run.refresh_from_db()
    assert [share for share, _ in shares] == sorted(share or 0 for share, _ in shares)
    assert all(share is not None and share < 100 for share, _ in shares)
    assert all(total and abs(total - 40) < 8 for _, total in shares)
    # What comes after the records has no measure.
    assert (progress_of(run).share, run.total) == (None, 40)
    runs.finish_run(run.pk)
    run.refresh_from_db()
    assert (progress_of(run).share, run.total) == (100, 40)


@pytest.mark.django_db(transaction=True)
def test_two_runs_of_one_file_at_once_make_every_work_once(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", map(line, range(60)))
    both = [start(path), start(path)]
    failures: list[BaseException] = []

    def work(run: ImportRun) -> None:
        try:
            work_shard(run.pk, 0, f"worker-{run.pk}")
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(run,)) for run in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    for run in both:
        run.refresh_from_db()
        assert run.seen == 60
    assert both[0].created + both[1].created == Work.objects.count() == 60
    assert Authorship.objects.count() == 120
