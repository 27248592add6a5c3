from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from ingest import runs
from ingest.models import ImportBatch, ImportRun, RejectedRecord, WorkChange
from tests.factories import UserFactory
from tests.ingest.lines import import_file, line, start, write
from works.models import Work

pytestmark = pytest.mark.django_db
State = ImportRun.State


@pytest.fixture(autouse=True)
def uploads(tmp_path: Path, settings: Settings) -> Path:
    settings.IMPORT_UPLOADS = tmp_path / "uploads"
    return tmp_path / "uploads"


@pytest.fixture
def staff() -> Client:
    client = Client()
    client.force_login(UserFactory.create(is_staff=True, name="Ada Staff"))
    return client


@pytest.fixture
def run(tmp_path: Path) -> ImportRun:
    """Two records taken in, one changed, one set aside."""
    import_file(write(tmp_path / "before.jsonl", [line(1)]))
    changed = line(1, title="An engine of another title", update_date="2022-01-01")
    broken = '{"id": "<script>alert(1)</script>'
    return import_file(write(tmp_path / "a.jsonl", [line(0), changed, broken, line(2)]))


def upload(text: str, name: str = "records.jsonl") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode())


PAGES = ["imports", "import-run", "import-changes", "import-rejects", "import-reject", "import-start"]
ACTIONS = ["import-stop", "import-resume", "import-carry-out", "import-retry", "import-set-aside", "import-reopen"]


def address(name: str, run: ImportRun) -> str:
    if name == "imports":
        return reverse(name)
    if name == "import-start":
        return reverse(name, args=["arxiv-snapshot"])
    if name == "import-reject":
        return reverse(name, args=[RejectedRecord.objects.get(run=run).pk])
    return reverse(name, args=[run.pk])


@pytest.mark.parametrize("name", PAGES)
def test_pages_are_for_staff_only(name: str, run: ImportRun, staff: Client, client: Client) -> None:
    here = address(name, run)
    assert staff.get(here).status_code == 200
    anonymous = client.get(here)
    assert anonymous.status_code == 302
    assert anonymous["Location"].startswith(reverse("account_login"))
    client.force_login(UserFactory.create())
    assert client.get(here).status_code == 403
    assert staff.get(here)["Cache-Control"] == "private"


@pytest.mark.parametrize("name", ACTIONS)
def test_actions_are_for_staff_only_and_by_post_only(name: str, run: ImportRun, staff: Client, client: Client) -> None:
    here = reverse(name, args=[run.pk])
    assert client.post(here)["Location"].startswith(reverse("account_login"))
    client.force_login(UserFactory.create())
    assert client.post(here).status_code == 403
    assert staff.get(here).status_code == 405


def test_nothing_starts_without_the_token_of_the_form(run: ImportRun) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(UserFactory.create(is_staff=True))
    before = ImportRun.objects.count()
    assert client.post(address("import-start", run), {"file": upload(line(5))}).status_code == 403
    assert client.post(reverse("import-stop", args=[run.pk])).status_code == 403
    assert ImportRun.objects.count() == before


def test_an_uploaded_file_is_imported_by_a_worker_to_the_end(
    staff: Client, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    text = "\n".join(map(line, range(5)))
    with django_capture_on_commit_callbacks(execute=True):
        response = staff.post("/imports/new/arxiv-snapshot/", {"file": upload(text, "../../my records.jsonl")})
    run = ImportRun.objects.get()
    assert response["Location"] == run.get_absolute_url()
    assert (run.state, run.stage, run.created) == (State.DONE, ImportRun.Stage.FINISHED, 5)
    assert Work.objects.count() == 5
    page = staff.get(run.get_absolute_url()).content.decode()
    assert "by Ada Staff" in page
    assert "my records.jsonl" in page
    assert "every 2s" not in page


def test_a_pasted_listing_is_imported(
    staff: Client, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    text = (Path(__file__).parents[1] / "data" / "listing" / "arxiv-search.txt").read_text()
    with django_capture_on_commit_callbacks(execute=True):
        staff.post("/imports/new/arxiv-listing/", {"text": text})
    run = ImportRun.objects.get()
    assert run.state == State.DONE
    assert run.created > 0


def test_the_form_says_which_pages_and_files_it_reads(staff: Client) -> None:
    listing = staff.get("/imports/new/arxiv-listing/").text
    assert "arxiv.org/list" in listing
    assert "A saved page, HTML or plain text." in listing
    assert "Plain, or packed as gzip" in staff.get("/imports/new/arxiv-snapshot/").text


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "needs a file"),
        ({"file": SimpleUploadedFile("a.jsonl", b"%PDF-1.4 not records")}, "PDF"),
        ({"file": SimpleUploadedFile("a.jsonl", b"\x1f\x8b\x08 broken")}, "gzip"),
        ({"file": SimpleUploadedFile("a.jsonl", b"<html><body>no records</body></html>")}, "jsonl"),
        ({"file": SimpleUploadedFile("a.jsonl", b"{}"), "limit": "-3"}, "greater than or equal to 1"),
    ],
)
def test_bad_input_is_refused_on_the_form_and_nothing_is_kept(
    staff: Client, uploads: Path, fields: dict[str, object], message: str
) -> None:
    response = staff.post("/imports/new/arxiv-snapshot/", fields)
    assert response.status_code == 400
    assert message in response.content.decode()
    assert not ImportRun.objects.exists()
    assert not uploads.exists() or list(uploads.iterdir()) == []


