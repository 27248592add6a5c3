"""Journeys through the catalogue: searching with the keyboard and without scripts, and pages that everyone can read."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, NewContext, violations
from tests.factories import AuthorFactory, AuthorshipInstitutionFactory, InstitutionFactory, printed_work
from works.models import Author, Work

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LONG_NAME = "Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh"


@pytest.fixture
def shang() -> Author:
    return AuthorFactory.create(display_name="Yue Shang", work_count=2)


@pytest.fixture
def teko(shang: Author) -> Work:
    names: list[str | Author] = ["Zhizhi Yu", shang, f"Hubert {LONG_NAME}", *(f"Ann Example{n}" for n in range(300))]
    work = printed_work(
        names,
        title="TeKo: Text-Rich Graph Neural Networks with $\\Delta H(M, \\Delta M)$ and External Knowledge",
        abstract="Graph networks have gained popularity. " * 30,
        topics=["cs.CL", "cond-mat.dis-nn"],
        arxiv="2206.07253",
        comments="https://example.org/a-very-long-address-without-a-place-to-break-" + "x" * 60,
    )
    place = InstitutionFactory.create(name="Tianjin University")
    AuthorshipInstitutionFactory.create(authorship=work.authorships.get(position=0), institution=place)
    return work


def test_the_search_box_suggests_and_follows_the_keyboard(page: Page, shang: Author, teko: Work) -> None:
    page.goto("/")
    box = page.get_by_role("combobox")
    box.press_sequentially("shang")
    expect(page.get_by_role("option", name="Yue Shang")).to_be_visible()
    expect(box).to_have_attribute("aria-expanded", "true")
    box.press("ArrowDown")
    expect(page.get_by_role("option", name="Yue Shang")).to_have_attribute("aria-selected", "true")
    assert violations(page) == []
    box.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    box.press("ArrowDown")
    box.press("ArrowDown")
    box.press("Enter")
    page.wait_for_url(re.compile(re.escape(shang.get_absolute_url())))


def test_a_suggestion_can_be_clicked(page: Page, teko: Work) -> None:
    page.goto("/topics/")
    page.get_by_role("combobox").press_sequentially("teko")
    page.get_by_role("option", name=re.compile("TeKo")).click()
    page.wait_for_url(re.compile(re.escape(teko.get_absolute_url())))


def test_search_and_long_lists_work_without_scripts(new_context: NewContext, teko: Work) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.goto("/")
    page.get_by_role("searchbox").fill("graph networks")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("heading", name=re.compile("TeKo")).get_by_role("link").click()
    expect(page.get_by_text("Ann Example299")).to_be_hidden()
    page.get_by_text("Show 278 more authors").click()
    expect(page.get_by_text("Ann Example299")).to_be_visible()


def test_the_first_tab_leads_past_the_header(page: Page, teko: Work) -> None:
    page.goto(teko.get_absolute_url())
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_is_accessible_and_fits_a_phone(new_context: NewContext, teko: Work, theme: str) -> None:
    place = teko.authorships.get(position=0).institution_links.get().institution
    page = new_context(color_scheme=theme).new_page()
    found: dict[str, list[str]] = {}
    for path in (
        "/",
        "/search/?q=graph",
        "/search/?q=yue+shang&kind=researchers",
        "/search/?kind=topics",
        "/search/?q=nothingmatchesthis",
        teko.get_absolute_url(),
        "/listing/",
        "/topics/",
        "/topics/cs.CL/",
        "/institutions/",
        place.get_absolute_url(),
        "/names/shang-yue/",
        "/no-such-page/",
    ):
        page.set_viewport_size(DESKTOP)
        page.goto(path)
        for details in page.locator("main details").all():
            details.evaluate("details => { details.open = true }")
        problems = violations(page)
        page.set_viewport_size({"width": 320, "height": 700})
        if theme == "light":
            problems += [f"on a phone: {problem}" for problem in violations(page)]
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > 320:
            problems.append(f"needs {width} px")
        if problems:
            found[path] = problems
    assert found == {}


def test_nothing_is_wider_than_a_phone(page: Page) -> None:
    person = AuthorFactory.create(display_name=f"Hubert{LONG_NAME}", work_count=1)
    sum_of_many = "+".join(rf"\alpha_{{{n}}}" for n in range(40))
    work = printed_work([person], title=f"With $\\frac{{{sum_of_many}}}{{2}}$ in {'supercalifragilistic' * 8}")
    page.set_viewport_size({"width": 320, "height": 700})
    for path in ("/", "/search/?kind=researchers&q=hubert", work.get_absolute_url(), person.get_absolute_url()):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path


def test_text_from_right_to_left_keeps_its_order(page: Page) -> None:
    names: list[str | Author] = [AuthorFactory.create(display_name=name) for name in ("مريم ميرزاخاني", "محمد الفارسي")]
    work = printed_work(names, title="هندسه جبری", abstract="چکیده شامل $x^2$ است.")
    page.goto(work.get_absolute_url())
    first, second = (page.locator("#authors").get_by_text(name).bounding_box() for name in ("ميرزاخاني", "الفارسي"))
    assert first is not None
    assert second is not None
    assert first["x"] < second["x"]
    for text in (page.get_by_role("heading", name="هندسه جبری", level=1), page.locator(".reading")):
        assert text.evaluate("element => getComputedStyle(element).direction") == "rtl"
