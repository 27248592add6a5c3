"""The graph in a real browser: loaded when scrolled to, used by keyboard, panned, pinned, and without scripts."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from graph.refresh import refresh_all
from tests.browser.conftest import PHONE, NewContext, violations
from tests.factories import AuthorFactory, printed_work
from works.models import Author

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("clean_cache")]


@pytest.fixture
def ada() -> Author:
    """Ada with six co-authors in two groups, and Zoe, two steps away, who joins the groups."""
    author: Author = AuthorFactory.create(display_name="Ada Lovelace")
    zoe = AuthorFactory.create(display_name="Zoe Quist")
    for group in ("Left", "Right"):
        people = [AuthorFactory.create(display_name=f"{group} Person{number}") for number in range(3)]
        printed_work([author, *people], title=f"On {group} engines", topics=["cs.LG", f"math.{group}"])
        printed_work([zoe, people[0]])
    refresh_all()
    return author


def test_the_slice_loads_when_it_scrolls_into_view(page: Page, ada: Author) -> None:
    page.goto(ada.get_absolute_url())
    page.get_by_role("heading", name="Research graph").scroll_into_view_if_needed()
    expect(page.locator(".graph-svg-wide a.node")).to_have_count(13)
    expect(page.locator(".graph-svg-narrow")).to_be_hidden()
    assert violations(page) == []


def test_hover_and_focus_show_the_reason_of_an_edge(page: Page, ada: Author) -> None:
    page.goto(f"{ada.get_absolute_url()}graph/")
    caption = page.locator("[data-graph-caption]")
    node = page.locator(".graph-svg-wide a.node", has_text="Zoe Quist")
    node.focus()
    expect(caption).to_contain_text("Left Person0: 1 work together")
    node.blur()
    expect(caption).to_contain_text("dashed marks are bridges")
    page.locator(".graph-svg-wide a.node", has_text="Ada Lovelace").hover()
    expect(caption).to_contain_text("1 work together")


def test_the_keyboard_can_pass_over_the_marks_of_the_drawing(page: Page, ada: Author) -> None:
    for path, past in (
        (f"{ada.get_absolute_url()}graph/", page.get_by_text("The same as a table")),
        (f"/graph/?focus=researcher:{ada.pk}", page.locator("#explorer-panel h2 a")),
    ):
        page.goto(path)
        skip = page.get_by_role("link", name="Skip the picture")
        skip.focus()
        box = skip.bounding_box()
        assert box is not None
        assert box["width"] > 50
        skip.press("Enter")
        page.keyboard.press("Tab")
        expect(past).to_be_focused()


def test_on_a_phone_the_narrow_drawing_fits(new_context: NewContext, ada: Author) -> None:
    page = new_context(viewport=PHONE, color_scheme="dark").new_page()
    page.goto(f"{ada.get_absolute_url()}graph/")
    expect(page.locator(".graph-svg-narrow")).to_be_visible()
    expect(page.locator(".graph-svg-wide")).to_be_hidden()
    size = page.locator(".graph-svg-narrow text").first.evaluate(
        "text => parseFloat(getComputedStyle(text).fontSize) * text.getCTM().a"
    )
    assert size >= 12
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert violations(page) == []


def test_filters_replace_the_drawing_in_place(page: Page, ada: Author) -> None:
    page.goto(f"{ada.get_absolute_url()}graph/")
    page.get_by_role("checkbox", name="works").uncheck()
    expect(page.locator(".graph-svg-wide .kind-work")).to_have_count(0)
    expect(page.locator(".graph-svg-wide .kind-topic")).to_have_count(3)


def test_the_explorer_selects_expands_and_goes_back(page: Page, ada: Author) -> None:
    page.goto(f"/graph/?focus=researcher:{ada.pk}")
    page.get_by_role("link", name="Researcher Left Person0").click()
    panel = page.locator(".explorer-panel")
    expect(panel.get_by_role("heading", name="Left Person0")).to_be_visible()
    panel.get_by_role("link", name="Make it the focus").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Left Person0")
    page.get_by_role("navigation", name="Earlier focuses").get_by_role("link", name="Ada Lovelace").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ada Lovelace")
    assert violations(page) == []


def test_on_a_phone_a_choice_on_the_map_shows_beside_the_map(new_context: NewContext, ada: Author) -> None:
    page = new_context(viewport=PHONE).new_page()
    page.goto(f"/graph/?focus=researcher:{ada.pk}")
    page.get_by_role("link", name="Researcher Left Person0").press("Enter")
    heading = page.locator(".explorer-panel").get_by_role("heading", name="Left Person0")
    expect(heading).to_be_in_viewport()
    expect(page.locator("[data-explorer-view]")).to_be_in_viewport(ratio=0.4)


def test_dragging_a_node_pins_it_and_the_address_keeps_the_pin(page: Page, ada: Author) -> None:
    page.goto(f"/graph/?focus=researcher:{ada.pk}")
    mark = page.locator("a.node", has_text="Zoe Quist").locator(".mark")
    box = mark.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(box["x"] + 60, box["y"] + 80, steps=5)
    page.mouse.up()
    expect(page.get_by_role("link", name="Let it move freely")).to_be_visible()
    assert "pin=" in page.url
    page.reload()
    expect(page.get_by_role("link", name="Let it move freely")).to_be_visible()


def test_the_map_moves_by_keyboard_and_buttons(page: Page, ada: Author) -> None:
    page.goto(f"/graph/?focus=researcher:{ada.pk}")
    view, drawing = page.locator("[data-explorer-view]"), page.locator("[data-explorer-view] svg")
    expect(view).to_have_class("explorer-view is-live")
    expect(page.get_by_text("drag it to pin it")).to_be_visible()
    expect(drawing).to_have_attribute("style", re.compile("scale"))
    before = drawing.get_attribute("style") or ""
    view.focus()
    page.keyboard.press("ArrowLeft")
    expect(drawing).not_to_have_attribute("style", before)
    page.get_by_role("button", name="Fit").click()
    expect(drawing).to_have_attribute("style", before)


def test_without_scripts_everything_is_links_and_tables(new_context: NewContext, ada: Author) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.goto(f"/graph/?focus=researcher:{ada.pk}")
    expect(page.get_by_text("drag it to pin it")).to_be_hidden()
    page.get_by_role("link", name="Researcher Left Person0: 1 work together").click()
    page.get_by_role("link", name="Show what lies around it").click()
    page.get_by_text("The same as a table").click()
    expect(page.get_by_role("table").first).to_be_visible()
    page.get_by_label("find").fill("zoe")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_text("Found here:")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_of_the_graph_is_accessible(new_context: NewContext, ada: Author, scheme: str) -> None:
    other = Author.objects.get(display_name="Zoe Quist")
    Author.objects.filter(pk=other.pk).update(level=3)
    refresh_all()
    page = new_context(color_scheme=scheme).new_page()
    own = ada.get_absolute_url()
    explorer = f"/graph/?focus=researcher:{ada.pk}"
    pages = [
        f"{own}graph/",
        f"{own}trust/",
        f"{own}context/",
        explorer,
        f"{explorer}&find=zoe",
        "/graph/",
        "/graph/?focus=x",
    ]
    for address in pages:
        page.goto(address)
        assert violations(page) == [], address
    page.goto(f"/graph/path/?from={ada.pk}&to={other.pk}")
    expect(page.get_by_text("2 collaborations apart")).to_be_visible()
    expect(page.get_by_text("The strongest of the shortest chains, 2 steps")).to_be_visible()
    page.get_by_text("Another chain").first.click()
    assert violations(page) == []


def test_the_slice_says_what_stands_out_and_leads_to_an_introduction(page: Page, ada: Author) -> None:
    page.goto(f"{ada.get_absolute_url()}graph/")
    found = page.get_by_role("list", name="What stands out")
    expect(found).to_contain_text("Zoe Quist has never written with Ada Lovelace, but with")
    expect(found).to_contain_text("groups that have not written with each other")
    found.get_by_role("link", name="Ways to an introduction").click()
    expect(page.get_by_text("2 collaborations apart")).to_be_visible()


def test_circles_and_similar_researchers_load_when_they_are_opened(page: Page, ada: Author) -> None:
    page.goto(ada.get_absolute_url())
    expect(page.get_by_role("heading", name="Circles of collaborators")).to_have_count(0)
    page.get_by_text("Circles of collaborators, similar researchers, works over time").click()
    expect(page.get_by_role("heading", name="Circles of collaborators")).to_be_visible()
    expect(page.get_by_role("heading", name="Topics over time")).to_be_visible()


def test_a_finger_has_room_on_the_years_and_on_an_abstract(new_context: NewContext, ada: Author) -> None:
    printed_work([ada], abstract="We study engines that wander. " * 30)
    page = new_context(viewport={"width": 320, "height": 700}, has_touch=True, is_mobile=True).new_page()
    for address, wanted in (
        (f"{ada.get_absolute_url()}graph/", page.get_by_label("from", exact=True)),
        (ada.get_absolute_url(), page.get_by_text("Full abstract")),
    ):
        page.goto(address)
        box = wanted.first.bounding_box()
        assert box is not None
        assert box["height"] >= 44
