"""Pages whose parts htmx swaps: the keyboard, the pointer and a screen reader get through every swap."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django import Settings

from graph.refresh import refresh_all
from ingest import runs
from ingest.models import ImportBatch, ImportRun, RejectedRecord
from tests.browser.conftest import PHONE, NewContext
from tests.factories import PASSWORD, AuthorFactory, printed_work
from tests.ingest.lines import line, start, write
from tests.profiles.people import account
from works.models import Author

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("clean_cache")]
REASON = "The line is not valid JSON"
SWAPS = 5
State = ImportRun.State


@pytest.fixture
def staff(page: Page) -> Page:
    """A page of a member of staff, with the swaps so far in ``window.swaps`` and what was said in ``window.said``."""
    account("Sam Staff", is_staff=True, email="staff@example.org")
    page.goto("/accounts/login/")
    page.get_by_label("E-mail").fill("staff@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Log in").click()
    expect(page.get_by_role("link", name="Log in")).to_have_count(0)
    page.add_init_script(
        """
        window.swaps = 0;
        window.said = [];
        document.addEventListener("htmx:afterSettle", () => { window.swaps += 1; });
        addEventListener("load", () => {
          const live = "[role=status], [role=alert], [aria-live]";
          new MutationObserver((changes) => {
            for (const change of changes) {
              const node = change.target.nodeType === Node.TEXT_NODE ? change.target.parentElement : change.target;
              const region = node?.closest(live);
              if (region) window.said.push(region.textContent);
            }
          }).observe(document.body, { subtree: true, childList: true, characterData: true });
        });
        """
    )
    return page


@pytest.fixture
def run(tmp_path: Path, settings: Settings) -> ImportRun:
    """A run under way of which ten records are in and two of those set aside."""
    settings.IMPORT_UPLOADS = tmp_path / "uploads"
    started = start(write(tmp_path / "records.jsonl", map(line, range(25))))
    assert runs.claim_shard(started.pk, 0, "worker")
    now = timezone.now()
    counts = {"seen": 10, "created": 8, "rejected": 2, "updated": 0, "unchanged": 0, "authorships": 20}
    ImportBatch.objects.create(run=started, number=0, at=now, seconds=1, **counts)
    for position in (2, 3):
        RejectedRecord.objects.create(run=started, position=position, reason=REASON, raw="{")
    ImportRun.objects.filter(pk=started.pk).update(**counts, total=100)
    return started


def grow(run: ImportRun, records: int) -> None:
    ImportRun.objects.filter(pk=run.pk).update(seen=10 + records, created=8 + records)


def watch_swaps(page: Page, run: ImportRun, swaps: int = SWAPS) -> None:
    """Let the page look at itself again several times, with other counts each time."""
    begun = page.evaluate("window.swaps")
    for number in range(1, swaps + 1):
        grow(run, number)
        page.wait_for_function("wanted => window.swaps >= wanted", arg=begun + number)
    expect(page.get_by_text(f"{10 + swaps}", exact=True).first).to_be_visible()


def test_the_focus_stays_where_it_is_while_a_run_is_watched(staff: Page, run: ImportRun) -> None:
    staff.goto(run.get_absolute_url())
    table = staff.get_by_text("As a table")
    table.click()
    chart = staff.locator("#rate details")
    places = (
        staff.get_by_role("button", name="Stop"),
        staff.get_by_role("button", name="Try again"),
        staff.get_by_role("button", name="Set aside for good"),
        staff.get_by_role("link", name=REASON),
        table,
    )
    for place in places:
        place.focus()
        watch_swaps(staff, run, SWAPS if place is places[0] else 1)
        expect(place).to_be_focused()
        expect(chart).to_have_attribute("open", "")


def test_a_press_that_lasts_through_a_swap_counts(staff: Page, run: ImportRun) -> None:
    staff.goto(run.get_absolute_url())
    box = staff.get_by_role("button", name="Stop").bounding_box()
    assert box is not None
    staff.mouse.move(box["x"] + 5, box["y"] + 5)
    staff.mouse.down()
    watch_swaps(staff, run, 2)
    staff.mouse.up()
    expect(staff.get_by_role("heading", name="Stopping")).to_be_visible()


def test_selected_text_stays_selected(staff: Page, run: ImportRun) -> None:
    staff.goto(run.get_absolute_url())
    staff.get_by_role("link", name=REASON).select_text()
    watch_swaps(staff, run, 2)
    assert staff.evaluate("String(getSelection())") == REASON


def test_only_news_of_the_state_is_said_and_the_focus_has_a_place_at_the_end(staff: Page, run: ImportRun) -> None:
    staff.goto(run.get_absolute_url())
    staff.get_by_role("button", name="Stop").focus()
    watch_swaps(staff, run, 3)
    assert staff.evaluate("window.said") == []
    grow(run, 45)
    expect(staff.get_by_role("status").filter(has_text="Running: taking in records, 50 % or more.")).to_have_count(1)
    ImportRun.objects.filter(pk=run.pk).update(state=State.DONE, finished_at=timezone.now())
    heading = staff.get_by_role("heading", name="Done")
    expect(heading).to_be_focused()
    said = staff.evaluate("window.said")
    assert said[1:] == ["Done. 55 records, 2 rejects."]
    # It looks no longer.
    ended = staff.evaluate("window.swaps")
    staff.wait_for_timeout(2_500)
    assert staff.evaluate("window.swaps") == ended


def test_the_focus_stays_on_the_list_while_runs_come_and_go(staff: Page, run: ImportRun, tmp_path: Path) -> None:
    staff.goto("/imports/")
    begun = staff.evaluate("window.swaps")
    places = (
        staff.get_by_role("link", name=str(run.pk), exact=True),
        staff.get_by_role("link", name="Start a run of arXiv bulk snapshot"),
        staff.get_by_role("region", name="Table of runs"),
    )
    newest = run
    for number, place in enumerate(places, 1):
        place.focus()
        newest = start(write(tmp_path / f"{number}.jsonl", [line(number)]))
        expect(staff.get_by_role("link", name=str(newest.pk), exact=True)).to_be_visible()
        expect(place).to_be_focused()
    assert staff.evaluate("window.swaps") >= begun + len(places)
    expect(staff.get_by_role("status").filter(has_text="4 runs under way.")).to_have_count(1)
    ImportRun.objects.update(state=State.STOPPED, finished_at=timezone.now())
    expect(staff.get_by_role("link", name=f"run {newest.pk}", exact=True).locator("..")).to_contain_text("stopped")
    expect(staff.locator("#imports[hx-trigger]")).to_have_count(0)


def test_who_is_logged_out_meanwhile_comes_to_log_in(staff: Page, run: ImportRun) -> None:
    staff.goto(run.get_absolute_url())
    staff.context.clear_cookies()
    staff.wait_for_url("**/accounts/login/**")


def test_a_page_without_answer_says_so_until_the_next_one(new_context: NewContext, staff: Page, run: ImportRun) -> None:
    context = new_context(storage_state=staff.context.storage_state())
    for address in (run.get_absolute_url(), "/imports/"):
        page = context.new_page()
        page.goto(address)
        note = page.get_by_text("The server does not answer")
        expect(note).to_be_hidden()
        context.set_offline(True)
        expect(note).to_be_visible()
        context.set_offline(False)
        expect(note).to_be_hidden()


@pytest.fixture
def ada() -> Author:
    author: Author = AuthorFactory.create(display_name="Ada Lovelace", work_count=3, years=[[2021, 3]])
    for number in range(3):
        other = AuthorFactory.create(display_name=f"Left Person{number}")
        printed_work([author, other], title=f"On engines, part {number}", topics=["cs.LG"])
    refresh_all()
    return author


def test_lists_and_drawings_keep_the_focus_of_who_narrows_them(page: Page, ada: Author) -> None:
    page.goto(ada.get_absolute_url())
    sort = page.get_by_label("Sort")
    sort.focus()
    sort.select_option("oldest")
    page.wait_for_url(re.compile("sort=oldest"))
    expect(sort).to_be_focused()
    page.goto(f"{ada.get_absolute_url()}graph/")
    kind = page.get_by_role("checkbox", name="works")
    kind.focus()
    kind.press("Space")
    expect(page.locator(".graph-svg-wide .kind-work")).to_have_count(0)
    expect(kind).to_be_focused()
    assert not kind.is_checked()


@pytest.mark.parametrize("narrow", [False, True])
def test_the_explorer_keeps_the_focus_or_gives_it_to_what_was_chosen(
    new_context: NewContext, ada: Author, narrow: bool
) -> None:
    page = new_context(**({"viewport": PHONE} if narrow else {})).new_page()
    page.goto(f"/graph/?focus=researcher:{ada.pk}")
    page.evaluate("window.isTheSamePage = true")
    node = page.get_by_role("link", name="Researcher Left Person0")
    node.focus()
    node.press("Enter")
    panel = page.get_by_role("complementary", name="Selected: Left Person0")
    expect(panel).to_be_visible()
    expect(node).to_be_focused()
    step = panel.get_by_role("link", name="Make it the focus")
    step.focus()
    step.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Left Person0")
    expect(panel).to_be_focused()
    assert page.evaluate("window.isTheSamePage")


def test_following_keeps_the_focus_on_the_button_and_says_what_was_done(page: Page, ada: Author) -> None:
    account("Rosa Reader", email="rosa@example.org")
    page.goto(f"/accounts/login/?next={ada.get_absolute_url()}")
    page.get_by_label("E-mail").fill("rosa@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Log in").click()
    page.get_by_role("button", name="Follow researcher").press("Enter")
    expect(page.get_by_role("button", name="Unfollow")).to_be_focused()
    expect(page.locator("#follow [role=status]")).to_contain_text("Ada Lovelace")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Follow researcher")).to_be_focused()


def test_more_names_of_a_long_list_get_the_focus_of_their_link(page: Page) -> None:
    work = printed_work([f"Person{number} Surname{number}" for number in range(620)], title="Very many")
    page.goto(work.get_absolute_url())
    page.get_by_text("Show 595 more authors").click()
    page.get_by_role("link", name="120 more authors").press("Enter")
    expect(page.locator("[data-rest]")).to_be_focused()
