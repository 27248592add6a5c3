from __future__ import annotations

import gzip

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from profiles import claims, follows
from profiles.models import User
from tests.factories import PASSWORD, FollowFactory
from works.models import Author, Work

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clean_cache")]


def test_a_kept_page_costs_one_query(client: Client, ada: Author) -> None:
    first = client.get(ada.get_absolute_url())
    with CaptureQueriesContext(connection) as captured:
        second = client.get(ada.get_absolute_url())
    assert len(captured) == 1
    assert second.content == first.content


def test_a_page_in_demand_costs_no_query_for_a_moment(client: Client, ada: Author, settings: Settings) -> None:
    settings.SIGNED_OUT_PAGE_SECONDS = 60
    first = client.get(ada.get_absolute_url())
    with CaptureQueriesContext(connection) as captured:
        assert client.get(ada.get_absolute_url()).content == first.content
        assert client.get(ada.get_absolute_url(), headers={"If-None-Match": first["ETag"]}).status_code == 304
    assert len(captured) == 0
    settings.SIGNED_OUT_PAGE_SECONDS = 0
    FollowFactory.create(author=ada)
    with CaptureQueriesContext(connection) as captured:
        client.get(ada.get_absolute_url(), {"sort": "oldest"})
    assert len(captured) > 0


def test_a_kept_page_is_sent_as_it_was_compressed(client: Client, ada: Author) -> None:
    plain = client.get(ada.get_absolute_url()).content
    answer = client.get(ada.get_absolute_url(), headers={"Accept-Encoding": "gzip"})
    assert answer["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer.content) == plain
    assert {"Cookie", "HX-Request", "Accept-Encoding"} <= set(answer["Vary"].split(", "))


def test_an_unchanged_page_is_not_sent_again(client: Client, ada: Author) -> None:
    first = client.get(ada.get_absolute_url())
    again = client.get(ada.get_absolute_url(), headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    FollowFactory.create(author=ada)
    assert client.get(ada.get_absolute_url(), headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_a_reader_is_sent_what_changed_without_the_record(client: Client, ada: Author) -> None:
    first = client.get(ada.get_absolute_url())
    Work.objects.filter(title__startswith="Notes").update(title="Notes, corrected")
    cache.clear()
    again = client.get(ada.get_absolute_url(), headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 200
    assert "Notes, corrected" in again.content.decode()
    cache.clear()
    assert client.get(ada.get_absolute_url(), headers={"If-None-Match": again["ETag"]}).status_code == 304


def test_a_page_kept_by_another_release_is_not_given_out(client: Client, ada: Author, settings: Settings) -> None:
    client.get(ada.get_absolute_url())
    settings.RELEASE = "another"
    with CaptureQueriesContext(connection) as captured:
        client.get(ada.get_absolute_url())
    assert len(captured) > 1


def test_changes_show_at_once(client: Client, ada: Author, claimant: User, staff: User) -> None:
    assert "Unclaimed author" in client.get(ada.get_absolute_url()).content.decode()
    follows.follow(claimant, ada)
    assert 'aria-label="1 follower"' in client.get(ada.get_absolute_url()).content.decode()
    claims.approve(claims.request_claim(claimant, ada, "").claim, staff)
    assert "Claimed author" in client.get(ada.get_absolute_url()).content.decode()


def test_one_persons_page_is_never_shown_to_another(ada: Author, reader: User, claimant: User) -> None:
    follows.follow(reader, ada)
    browsers = {"anonymous": Client(), "reader": Client(), "claimant": Client()}
    browsers["reader"].force_login(reader)
    browsers["claimant"].force_login(claimant)
    for _round in range(2):
        answers = {who: browser.get(ada.get_absolute_url()) for who, browser in browsers.items()}
        texts = {who: answer.content.decode() for who, answer in answers.items()}
        assert "Unfollow" in texts["reader"]
        assert "Unfollow" not in texts["claimant"] + texts["anonymous"]
        assert "Rosa Reader" not in texts["claimant"] + texts["anonymous"]
        assert "csrfmiddlewaretoken" not in texts["anonymous"]
        for who in ("reader", "claimant"):
            assert "private" in answers[who]["Cache-Control"]
            assert "Cookie" in answers[who]["Vary"]
        assert "private" not in answers["anonymous"]["Cache-Control"]


def test_after_log_out_the_public_page_is_back(client: Client, ada: Author, reader: User) -> None:
    client.get(ada.get_absolute_url())
    client.post(reverse("account_login"), {"login": reader.email, "password": PASSWORD})
    assert "Rosa Reader" in client.get(ada.get_absolute_url()).content.decode()
    client.post(reverse("account_logout"))
    assert "You are logged out." in client.get(ada.get_absolute_url()).content.decode()
    assert "Log in to claim" in Client().get(ada.get_absolute_url()).content.decode()
    assert "You are logged out." not in Client().get(ada.get_absolute_url()).content.decode()


@pytest.mark.parametrize("name", ["me", "me-feed", "me-following", "me-settings"])
def test_own_pages_are_private(signed_in: Client, name: str) -> None:
    assert "private" in signed_in.get(reverse(name))["Cache-Control"]


def test_free_text_is_not_kept(client: Client, ada: Author) -> None:
    client.get(ada.get_absolute_url(), {"text": "engine"})
    with CaptureQueriesContext(connection) as captured:
        client.get(ada.get_absolute_url(), {"text": "engine"})
    assert len(captured) > 1


def test_without_a_cache_entry_the_page_is_made_again(client: Client, ada: Author) -> None:
    first = client.get(ada.get_absolute_url()).content
    cache.clear()
    assert client.get(ada.get_absolute_url()).content == first