def test_an_upload_beyond_the_bound_is_refused(staff: Client, settings: Settings, uploads: Path) -> None:
    settings.IMPORT_UPLOAD_MAX_BYTES = 1024 * 1024
    response = staff.post("/imports/new/arxiv-snapshot/", {"file": upload("x" * (1024 * 1024 + 1))})
    assert response.status_code == 400
    assert not ImportRun.objects.exists()


def test_a_private_address_is_refused_on_the_form(staff: Client) -> None:
    response = staff.post("/imports/new/arxiv-oai/", {"base_url": "http://127.0.0.1:6379/"})
    assert response.status_code == 400
    assert "private address" in response.content.decode()
    assert not ImportRun.objects.exists()


@pytest.mark.parametrize("where", ["/imports/new/nowhere/", "/imports/runs/999999/", "/imports/rejects/999999/"])
def test_what_is_not_there_answers_404(staff: Client, where: str) -> None:
    assert staff.get(where).status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        "after=x",
        "after=-1",
        "after=99999999999999999999",
        "reason=%00%ff",
        "after=1~2",
        "new=x",
        "new=1",
        "new=9~9",
        "after=1&new=0~1",
    ],
)
def test_garbage_in_the_query_does_no_harm(staff: Client, run: ImportRun, query: str) -> None:
    for name in ("imports", "import-rejects", "import-changes"):
        assert staff.get(f"{address(name, run)}?{query}").status_code == 200


def test_a_run_page_shows_counts_chart_reasons_and_follows_itself_while_it_runs(staff: Client, run: ImportRun) -> None:
    page = staff.get(run.get_absolute_url()).content.decode()
    assert "Working out who wrote what" in page
    assert 'hx-trigger="every 2s"' in page
    assert '<meta http-equiv="refresh"' in page
    assert "The line is not valid JSON" in page
    assert "<svg" in page
    fragment = staff.get(run.get_absolute_url(), headers={"HX-Request": "true"})
    assert "<html" not in fragment.content.decode()
    assert "HX-Request" in fragment["Vary"]


def test_a_runs_page_takes_the_same_queries_however_many_batches_it_has(staff: Client, run: ImportRun) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            staff.get(run.get_absolute_url())
        return len(captured)

    queries()
    few = queries()
    batch = ImportBatch.objects.filter(run=run).get()
    for number in range(1, 40):
        batch.pk, batch.number = None, number
        batch.save(force_insert=True)
    assert queries() == few


def test_lists_of_facts_read_as_lists(staff: Client, run: ImportRun) -> None:
    WorkChange.objects.filter(run=run).update(fields={"topics": [["cs.DM"], ["cs.DM", "cs.LG"]]})
    page = staff.get(address("import-changes", run)).content.decode()
    assert "<del>cs.DM</del> <ins>cs.DM, cs.LG</ins>" in page


def test_what_a_run_changed_is_shown_fact_by_fact(staff: Client, run: ImportRun) -> None:
    page = staff.get(address("import-changes", run)).content.decode()
    assert "<ins>An engine of another title" in page.replace("\n", "")
    assert "<del>On the theory of the birch amber engine, part 1" in page.replace("\n", "")
    assert "On the theory of the copper amber engine, part 2" in page


