"""The desk of staff in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from profiles import claims
from profiles.models import Claim
from tests.factories import PASSWORD
from tests.profiles.people import account, ada_lovelace

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("clean_cache")]
LONG = "Maximiliane-Friederike Freifrau von Hohenzollern-Sigmaringen"


LINES = """(element, length) => {
  const text = element.firstChild, range = document.createRange();
  range.setStart(text, 0);
  range.setEnd(text, length ?? text.length);
  return range.getClientRects().length;
}"""
"""On how many lines the first characters of an element's text stand."""


def test_the_menu_leads_to_the_queue_of_claims_and_every_column_of_it_is_in_sight(page: Page) -> None:
    ada = ada_lovelace()
    boss = account("Sam Staff", is_staff=True, email="staff@example.org")
    for number, name in enumerate(("Ada Lovelace", LONG, "Augusta Ada King")):
        person = account(name, email=f"person{number}.of.a.long.name@department.university-of-somewhere.example")
        claims.request_claim(person, ada, "")
    claims.refuse(Claim.objects.get(user__name=LONG), boss)
    gone = account("Wendy Withdrew")
    claims.withdraw(claims.request_claim(gone, ada, "").claim, gone)
    page.goto("/topics/")
    page.get_by_role("link", name="Log in").first.click()
    page.get_by_label("E-mail").fill("staff@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Log in").click()
    page.get_by_text("Sam Staff 2 claims wait").click()
    page.get_by_role("link", name="Claims 2 waiting").click()
    expect(page.locator("#result_list tbody tr")).to_have_count(2)
    page.goto("/admin/profiles/claim/")
    rows = page.locator("#result_list tbody tr")
    expect(rows).to_have_count(4)
    expect(rows.last).to_contain_text("Refused")
    table = page.locator("#result_list").evaluate("table => [table.scrollWidth, table.parentElement.clientWidth]")
    assert table[0] <= table[1]
    assert page.locator(".action-counter").evaluate(LINES) == 1
    page.set_viewport_size({"width": 320, "height": 800})
    withdrawn = page.locator("td.field-outcome", has_text="Withdrawn")
    assert withdrawn.evaluate(LINES, len("Withdrawn")) == 1


def test_a_claim_is_decided_on_its_page_on_a_phone(page: Page) -> None:
    account("Sam Staff", is_staff=True, email="staff@example.org")
    person = account("Ada Lovelace", email="person.of.a.long.name@department.university-of-somewhere.example")
    claim = claims.request_claim(person, ada_lovelace(), "It is me").claim
    page.set_viewport_size({"width": 320, "height": 800})
    page.goto(f"/accounts/login/?next=/admin/profiles/claim/{claim.pk}/change/")
    page.get_by_label("E-mail").fill("staff@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Log in").click()
    expect(page.get_by_role("button", name="Approve the claim")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.get_by_label("Note to the person").fill("Which works are yours?")
    page.get_by_role("button", name="Refuse the claim").click()
    expect(page.get_by_text("The claim of person.of")).to_contain_text("refused")
    expect(page.get_by_role("button", name="Reopen the claim")).to_be_visible()
