"""Correcting a page in a real browser: an owner and the undo; a reader, the ticket, and the curator who settles it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from graph.refresh import refresh_authors
from profiles.models import CannedAnswer, Claim, Ticket, User
from tests.browser.conftest import DESKTOP, PHONE, NewContext, violations
from tests.factories import PASSWORD, ClaimFactory
from tests.profiles.people import account, ada_lovelace
from works.attribution.summaries import refresh_authors as refresh_summaries
from works.models import Attribution, Author

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("clean_cache")]


@pytest.fixture
def ada() -> Author:
    author = ada_lovelace()
    refresh_summaries([author.pk])
    refresh_authors(Author.objects.values_list("pk", flat=True))
    return author


def log_in(page: Page, email: str) -> None:
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Log in").click()


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE])
def test_owner_says_not_mine_and_undoes_it(new_context: NewContext, ada: Author, viewport: dict[str, int]) -> None:
    owner = account("Ada Lovelace", email="ada@example.org")
    ClaimFactory.create(author=ada, user=owner, state=Claim.State.ACCEPTED)
    page = new_context(viewport=viewport).new_page()
    page.goto("/accounts/login/")
    log_in(page, "ada@example.org")
    page.goto(ada.get_absolute_url())

    page.get_by_role("link", name="Not mine: On Bernoulli numbers").click()
    expect(page.get_by_role("checkbox", name="On Bernoulli numbers")).to_be_checked()
    expect(page.get_by_text("This page is yours")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Take off this page").click()

    expect(page.get_by_text("“On Bernoulli numbers” is off the page")).to_be_visible()
    expect(page.locator("article.work")).to_have_count(1)
    page.get_by_role("button", name="Undo: Work taken off the record").click()
    expect(page.get_by_text("Undone. 1 work is back where it was.")).to_be_visible()
    expect(page.locator("article.work")).to_have_count(2)


def test_reader_opens_a_ticket_and_a_curator_settles_it(new_context: NewContext, ada: Author) -> None:
    account("Rosa Reader", email="rosa@example.org")
    User.objects.filter(pk=account("Cora Curator", email="cora@example.org").pk).update(is_curator=True)
    CannedAnswer.objects.get_or_create(
        title="Corrected, thank you", defaults={"text": "Thank you. The record was wrong, and it is corrected now."}
    )
    reader = new_context(java_script_enabled=False).new_page()
    reader.goto(ada.get_absolute_url())
    reader.get_by_role("link", name="Not mine: On Bernoulli numbers").click()
    log_in(reader, "rosa@example.org")
    expect(reader.get_by_role("checkbox", name="On Bernoulli numbers")).to_be_checked()
    reader.get_by_label("Why").fill("Jakob Bernoulli wrote it.")
    reader.get_by_role("button", name="Open a ticket").click()
    expect(reader.get_by_text("Number 1 of 1 in the queue")).to_be_visible()

    curator = new_context().new_page()
    curator.goto("/corrections/queue/")
    log_in(curator, "cora@example.org")
    curator.get_by_role("link", name="These works are somebody else’s").click()
    curator.get_by_role("radio", name="Corrected, thank you").check()
    assert violations(curator) == []
    curator.get_by_role("button", name="Accept and do it").click()
    expect(curator.get_by_text("Accepted, and done on the page.")).to_be_visible()

    reader.reload()
    expect(reader.get_by_text("Thank you. The record was wrong")).to_be_visible()
    assert Ticket.objects.get().state == Ticket.State.ACCEPTED
    assert Attribution.objects.filter(author=ada).count() == 1
