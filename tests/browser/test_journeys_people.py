"""What people do, in a real browser: sign up, claim, be approved, follow, browse a list of works."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings

from graph.refresh import refresh_authors
from profiles.claims import approve, request_claim
from profiles.models import Claim, Follow
from tests.browser.conftest import DESKTOP, PHONE, NewContext, violations
from tests.factories import PASSWORD, AuthorFactory, printed_work
from tests.profiles.people import account, ada_lovelace
from works.models import Author

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("clean_cache")]
NARROWEST = {"width": 320, "height": 640}


@pytest.fixture
def ada() -> Author:
    author = ada_lovelace()
    refresh_authors(Author.objects.values_list("pk", flat=True))
    return author


@pytest.fixture
def mails(settings: Settings, tmp_path: Path) -> Path:
    """The folder where a development server writes its messages."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path
    return tmp_path


def newest_mail(folder: Path) -> str:
    return max(folder.iterdir(), key=lambda file: file.stat().st_mtime_ns).read_text()


def log_in(page: Page, email: str) -> None:
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Log in").click()


def test_sign_up_confirm_claim_and_be_approved(new_context: NewContext, ada: Author, mails: Path) -> None:
    account("Sam Staff", is_staff=True, email="staff@example.org")
    page = new_context().new_page()
    page.goto(ada.get_absolute_url())
    page.get_by_role("link", name="Log in to claim").click()
    page.get_by_role("main").get_by_role("link", name="Sign up").click()
    page.get_by_label("Your name").fill("Ada Lovelace")
    page.get_by_label("E-mail").fill("ada@example.org")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password again").fill(PASSWORD)
    page.get_by_role("button", name="Sign up").click()
    expect(page.get_by_role("heading", name="Confirm your address")).to_be_visible()

    [link] = re.findall(r"https?://\S+confirm-email\S+", newest_mail(mails))
    page.goto(urlsplit(link).path)
    page.get_by_role("button", name="Confirm").click()

    page.get_by_label("Why this page is yours").fill("I wrote the notes.")
    page.get_by_role("button", name="Ask for this page").click()
    expect(page.get_by_text("Your claim waits for a decision")).to_be_visible()

    desk = new_context().new_page()
    desk.goto("/me/")
    log_in(desk, "staff@example.org")
    desk.get_by_role("link", name="1 claim").click()
    desk.get_by_role("checkbox", name="Select this object").check()
    desk.get_by_label("Action:").select_option("approve")
    desk.get_by_label("Note to the person").fill("Welcome.")
    desk.get_by_role("button", name="Go", exact=True).click()
    expect(desk.get_by_text("approved, level L2")).to_be_visible()

    assert "Welcome." in newest_mail(mails)
    page.reload()
    expect(page.get_by_text("This page is yours.")).to_be_visible()
    expect(page.get_by_text("Verification L2")).to_be_visible()
    assert Claim.objects.get().state == Claim.State.ACCEPTED


def test_follow_from_signed_out_then_unfollow_in_place(page: Page, ada: Author) -> None:
    account("Rosa Reader", email="rosa@example.org")
    page.goto(ada.get_absolute_url())
    page.get_by_role("button", name="Follow researcher").click()
    log_in(page, "rosa@example.org")
    expect(page.get_by_role("heading", name="Follow Ada Lovelace?")).to_be_visible()
    page.get_by_role("button", name="Follow researcher").click()
    expect(page.get_by_role("button", name="Unfollow")).to_be_visible()
    page.goto(ada.get_absolute_url())
    page.evaluate("window.isTheSamePage = true")
    page.get_by_role("button", name="Unfollow").click()
    expect(page.get_by_role("button", name="Follow researcher")).to_be_visible()
    assert page.evaluate("window.isTheSamePage")
    assert not Follow.objects.exists()


