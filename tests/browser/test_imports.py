"""Staff start an import and watch it, in a real browser, with and without scripts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings

from ingest import runs
from ingest.finishing import finish
from ingest.models import ImportRun
from ingest.pipeline import work_shard
from tests.browser.conftest import DESKTOP, PHONE, NewContext, violations
from tests.factories import PASSWORD
from tests.ingest.lines import line, start, write
from tests.profiles.people import account

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("clean_cache")]

BROKEN = '{"id": "2105.00009", "title": '


@pytest.fixture(autouse=True)
def _staff(settings: Settings, tmp_path: Path) -> None:
    settings.IMPORT_UPLOADS = tmp_path / "uploads"
    account("Sam Staff", is_staff=True, email="staff@example.org")
    for slug in ("arxiv-snapshot", "arxiv-listing"):
        runs.ensure_source(slug)


def log_in(page: Page) -> None:
    page.goto("/imports/")
    page.get_by_label("E-mail").fill("staff@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", level=1, name="Imports")).to_be_visible()


def test_a_file_is_uploaded_taken_in_and_its_reject_mended(page: Page, tmp_path: Path) -> None:
    path = write(tmp_path / "records.jsonl", [line(1), BROKEN, line(2)])
    log_in(page)
    page.get_by_role("link", name="Start a run of arXiv bulk snapshot").click()
    page.get_by_label("File").set_input_files(path)
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("heading", name="Done")).to_be_visible()
    page.get_by_role("link", name="The line is not valid JSON").click()
    page.get_by_role("link", name=re.compile("^Record 2")).click()
    page.get_by_label("Raw text").fill(line(8))
    page.get_by_role("button", name="Try with this text").click()
    expect(page.get_by_text("Record 2 is taken in.")).to_be_visible()
    page.get_by_role("link", name="3 new records").click()
    page.get_by_role("link", name="On the theory of the birch amber engine, part 1").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("birch amber engine")


def test_a_run_is_watched_from_start_to_end_without_reloading(page: Page, tmp_path: Path) -> None:
    run = start(write(tmp_path / "records.jsonl", map(line, range(1, 26))))
    log_in(page)
    page.get_by_role("link", name=str(run.pk), exact=True).click()
    expect(page.get_by_role("heading", name="Waiting for a worker")).to_be_visible()
    page.evaluate("window.isSamePage = true")
    assert work_shard(run.pk, 0, "worker")
    expect(page.get_by_text("All records are in")).to_be_visible()
    finish(run.pk)
    expect(page.get_by_role("heading", name="Done")).to_be_visible()
    assert page.evaluate("window.isSamePage")
    expect(page.get_by_role("img", name=re.compile("^Records per second over"))).to_be_visible()
    expect(page.locator("#run[hx-trigger]")).to_have_count(0)


def test_a_run_is_stopped_and_resumed(page: Page, tmp_path: Path) -> None:
    run = start(write(tmp_path / "records.jsonl", map(line, range(1, 4))))
    log_in(page)
    page.goto(run.get_absolute_url())
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("heading", name="Stopped")).to_be_visible()
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_role("heading", name="Done")).to_be_visible()
    assert ImportRun.objects.get().created == 3


def test_everything_works_without_scripts(new_context: NewContext, tmp_path: Path) -> None:
    path = write(tmp_path / "records.jsonl", [line(1), line(2)])
    page = new_context(java_script_enabled=False).new_page()
    log_in(page)
    page.goto("/imports/new/arxiv-snapshot/")
    page.get_by_label("File").set_input_files(path)
    page.get_by_label("Dry run").check()
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("heading", name="What a real run would do")).to_be_visible()
    page.get_by_role("button", name="Carry it out").click()
    expect(page.get_by_role("heading", name="Done")).to_be_visible()
    waiting = start(path)
    page.goto(waiting.get_absolute_url())
    expect(page.get_by_role("link", name="Reload")).to_be_visible()
    expect(page.locator("noscript meta[http-equiv=refresh]")).to_have_count(1)


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_pages_are_accessible_and_fit(new_context: NewContext, tmp_path: Path, viewport: dict[str, int]) -> None:
    run = start(write(tmp_path / "records.jsonl", [line(1), BROKEN, line(2)]))
    work_shard(run.pk, 0, "worker")
    page = new_context(viewport=viewport).new_page()
    log_in(page)
    reject = run.rejects.get()
    for address in (
        "/imports/",
        "/imports/new/arxiv-listing/",
        run.get_absolute_url(),
        f"{run.get_absolute_url()}changes/",
        f"{run.get_absolute_url()}rejects/",
        f"/imports/rejects/{reject.pk}/",
    ):
        page.goto(address)
        assert violations(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"], address


def test_a_finger_has_room_on_the_choice_of_a_file(new_context: NewContext) -> None:
    page = new_context(viewport=PHONE, has_touch=True, is_mobile=True).new_page()
    log_in(page)
    page.get_by_role("link", name="Start a run of arXiv bulk snapshot").click()
    box = page.get_by_label("File").bounding_box()
    assert box is not None
    assert box["height"] >= 44
