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


def test_the_menu_leads_to_the_queue_of_claims_and_every_column_of_it_is_in_sight(page: Page) -> None:
    ada = ada_lovelace()
    boss = account("Sam Staff", is_staff=True, email="staff@example.org")
    for number, name in enumerate(("Ada Lovelace", LONG, "Augusta Ada King")):
        person = account(name, email=f"person{number}.of.a.long.name@department.university-of-somewhere.example")
        claims.request_claim(person, ada, "")
    claims.refuse(Claim.objects.get(user__name=LONG), boss)
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
    expect(rows).to_have_count(3)
    expect(rows.last).to_contain_text("Refused")
    table = page.locator("#result_list").evaluate("table => [table.scrollWidth, table.parentElement.clientWidth]")
    assert table[0] <= table[1]
