"""What htmx waits for: it comes without a jump, and a failure is said in words with a way on."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route, expect

from graph.refresh import refresh_all
from tests.browser.conftest import DESKTOP, PHONE, NewContext, violations
from tests.factories import PASSWORD, AuthorFactory, printed_work
from tests.profiles.people import account
from works.models import Author

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("clean_cache")]
FAILURES = ("abort", "500")
WATCH = """
window.heights = [];
document.addEventListener("htmx:afterSwap", () => {
  const part = document.querySelector(".graph-part");
  window.looksAwaited = document.querySelector("#graph-slice").matches(".loading");
  const look = () => { window.heights.push(part.getBoundingClientRect().height); requestAnimationFrame(look); };
  look();
});
"""


@pytest.fixture
def ada() -> Author:
    """Ada with one co-author and one work."""
    author: Author = AuthorFactory.create(display_name="Ada Lovelace", work_count=1, years=[[2021, 1]])
    printed_work([author, AuthorFactory.create(display_name="Left Person")], title="On engines", topics=["cs.LG"])
    refresh_all()
    return author


@pytest.fixture
def page(new_context: NewContext) -> Page:
    """A page whose errors on the console are no failure of the test: requests are made to fail."""
    return new_context().new_page()


def fail(page: Page, address: str, how: str) -> None:
    def answer(route: Route) -> None:
        if how == "abort":
            route.abort()
        else:
            route.fulfill(status=int(how), body="Server Error")

    page.route(address, answer)


@pytest.mark.parametrize("viewport", [DESKTOP, {"width": 1024, "height": 900}, PHONE])
def test_a_slice_takes_the_room_of_its_placeholder_at_once(
    new_context: NewContext, ada: Author, viewport: dict[str, int]
) -> None:
    page = new_context(viewport=viewport).new_page()
    page.add_init_script(WATCH)
    page.goto(ada.get_absolute_url())
    reserved = page.locator(".graph-part").evaluate("part => part.getBoundingClientRect().height")
    page.get_by_role("heading", name="Research graph").scroll_into_view_if_needed()
    page.wait_for_function("() => window.heights?.length > 10")
    assert page.evaluate("window.looksAwaited") is False
    assert {round(height) for height in page.evaluate("window.heights")} == {round(reserved)}


def test_targets_for_a_finger_are_part_of_the_reserved_room(new_context: NewContext, ada: Author) -> None:
    page = new_context(viewport=PHONE, has_touch=True, is_mobile=True).new_page()
    page.goto(ada.attributions.get().authorship.work.get_absolute_url())
    part = page.locator(".graph-part")
    reserved = part.evaluate("part => part.getBoundingClientRect().height")
    part.scroll_into_view_if_needed()
    expect(page.locator("#graph-slice")).to_be_visible()
    assert round(part.evaluate("part => part.getBoundingClientRect().height")) == round(reserved)


def test_what_is_not_answered_at_all_is_given_up(page: Page, ada: Author) -> None:
    fail(page, "**/graph/", "abort")
    page.goto(ada.get_absolute_url())
    page.get_by_role("heading", name="Research graph").scroll_into_view_if_needed()
    again = page.get_by_role("link", name="Try again")
    expect(again).to_be_visible()
    page.unroute("**/graph/")
    page.route("**/graph/", lambda _: None)
    assert 0 < page.evaluate("htmx.config.timeout") <= 30_000
    page.evaluate("htmx.config.timeout = 200")
    again.press("Enter")
    expect(page.locator("#unanswered .notice")).to_contain_text("No answer came")


@pytest.mark.parametrize("how", FAILURES)
def test_a_slice_that_fails_says_so_in_place_and_can_be_asked_for_again(page: Page, ada: Author, how: str) -> None:
    fail(page, "**/graph/", how)
    page.goto(ada.get_absolute_url())
    page.get_by_role("heading", name="Research graph").scroll_into_view_if_needed()
    words = page.get_by_role("alert").filter(has_text="This graph slice could not be loaded.")
    expect(words).to_be_visible()
    expect(page.get_by_text("Building this graph slice")).to_be_hidden()
    assert violations(page) == []
    again = words.get_by_role("link", name="Try again")
    again.press("Enter")
    expect(page.locator("#unanswered .notice")).to_be_visible()
    page.unroute("**/graph/")
    again.press("Enter")
    expect(page.locator("#graph-slice")).to_be_focused()
    expect(page.locator("#unanswered .notice")).to_have_count(0)


@pytest.mark.parametrize("how", FAILURES)
def test_an_action_that_fails_is_said_until_the_next_one(page: Page, ada: Author, how: str) -> None:
    account("Rosa Reader", email="rosa@example.org")
    page.goto(f"/accounts/login/?next={ada.get_absolute_url()}")
    page.get_by_label("E-mail").fill("rosa@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Log in").click()
    page.wait_for_url(f"**{ada.get_absolute_url()}")
    fail(page, "**/follow/", how)
    follow = page.get_by_role("button", name="Follow researcher")
    follow.press("Enter")
    notice = page.locator("#unanswered").get_by_text("No answer" if how == "abort" else "could not do this")
    expect(notice).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Close").press("Enter")
    expect(notice).to_have_count(0)
    follow.press("Enter")
    expect(notice).to_be_visible()
    page.unroute("**/follow/")
    follow.press("Enter")
    expect(page.get_by_role("button", name="Unfollow")).to_be_focused()
    expect(notice).to_have_count(0)


def test_suggestions_that_fail_are_no_matter_for_a_notice(page: Page) -> None:
    fail(page, "**/autocomplete/**", "500")
    page.goto("/")
    with page.expect_response("**/autocomplete/**"):
        page.get_by_role("main").get_by_role("combobox").press_sequentially("ada")
    expect(page.locator("#unanswered .notice")).to_have_count(0)
