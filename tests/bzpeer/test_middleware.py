from __future__ import annotations

import pytest
from django.test import Client

from tests.factories import AuthorFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("query", ["state__exact=%00", "q=%00", "x=a%00b"])
def test_nul_in_the_admin_is_refused_and_never_an_error(client: Client, query: str) -> None:
    client.force_login(UserFactory.create(is_staff=True, is_superuser=True))
    assert client.get(f"/admin/profiles/claim/?{query}").status_code == 400
    assert client.get("/admin/profiles/claim/?state__exact=pending").status_code == 200


def test_what_a_signed_in_person_sees_is_private(client: Client) -> None:
    assert "private" not in client.get("/topics/").get("Cache-Control", "")
    client.force_login(UserFactory.create())
    answer = client.get("/topics/")
    assert "private" in answer["Cache-Control"]
    assert "Cookie" in answer["Vary"]


def test_browsers_ask_again_where_a_page_moved(client: Client) -> None:
    author = AuthorFactory.create(display_name="Ada Quill")
    answer = client.get(f"/researchers/{author.pk}-another-name/")
    assert answer.status_code == 301
    assert answer["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(("status", "answered"), [("split", 300), ("hidden", 410)])
def test_browsers_ask_again_where_a_page_is_no_more(client: Client, status: str, answered: int) -> None:
    author = AuthorFactory.create(display_name="Ada Quill", status=status)
    answer = client.get(author.get_absolute_url())
    assert answer.status_code == answered
    assert answer["Cache-Control"] == "no-cache"


def test_the_icon_is_found_where_browsers_look_for_it(client: Client) -> None:
    answer = client.get("/favicon.ico")
    assert answer.status_code == 302
    assert answer["Location"].endswith("icon.svg")


def test_who_opens_the_address_of_a_button_is_told(client: Client) -> None:
    client.force_login(UserFactory.create(is_staff=True))
    answer = client.get("/imports/runs/1/stop/", headers={"Accept": "text/html,*/*"})
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "takes what a form sends" in answer.content.decode()
    assert client.get("/imports/runs/1/stop/", headers={"Accept": "application/json"}).content == b""


@pytest.mark.parametrize(
    "path", ["/topics/?q=", "/accounts/login/?next=", "/me/?q=", "/names/", "/researchers/{}-old/?q="]
)
def test_an_address_of_any_length_has_an_answer(client: Client, path: str) -> None:
    path = path.format(AuthorFactory.create().pk)
    longest = "%22" * 2600
    assert client.get(path + longest).status_code < 405
    answer = client.get(path + longest * 2)
    assert answer.status_code == 414
    assert 'class="site-header"' in answer.content.decode()
    assert "default-src" in answer["Content-Security-Policy"]
