from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from profiles.bibliography import BATCH
from tests.factories import AuthorFactory, TrustSnapshotFactory, WorkFactory, printed_work
from works.models import Author

pytestmark = pytest.mark.django_db


def address(name: str, author: Author, *more: str) -> str:
    return reverse(name, args=[author.pk, author.slug, *more])


def test_no_two_entries_of_a_file_share_a_key(client: Client) -> None:
    author = AuthorFactory.create()
    for _ in range(3):
        printed_work([author], title="The same title")
    text = client.get(address("researcher-cite", author, "bib")).getvalue().decode()
    keys = re.findall(r"^@\w+{(.+),$", text, re.MULTILINE)
    assert len(keys) == len(set(keys)) == 3


@pytest.mark.parametrize(("ending", "entry"), [("bib", "@misc{"), ("ris", "TY  - UNPB")])
def test_all_works_can_be_cited(client: Client, ada: Author, ending: str, entry: str) -> None:
    answer = client.get(address("researcher-cite", ada, ending))
    text = answer.getvalue().decode()
    assert text.count(entry) == 2
    assert "Notes on the analytical engine" in text
    assert answer["Content-Disposition"] == f'attachment; filename="ada-lovelace.{ending}"'


def test_citing_reads_in_batches(client: Client) -> None:
    author = AuthorFactory.create()
    for _ in range(BATCH + 1):
        printed_work([author])
    with CaptureQueriesContext(connection) as captured:
        text = client.get(address("researcher-cite", author, "bib")).getvalue().decode()
    assert text.count("@misc{") == BATCH + 1
    assert len(captured) == 2 + 2 * 4


def test_a_list_too_long_to_cite_ends_in_and_others(client: Client) -> None:
    author = AuthorFactory.create()
    printed_work([author, *(f"Writer Number{n}" for n in range(200))])
    text = client.get(address("researcher-cite", author, "bib")).getvalue().decode()
    assert re.search(r"and others[}\"]", text)


def test_the_card_may_stand_in_other_sites_and_the_page_may_not(client: Client, ada: Author) -> None:
    card = client.get(address("researcher-card", ada))
    assert "frame-ancestors *" in card["Content-Security-Policy"]
    assert "'none'" not in card["Content-Security-Policy"].split("frame-ancestors")[1].split(";")[0]
    assert "X-Frame-Options" not in card
    page = client.get(ada.get_absolute_url())
    assert "frame-ancestors 'none'" in page["Content-Security-Policy"]
    assert page["X-Frame-Options"] == "DENY"


def test_the_card_holds_nothing_personal(ada: Author, signed_in: Client) -> None:
    assert "Rosa Reader" not in signed_in.get(address("researcher-card", ada)).content.decode()


def test_the_facts_of_the_card(client: Client, ada: Author) -> None:
    TrustSnapshotFactory.create(author=ada, works=5, topics=6, close_collaborators=4, level=1, score=19)
    answer = client.get(address("researcher-card-json", ada))
    facts = answer.json()
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert (facts["name"], facts["works"], facts["is_claimed"]) == ("Ada Lovelace", 2, False)
    assert facts["url"] == f"http://testserver{ada.get_absolute_url()}"
    assert facts["trust"]["score"] == 19
    assert facts["trust"]["explanation"] == "5 + 6 + 8 + 0 + 0 = 19"


def test_works_of_others_are_left_out(client: Client, ada: Author) -> None:
    WorkFactory.create(title="Somebody else's")
    assert b"Somebody else" not in client.get(address("researcher-cite", ada, "bib")).getvalue()
