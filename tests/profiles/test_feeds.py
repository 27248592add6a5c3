from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import feedparser
import lxml.etree
import lxml.html
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.http import http_date
from pytest_django import Settings

from tests.factories import AuthorFactory, WorkFactory, printed_work
from works.models import Author, Work

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"


def address(author: Author) -> str:
    return reverse("researcher-feed", args=[author.pk, author.slug])


def entries_of(feed: bytes) -> list[lxml.etree._Element]:
    return lxml.etree.fromstring(feed).findall(f"{ATOM}entry")


def test_the_feed_lists_the_newest_works_first(client: Client, ada: Author) -> None:
    printed_work([ada], title="Controls \x0b and <b>marks</b> & $x<1$")
    answer = client.get(address(ada))
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
    entry = lxml.etree.fromstring(client.get(address(ada)).content).find(f"{ATOM}entry")
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


def test_works_of_others_are_left_out(client: Client, ada: Author) -> None:
    WorkFactory.create(title="Somebody else's")
    assert "Somebody else" not in client.get(address(ada)).content.decode()


def test_an_unchanged_feed_is_not_sent_again(client: Client, ada: Author) -> None:
    first = client.get(address(ada))
    for asked in (
        {"If-None-Match": first["ETag"]},
        {"If-None-Match": first["ETag"].removeprefix("W/")},
        {"If-Modified-Since": first["Last-Modified"]},
    ):
        with CaptureQueriesContext(connection) as captured:
            again = client.get(address(ada), headers=asked)
        assert (again.status_code, again.content) == (304, b"")
        assert (again["ETag"], again["Last-Modified"]) == (first["ETag"], first["Last-Modified"])
        assert len(captured) == 2
        assert "abstract" not in "".join(query["sql"] for query in captured)
    earlier = http_date(datetime.fromisoformat("2001-01-01T00:00Z").timestamp())
    assert client.get(address(ada), headers={"If-Modified-Since": earlier}).status_code == 200
    assert client.get(address(ada), headers={"If-None-Match": '"other"', "If-Modified-Since": "x"}).status_code == 200


def test_whatever_the_feed_shows_changes_its_tag(client: Client, ada: Author, settings: Settings) -> None:
    tags = [client.get(address(ada))["ETag"]]
    work = printed_work([ada], title="A new work")
    tags.append(client.get(address(ada))["ETag"])
    Work.objects.filter(pk=work.pk).update(title="A better title", modified_at=datetime.now(UTC))
    tags.append(client.get(address(ada))["ETag"])
    Work.objects.filter(pk=work.pk).update(is_deleted=True)
    tags.append(client.get(address(ada))["ETag"])
    settings.RELEASE = "another"
    tags.append(client.get(address(ada))["ETag"])
    ada.display_name = "Ada King"
    ada.save()
    tags.append(client.get(address(ada))["ETag"])
    assert all(before != after for before, after in pairwise(tags))


def test_the_feed_was_changed_when_its_newest_change_was_written(client: Client, ada: Author) -> None:
    later = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
    Work.objects.filter(attributions__author=ada, title__startswith="Notes").update(modified_at=later)
    answer = client.get(address(ada))
    assert answer["Last-Modified"] == http_date(later.timestamp())
    updated = lxml.etree.fromstring(answer.content).findtext(f"{ATOM}updated")
    assert updated is not None
    assert datetime.fromisoformat(updated) == later


def test_a_feed_without_works_stays_as_it_is(client: Client) -> None:
    author = AuthorFactory.create(work_count=0)
    feed = lxml.etree.fromstring(client.get(address(author)).content)
    updated = feed.findtext(f"{ATOM}updated")
    assert updated is not None
    assert datetime.fromisoformat(updated) == author.modified_at


def test_ids_outlive_names_and_titles(client: Client, ada: Author) -> None:
    def ids(author: Author) -> tuple[str | None, list[str | None]]:
        content = client.get(address(author)).content
        entries = [entry.findtext(f"{ATOM}id") for entry in entries_of(content)]
        return lxml.etree.fromstring(content).findtext(f"{ATOM}id"), entries

    before = ids(ada)
    ada.display_name = "Ada King"
    ada.save()
    Work.objects.update(title="Another title")
    assert ids(ada) == before


def test_an_entry_says_when_its_work_was_submitted_and_last_updated(client: Client, ada: Author) -> None:
    Work.objects.update(submitted=date(2020, 2, 3), updated=date(2021, 4, 5))
    entry = entries_of(client.get(address(ada)).content)[0]
    assert entry.findtext(f"{ATOM}published") == "2020-02-03T00:00:00+00:00"
    assert entry.findtext(f"{ATOM}updated") == "2021-04-05T00:00:00+00:00"


def test_a_work_without_a_date_is_as_old_as_its_record(client: Client, ada: Author) -> None:
    Work.objects.update(submitted=None, updated=None, year=None)
    entry = entries_of(client.get(address(ada)).content)[0]
    assert entry.find(f"{ATOM}published") is None
    assert (entry.findtext(f"{ATOM}updated") or "") > "2001"
