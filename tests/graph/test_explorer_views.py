"""The explorer: every state is an address, every step a link."""

from __future__ import annotations

import re
from datetime import date
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from django.http import QueryDict
from django.test import Client

from graph import exploring
from graph.refresh import refresh_all
from tests.factories import AuthorFactory, printed_work
from tests.graph.test_slice_views import ada_and_friends
from works.models import Author

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clean_cache")]


def state(text: str) -> exploring.State:
    found = exploring.parse(QueryDict(text))
    assert found is not None
    return found


def test_a_state_survives_its_address() -> None:
    text = (
        "focus=researcher:1&expand=topic:cs.LG&expand=work:2&hide=researcher:5&pin=work:2@10,20"
        "&select=work:2&trail=researcher:9&find=x&kind=work&kind=topic&from=2001&to=2003"
    )
    assert state(state(text).query) == state(text)


@pytest.mark.parametrize(
    "text",
    ["", "focus=", "focus=dragon:1", "focus=researcher:", "focus=researcher"],
)
def test_an_address_without_a_usable_focus_has_no_state(text: str) -> None:
    assert exploring.parse(QueryDict(text)) is None


def test_steps_of_a_state() -> None:
    here = state("focus=researcher:1")
    assert here.expand("work:2").expanded == ("work:2",)
    assert here.expand("work:2").collapse("work:2").expanded == ()
    assert here.hide("work:2").show_all() == here
    there = here.go("researcher:2").go("researcher:3")
    assert (there.focus, there.trail) == ("researcher:3", ("researcher:1", "researcher:2"))
    assert there.go("researcher:1").trail == ()


def test_the_page_leads_on_by_links_alone(client: Client) -> None:
    ada = ada_and_friends()
    page = client.get(f"/graph/?focus=researcher:{ada.pk}").content.decode()
    friend = Author.objects.get(display_name="Friend Number0")
    hrefs = [unquote(href.replace("&amp;", "&")) for href in re.findall(r'href="(/graph/\?[^"]+)"', page)]
    select = next(href for href in hrefs if parse_qs(urlsplit(href).query).get("select") == [f"researcher:{friend.pk}"])
    chosen = client.get(select).content.decode()
    for words in ("Show what lies around it", "Make it the focus", "Hide it", "How they are connected"):
        assert words in chosen


def test_every_link_selects_one_node(client: Client) -> None:
    ada = ada_and_friends()
    friend = Author.objects.get(display_name="Friend Number0")
    page = client.get(f"/graph/?focus=researcher:{ada.pk}&select=researcher:{friend.pk}").content.decode()
    hrefs = re.findall(r'href="(/graph/\?[^"]+)"', page)
    assert f"/graph/?focus=researcher:{ada.pk}&amp;select=researcher:{ada.pk}" in hrefs
    assert [href for href in hrefs if href.count("select=") > 1] == []


def test_expanding_brings_in_what_lies_around_a_node(client: Client) -> None:
    ada = ada_and_friends(friends=2)
    friend = Author.objects.get(display_name="Friend Number0")
    stranger = AuthorFactory.create(display_name="Stranger Sue")
    printed_work([friend, stranger])
    from graph.refresh import refresh_all

    refresh_all()
    plain = client.get(f"/graph/?focus=researcher:{ada.pk}")
    expanded = client.get(f"/graph/?focus=researcher:{ada.pk}&expand=researcher:{friend.pk}")
    assert b"Stranger Sue" not in plain.content
    assert b"Stranger Sue" in expanded.content
    hidden = client.get(
        f"/graph/?focus=researcher:{ada.pk}&expand=researcher:{friend.pk}&hide=researcher:{stranger.pk}"
    )
    assert b"Stranger Sue" not in hidden.content


def test_an_unknown_focus_answers_404_with_a_way_on(client: Client) -> None:
    ada = ada_and_friends()
    response = client.get("/graph/?focus=<script>")
    assert response.status_code == 404
    assert b"&lt;script&gt;" in response.content
    assert ada.display_name in response.content.decode()
    assert client.get("/graph/?focus=researcher:123456789").status_code == 404
    assert client.get("/graph/").status_code == 200


def test_a_merged_focus_moves_on(client: Client) -> None:
    ada = ada_and_friends()
    merged = AuthorFactory.create(status=Author.Status.MERGED, merged_into=ada)
    response = client.get(f"/graph/?focus=researcher:{merged.pk}")
    assert (response.status_code, response["Location"]) == (301, f"/graph/?focus=researcher:{ada.pk}")


def test_filters_and_finds_keep_the_pins_and_a_pin_outside_stays_at_the_edge(client: Client) -> None:
    ada = ada_and_friends()
    page = client.get(f"/graph/?focus=researcher:{ada.pk}&pin=researcher:{ada.pk}@29,-17").content.decode()
    assert f'<input type="hidden" name="pin" value="researcher:{ada.pk}@29,0">' in page
    assert "Let it move freely" in page


def test_a_step_names_the_page_anew(client: Client) -> None:
    ada = ada_and_friends()
    step = client.get(f"/graph/?focus=researcher:{ada.pk}", headers={"HX-Request": "true"}).content.decode()
    assert f"<title>{ada.display_name} · Explorer · BZPEER</title>" in step


@pytest.mark.parametrize(
    "garbage",
    [
        "expand=work:0",
        "expand=researcher:99999999999999999999999",
        "pin=x@1,2",
        "pin=work:1@-1,5",
        "hide=%00",
        "find=%00",
    ],
)
def test_garbage_in_a_state_is_left_out(client: Client, garbage: str) -> None:
    ada = ada_and_friends()
    assert client.get(f"/graph/?focus=researcher:{ada.pk}&{garbage}").status_code == 200


@pytest.mark.parametrize(
    ("ending", "start"),
    [("svg", b"<?xml"), ("png", b"\x89PNG"), ("graphml", b"<?xml"), ("gexf", b"<?xml"), ("json", b"{")],
)
def test_every_file_format(client: Client, ending: str, start: bytes) -> None:
    ada = ada_and_friends()
    response = client.get(f"/graph/download.{ending}?focus=researcher:{ada.pk}")
    assert response.status_code == 200
    assert response.content.startswith(start)
    assert "attachment" in response["Content-Disposition"]


def test_the_picture_file_is_served_under_a_policy_of_its_own(client: Client) -> None:
    ada = ada_and_friends()
    response = client.get(f"/graph/download.svg?focus=researcher:{ada.pk}")
    assert response["Content-Security-Policy"] == "default-src 'none'; style-src 'unsafe-inline'"


def test_unknown_files_are_not_found(client: Client) -> None:
    ada = ada_and_friends()
    assert client.get(f"/graph/download.exe?focus=researcher:{ada.pk}").status_code == 404
    assert client.get("/graph/download.svg").status_code == 404


def test_every_collaboration_says_how_many_works_and_when(client: Client) -> None:
    ada, ben, cho, dan = (AuthorFactory.create() for _ in range(4))
    for one, other in ((ada, ben), (ada, cho), (dan, ben), (dan, cho)):
        printed_work([one, other], submitted=date(2019, 5, 1))
    refresh_all()
    picture = client.get(f"/graph/download.json?focus=researcher:{ada.pk}").json()
    ties = [tie for tie in picture["edges"] if tie["relation"] == "collaboration"]
    assert {frozenset((tie["source"], tie["target"])) for tie in ties} >= {
        frozenset((f"researcher:{dan.pk}", f"researcher:{other.pk}")) for other in (ben, cho)
    }
    assert all("1 work together" in tie["reason"] and "2019" in tie["reason"] for tie in ties)