def test_all_new_works_of_a_run_can_be_paged_through(
    staff: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.views.run.CHANGES_ON_PAGE", 7)
    run = import_file(write(tmp_path / "many.jsonl", map(line, range(25))))
    ids = list(Work.objects.order_by("pk").values_list("pk", flat=True))
    Work.objects.filter(pk=ids[3]).delete()
    here, seen, asked = address("import-changes", run), [], 0
    while here:
        with CaptureQueriesContext(connection) as captured:
            page = staff.get(here)
        asked = asked or len(captured)
        assert len(captured) <= asked
        seen += [work.pk for work in page.context["created"].rows]
        more = page.context["more_created"]
        assert ("More new works" in page.text) == bool(more)
        here = f"{address('import-changes', run)}?{more}" if more else ""
    assert seen == [pk for pk in ids if pk != ids[3]]
    assert "25 new records in all" in staff.get(address("import-changes", run)).text


def test_raw_text_of_rejects_is_shown_escaped(staff: Client, run: ImportRun) -> None:
    for name in ("import-rejects", "import-reject"):
        page = staff.get(address(name, run)).content.decode()
        assert "&lt;script&gt;alert(1)" in page
        assert "<script>alert(1)" not in page


def test_a_reject_is_mended_on_its_page(
    staff: Client, run: ImportRun, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    runs.finish_run(run.pk)
    here = address("import-reject", run)
    came = RejectedRecord.objects.get(run=run).raw
    still_wrong = staff.post(here, {"raw": line(7, title="")})
    assert still_wrong.status_code == 422
    assert "Not taken in. The title is empty" in still_wrong.text
    assert "copper" not in came
    assert RejectedRecord.objects.get(run=run).raw == came
    with django_capture_on_commit_callbacks(execute=True):
        response = staff.post(here, {"raw": line(7)})
    assert response["Location"] == run.get_absolute_url()
    run.refresh_from_db()
    assert (run.state, run.rejected, run.created) == (State.DONE, 0, 3)
    page = staff.get(here).text
    assert "Try with this text" not in page
    assert "Text that was taken in" in page
    assert "Text as it came" in page


def test_rejects_of_a_reason_are_tried_again_or_given_up(
    staff: Client, run: ImportRun, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    runs.finish_run(run.pk)
    reason = {"reason": "The line is not valid JSON"}
    RejectedRecord.objects.filter(run=run).update(raw=line(7))
    with django_capture_on_commit_callbacks(execute=True):
        staff.post(reverse("import-retry", args=[run.pk]), reason)
    assert RejectedRecord.objects.get(run=run).state == RejectedRecord.State.FIXED
    RejectedRecord.objects.update(state=RejectedRecord.State.OPEN)
    page = staff.post(reverse("import-set-aside", args=[run.pk]), reason, follow=True).text
    assert "1 record is set aside for good." in page
    assert "1 record, 0 open, 1 set aside for good" in page
    assert RejectedRecord.objects.get(run=run).state == RejectedRecord.State.IGNORED
    assert "1 record is open again." in staff.post(reverse("import-reopen", args=[run.pk]), reason, follow=True).text
    assert RejectedRecord.objects.get(run=run).state == RejectedRecord.State.OPEN


def test_one_reject_is_given_up_and_taken_up_again(staff: Client, run: ImportRun, client: Client) -> None:
    reject = RejectedRecord.objects.get(run=run)
    for name, state in (("import-reject-set-aside", "ignored"), ("import-reject-reopen", "open")):
        here = reverse(name, args=[reject.pk])
        assert client.post(here)["Location"].startswith(reverse("account_login"))
        assert staff.get(here).status_code == 405
        page = staff.post(here, follow=True).text
        reject.refresh_from_db()
        assert reject.state == state
        assert ("Reopen" in page) == (state == "ignored")
    ImportRun.objects.update(is_dry_run=True)
    assert staff.post(reverse("import-reject-set-aside", args=[reject.pk])).status_code == 404


def test_a_run_is_stopped_and_goes_on(
    staff: Client, tmp_path: Path, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    run = start(write(tmp_path / "b.jsonl", map(line, range(3))))
    staff.post(reverse("import-stop", args=[run.pk]))
    run.refresh_from_db()
    assert run.state == State.STOPPED
    assert "Resume" in staff.get(run.get_absolute_url()).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        staff.post(reverse("import-resume", args=[run.pk]))
    run.refresh_from_db()
    assert (run.state, run.created) == (State.DONE, 3)


def test_a_dry_run_shows_its_report_and_is_carried_out(
    staff: Client, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        staff.post("/imports/new/arxiv-snapshot/", {"file": upload(line(1)), "is_dry_run": "on"})
    run = ImportRun.objects.get()
    assert (run.state, run.created, Work.objects.count()) == (State.DONE, 1, 0)
    page = staff.get(run.get_absolute_url()).content.decode()
    assert "What a real run would do" in page
    assert "On the theory of the birch amber engine, part 1" in page
    assert "birch a" in page
    with django_capture_on_commit_callbacks(execute=True):
        staff.post(reverse("import-carry-out", args=[run.pk]))
    assert Work.objects.count() == 1


def test_a_dry_run_says_that_it_was_one_and_offers_nothing_when_nothing_would_change(
    staff: Client, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    for options in ({}, {"is_dry_run": "on"}):
        with django_capture_on_commit_callbacks(execute=True):
            staff.post("/imports/new/arxiv-snapshot/", {"file": upload(line(1)), **options})
    run = ImportRun.objects.get(is_dry_run=True)
    assert (run.state, run.unchanged) == (State.DONE, 1)
    assert "Carry it out" not in staff.get(run.get_absolute_url()).text
    assert "done (dry run)" in staff.get("/imports/").text
