"""Every kind of page, in both themes, at 1280 and at 320 px: nothing that axe finds, nothing wider than the window."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, ViewportSize
from pytest_django.live_server_helper import LiveServer

from graph.refresh import refresh_authors
from profiles.claims import request_claim
from tests.browser.conftest import PHONE, NewContext, violations
from tests.factories import PASSWORD, AuthorshipInstitutionFactory, InstitutionFactory
from tests.profiles.people import account, ada_lovelace
from works.models import Author, Work

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("clean_cache")]

WIDTHS: list[ViewportSize] = [{"width": 1280, "height": 900}, {"width": 320, "height": 640}]
RESEARCHER = [
    "",
    "trust/",
    "context/",
    "history/",
    "collaborators/",
    "card/",
    "corrections/",
    "claim/",
    "invite/",
    "graph/",
]
CATALOGUE = [
    *("/", "/search/?q=notes", "/search/?kind=researchers&q=ada", "/search/?kind=topics", "/search/?kind=institutions"),
    *("/search/?q=nothingmatchesthis", "/listing/", "/topics/", "/institutions/", "/names/lovelace-ada/", "/nowhere/"),
    *("/graph/", "/graph/path/", "/corrections/", "/quality/", "/researchers/999999-nobody/"),
    "/api/docs/",
]
BEFORE_LOG_IN = ["login/", "signup/", "password/reset/", "password/reset/done/", "confirm-email/"]
ACCOUNT = ["email/", "password/change/", "3rdparty/", "logout/", "2fa/", "2fa/totp/activate/", "reauthenticate/"]
OWN = ["/me/settings/delete/", "/me/", "/me/feed/", "/me/following/", "/me/settings/", "/corrections/mine/"]
STAFF = ["/imports/", "/imports/new/sample/", "/corrections/queue/", "/corrections/merge/"]
STAFF += ["/corrections/answers/", "/corrections/answers/new/"]
KINDS = ("not-mine", "also-mine", "two-people", "same-person", "name")
CORRECTING = ["split/?suggest=1", *(f"corrections/{kind}/" for kind in KINDS), "corrections/also-mine/?q=engine"]


@pytest.fixture
def ada() -> Author:
    author = ada_lovelace()
    refresh_authors(Author.objects.values_list("pk", flat=True))
    return author


def faults(page: Page, paths: list[str]) -> dict[str, list[str]]:
    """What is wrong with each page that is not right, by its address."""
    found: dict[str, list[str]] = {}
    for path in paths:
        answer = page.goto(path)
        problems = [] if answer is not None and answer.status in (200, 404) else [f"answered {answer}"]
        for size in WIDTHS:
            page.set_viewport_size(size)
            width = page.evaluate("document.documentElement.scrollWidth")
            if width > size["width"]:
                problems.append(f"needs {width} px of {size['width']}")
            problems += violations(page)
            if page.locator('a[href=""]').count():
                problems.append("a link that leads nowhere")
        if problems:
            found[path] = problems
    return found


def log_in(page: Page, live_server: LiveServer) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("E-mail").fill("staff@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Log in").click()
    page.wait_for_url(f"{live_server.url}/")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_for_everybody(new_context: NewContext, ada: Author, theme: str) -> None:
    work = Work.objects.listed()[0]
    place = InstitutionFactory.create(name="University of London")
    AuthorshipInstitutionFactory.create(authorship=work.authorships.all()[0], institution=place)
    paths = [*CATALOGUE, work.get_absolute_url(), place.get_absolute_url()]
    paths += [f"{ada.get_absolute_url()}{part}" for part in RESEARCHER if part not in ("claim/", "invite/")]
    paths += [f"/graph/?focus=researcher:{ada.pk}", *(f"/accounts/{part}" for part in BEFORE_LOG_IN)]
    assert faults(new_context(color_scheme=theme).new_page(), paths) == {}


def test_staff_decide_claims_on_a_phone(new_context: NewContext, live_server: LiveServer, ada: Author) -> None:
    account("Sam Staff", is_staff=True, email="staff@example.org")
    request_claim(account("Ada Lovelace"), ada, "It is me.")
    page = new_context(viewport=PHONE).new_page()
    log_in(page, live_server)
    page.goto("/admin/profiles/claim/")
    assert page.get_by_label("Note to the person").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_for_the_signed_in(new_context: NewContext, live_server: LiveServer, ada: Author, theme: str) -> None:
    account("Sam Staff", is_staff=True, email="staff@example.org")
    page = new_context(color_scheme=theme).new_page()
    log_in(page, live_server)
    paths = [*OWN, *STAFF, *(f"{ada.get_absolute_url()}{part}" for part in [*RESEARCHER, *CORRECTING])]
    page.goto("/accounts/reauthenticate/")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    # With the password given anew, the pages behind it show themselves.
    page.goto("/accounts/2fa/totp/activate/")
    assert page.get_by_role("heading", name="Set up an authenticator app").is_visible()
    assert faults(page, [*paths, *(f"/accounts/{part}" for part in ACCOUNT)]) == {}
