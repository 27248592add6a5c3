from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from profiles import follows
from profiles.models import Follow, User
from tests.factories import AuthorFactory, FollowFactory, printed_work
from works.models import Author

pytestmark = pytest.mark.django_db


def address(name: str, author: Author) -> str:
    return reverse(name, args=[author.pk, author.slug])


def test_following_twice_changes_nothing(ada: Author, reader: User) -> None:
    assert follows.follow(reader, ada) is True
    assert follows.follow(reader, ada) is False
    assert Follow.objects.count() == 1
    assert follows.unfollow(reader, ada) is True
    assert follows.unfollow(reader, ada) is False


def test_the_feed_holds_each_work_of_followed_authors_once(ada: Author, reader: User) -> None:
    babbage = Author.objects.get(display_name="Charles Babbage")
    FollowFactory.create(user=reader, author=ada)
    FollowFactory.create(user=reader, author=babbage)
    printed_work([AuthorFactory.create()], title="Not followed")
    gone = printed_work([ada], title="Deleted at the source", is_deleted=True)
    found = list(follows.works_of_followed(reader))
    assert len(found) == 2
    assert gone not in found


def test_follow_as_plain_pages(ada: Author, signed_in: Client) -> None:
    answer = signed_in.post(address("researcher-follow", ada), follow=True)
    assert answer.redirect_chain == [(ada.get_absolute_url(), 302)]
    assert "You follow Ada Lovelace." in answer.content.decode()
    assert "Unfollow" in answer.content.decode()
    answer = signed_in.post(address("researcher-unfollow", ada), follow=True)
    assert "Follow researcher" in answer.content.decode()
    assert not Follow.objects.exists()


def test_follow_as_a_fragment_shows_the_other_state_and_the_count(ada: Author, signed_in: Client) -> None:
    FollowFactory.create(author=ada)
    answer = signed_in.post(address("researcher-follow", ada), headers={"HX-Request": "true"})
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "<html" not in text
    assert 'aria-label="2 followers"' in text
    assert address("researcher-unfollow", ada) in text


@pytest.mark.parametrize("name", ["researcher-follow", "researcher-unfollow", "researcher-claim", "researcher-invite"])
def test_an_anonymous_post_leads_to_log_in_and_back_and_changes_nothing(ada: Author, name: str) -> None:
    browser = Client(enforce_csrf_checks=True)  # as a kept page without a token posts it
    answer = browser.post(address(name, ada))
    assert answer.status_code == 302
    assert answer["Location"] == f"{reverse('account_login')}?next={address(name, ada)}"
    assert not Follow.objects.exists()


def test_an_anonymous_fragment_leads_the_whole_page_to_log_in(client: Client, ada: Author) -> None:
    answer = client.post(address("researcher-follow", ada), headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == f"{reverse('account_login')}?next={address('researcher-follow', ada)}"


def test_back_from_log_in_the_page_asks_once_more(ada: Author, signed_in: Client) -> None:
    assert "Follow Ada Lovelace?" in signed_in.get(address("researcher-follow", ada)).content.decode()
    assert not Follow.objects.exists()


def test_a_signed_in_post_without_a_token_is_refused(ada: Author, reader: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(reader)
    assert browser.post(address("researcher-follow", ada)).status_code == 403
    assert not Follow.objects.exists()
