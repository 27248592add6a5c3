from __future__ import annotations

import re
from datetime import date

import feedparser
import lxml.etree
import lxml.html
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from profiles.bibliography import BATCH
from tests.factories import AuthorFactory, TrustSnapshotFactory, WorkFactory, printed_work
from works.models import Author

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"


def address(name: str, author: Author, *more: str) -> str:
    return reverse(name, args=[author.pk, author.slug, *more])


def test_the_feed_lists_the_newest_works_first(client: Client, ada: Author) -> None:
    printed_work([ada], title="Controls \x0b and <b>marks</b> & $x<1$")
    answer = client.get(address("researcher-feed", ada))
    feed = feedparser.parse(answer.content)
    assert not feed.bozo
    assert answer["Content-Type"].startswith("application/atom+xml")
    assert feed.feed.title == "Ada Lovelace: published work"
    assert [entry.title for entry in feed.entries][-1] == "On Bernoulli numbers"
    assert len({entry.id for entry in feed.entries}) == 3
    assert all(entry.link.startswith("http://testserver/works/") for entry in feed.entries)


def test_the_feed_shows_text_from_outside_as_text(client: Client, ada: Author) -> None:
    abstract = "<img src=x onerror=alert(1)> hello $x<y$ & a < b\nA second paragraph."
    printed_work([ada], title="Schr\\\"{o}dinger's <b>cat</b>", abstract=abstract, submitted=date(2031, 1, 1))
    entry = lxml.etree.fromstring(client.get(address("researcher-feed", ada)).content).find(f"{ATOM}entry")
    assert entry is not None
    assert entry.findtext(f"{ATOM}title") == "Schrödinger's cat"
    summary = entry.find(f"{ATOM}summary")
    assert summary is not None
    assert summary.get("type") == "html"
    shown = lxml.html.fromstring(f"<div>{summary.text}</div>")
    assert [part.text for part in shown.findall("p")] == [
        "hello x<y & a < b",
        "A second paragraph.",
    ]
    assert shown.find(".//img") is None


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
    assert "Somebody else" not in client.get(address("researcher-feed", ada)).content.decode()