def test_the_list_of_works_changes_in_place_and_back_returns(page: Page, ada: Author) -> None:
    page.goto(ada.get_absolute_url())
    titles = page.locator("#published article h3")
    expect(titles).to_have_text(["Notes on the analytical engine", "On Bernoulli numbers"])
    page.evaluate("window.isTheSamePage = true")
    page.get_by_label("Sort").select_option("oldest")
    expect(titles).to_have_text(["On Bernoulli numbers", "Notes on the analytical engine"])
    assert page.evaluate("window.isTheSamePage")
    assert "sort=oldest" in page.url
    page.get_by_label("Words").fill("analytical")
    page.get_by_label("Words").press("Enter")
    expect(titles).to_have_text(["Notes on the analytical engine"])
    page.go_back()
    expect(titles).to_have_text(["On Bernoulli numbers", "Notes on the analytical engine"])


def test_reasons_and_trust_open_where_they_stand(page: Page, ada: Author) -> None:
    page.goto(ada.get_absolute_url())
    page.get_by_text("Why is this here?").first.click()
    expect(page.get_by_text("Worked out from the record")).to_be_visible()
    trust = page.get_by_role("heading", name="Trust snapshot").locator("..")
    expect(trust.get_by_text("Anyone can work it out again")).to_be_hidden()
    trust.locator("summary").first.press("Enter")
    expect(trust.get_by_text("Anyone can work it out again")).to_be_visible()


def test_everything_works_without_scripts(new_context: NewContext, ada: Author) -> None:
    account("Rosa Reader", email="rosa@example.org")
    page = new_context(java_script_enabled=False).new_page()
    page.goto(ada.get_absolute_url())
    page.get_by_label("Sort").select_option("oldest")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator("#published article h3").first).to_have_text("On Bernoulli numbers")
    page.get_by_text("Why is this here?").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Why is")
    page.go_back()
    page.get_by_role("button", name="Follow researcher").click()
    log_in(page, "rosa@example.org")
    page.get_by_role("button", name="Follow researcher").click()
    expect(page.get_by_text("You follow Ada Lovelace.")).to_be_visible()


@pytest.mark.parametrize(("scheme", "viewport"), [("light", DESKTOP), ("dark", PHONE), ("light", NARROWEST)])
def test_pages_are_accessible_and_fit(
    new_context: NewContext, ada: Author, scheme: str, viewport: dict[str, int]
) -> None:
    account("Rosa Reader", email="rosa@example.org")
    long = AuthorFactory.create(display_name="Maximiliane-Friederike Freifrau von Hohenzollern-Sigmaringen " * 3)
    printed_work([*(f"Writer Number{n}" for n in range(40)), long], title="A" + "very" * 60 + " long word")
    page = new_context(color_scheme=scheme, viewport=viewport).new_page()
    own = ["/me/", "/me/feed/", "/me/following/", "/me/settings/", f"{ada.get_absolute_url()}claim/", "/accounts/2fa/"]
    public = [ada.get_absolute_url(), long.get_absolute_url(), "/accounts/signup/", f"{ada.get_absolute_url()}card/"]
    problems = []
    for path in [*public, "/accounts/login/?next=/me/", *own]:
        page.goto(path)
        if "login" in path:
            log_in(page, "rosa@example.org")
            expect(page.get_by_role("heading", level=1)).to_have_text("Rosa Reader")
        for summary in page.locator("details.explained > summary").all():
            summary.click()
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if over > 0:
            problems.append(f"{path} is {over} px too wide")
        problems += [f"{path}: {found}" for found in violations(page)]
    assert problems == []


def test_an_account_is_deleted_by_keyboard(new_context: NewContext, ada: Author, mails: Path) -> None:
    owner, staff = account("Ada Lovelace", email="ada@example.org"), account("Sam Staff", is_staff=True)
    approve(request_claim(owner, ada, "").claim, staff)
    page = new_context(viewport=PHONE).new_page()
    page.goto("/me/settings/")
    log_in(page, owner.email)
    page.get_by_role("link", name="Delete the account").press("Enter")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="What goes")).to_be_visible()
    assert violations(page) == []
    page.get_by_label("Your e-mail address").fill("somebody@example.org")
    page.keyboard.press("Enter")
    expect(page.get_by_text("This is not the address")).to_be_visible()
    page.get_by_label("Your e-mail address").fill(owner.email)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Your account is deleted.")).to_be_visible()
    assert "Your account is deleted" in newest_mail(mails)
    page.goto(ada.get_absolute_url())
    expect(page.get_by_text("Unclaimed author")).to_be_visible()
