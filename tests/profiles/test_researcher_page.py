from __future__ import annotations

import json
import re
from datetime import date
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from profiles.models import Claim, User
from profiles.pages import describe
from tests.factories import (
    AuthorFactory,
    AuthorTopicFactory,
    ClaimFactory,
    CollaborationFactory,
    FollowFactory,
    TopicFactory,
    TrustSnapshotFactory,
    WorkVersionFactory,
    printed_work,
)
from works.models import Attribution, Author, Topic

pytestmark = pytest.mark.django_db
MOST_QUERIES = 10


def page_of(client: Client, author: Author, **query: str) -> str:
    answer = client.get(author.get_absolute_url(), query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_page_carries_the_labels_of_the_product(client: Client, ada: Author) -> None:
    TrustSnapshotFactory.create(author=ada, works=5, topics=6, close_collaborators=4, level=1, score=19)
    text = page_of(client, ada)
    for words in (
        "Researcher profile",
        "<h1>Ada Lovelace</h1>",
        "Affiliation not imported",
        "Open to collaborate",
        "Trust snapshot",
        "Trust 19 · Unverified",
        "Verification L1",
        "Unclaimed author",
        "5 + 6 + 8 + 0 + 0 = 19",
        "Actions",
        "Follow researcher",
        "Identity and collaboration",
        "Log in to claim",
        "Direct collaboration",
        "Locked: nobody has claimed this record",
        "Research graph",
        "Open full explorer",
        "Building this graph slice",
        "Published work",
        "2 published items",
    ):
        assert words in text, words


def test_being_open_and_being_locked_do_not_contradict_each_other(client: Client, ada: Author, claimant: User) -> None:
    assert "Open to collaborate once claimed</li>" in page_of(client, ada)
    ClaimFactory.create(user=claimant, author=ada, state=Claim.State.ACCEPTED)
    owned = page_of(client, ada)
    assert '<li class="chip on">Open to collaborate</li>' in owned
    assert "Locked" not in owned


def test_the_person_is_bold_and_the_others_are_linked(client: Client, ada: Author) -> None:
    babbage = Author.objects.get(display_name="Charles Babbage")
    assert f'<b>Ada Lovelace</b>, <a href="{babbage.get_absolute_url()}">Charles Babbage</a>' in page_of(client, ada)


def test_of_a_long_author_list_25_names_and_the_person_are_shown(client: Client) -> None:
    author = AuthorFactory.create(display_name="Last Author")
    printed_work([*(f"Writer Number{n}" for n in range(299)), author], title="Everyone")
    text = page_of(client, author)
    assert text.count("Writer Number") == 25
    assert "<b>Last Author</b>" in text
    assert "274 more authors" in text


def test_versions_and_code_are_listed(client: Client, ada: Author) -> None:
    work = printed_work([ada], title="With code", code_links=["https://github.com/ada/engine"])
    WorkVersionFactory.create(work=work, number=1)
    WorkVersionFactory.create(work=work, number=2)
    text = page_of(client, ada)
    assert "2 versions" in text
    assert 'href="https://github.com/ada/engine"' in text


def test_hostile_titles_stay_text(client: Client, ada: Author) -> None:
    printed_work([ada], title="<script>alert(1)</script></script>", abstract="<img src=x onerror=alert(1)>")
    Author.objects.filter(pk=ada.pk).update(display_name="Ada </script><b>", name_forms=[["</script>&", 1]])
    author = Author.objects.get(pk=ada.pk)
    text = page_of(client, author)
    assert "<script>alert" not in text
    assert "<img src=x" not in text
    [document] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text, re.S)
    person = json.loads(document)["mainEntity"]
    assert person["name"] == "Ada </script><b>"


def test_old_slugs_and_merged_records_lead_to_the_page(client: Client, ada: Author) -> None:
    wrong = client.get(f"/researchers/{ada.pk}-someone-else/", {"sort": "oldest"})
    assert (wrong.status_code, wrong["Location"]) == (301, f"{ada.get_absolute_url()}?sort=oldest")
    middle = AuthorFactory.create(status=Author.Status.MERGED, merged_into=ada)
    oldest = AuthorFactory.create(status=Author.Status.MERGED, merged_into=middle)
    for path in ("", "claim/", "feed.atom", "card.json", "cite.bib", "works/"):
        client.force_login(ClaimFactory.create().user)
        moved = client.get(f"{oldest.get_absolute_url()}{path}")
        assert (moved.status_code, moved["Location"]) == (301, f"{ada.get_absolute_url()}{path}")
    assert client.get(f"/researchers/{ada.pk}/")["Location"] == ada.get_absolute_url()


def test_a_split_record_offers_those_of_its_name(client: Client, ada: Author) -> None:
    split = AuthorFactory.create(display_name="Ada Lovelace", status=Author.Status.SPLIT, work_count=0)
    answer = client.get(split.get_absolute_url())
    assert answer.status_code == 300
    assert ada.get_absolute_url() in answer.content.decode()


def test_a_hidden_record_is_gone_and_an_unknown_one_offers_search(client: Client) -> None:
    hidden = AuthorFactory.create(status=Author.Status.HIDDEN)
    assert client.get(hidden.get_absolute_url()).status_code == 410
    for unknown in ("/researchers/999999999-grace-hopper/", "/researchers/99999999999999999999999-grace-hopper/"):
        answer = client.get(unknown)
        assert answer.status_code == 404
        assert 'value="grace hopper"' in answer.content.decode()


GARBAGE: list[dict[str, Any]] = [
    {"year": "abc"},
    {"year": "99999999999999999999"},
    {"topic": "nosuch", "kind": "nosuch", "sort": "nosuch"},
    {"text": "\x00"},
    {"text": 'a" OR - & | ! <-> :* ('},
    {"text": "x" * 5000},
    {"cursor": "2020-01-01~99999999999999999999999"},
    {"cursor": "0000-00-00~1"},
    {"cursor": "\x00~\x00"},
    {"year": ["2020", "2021"], "cursor": ["", "~"]},
]


@pytest.mark.parametrize("query", GARBAGE)
@pytest.mark.parametrize("fragment", [False, True])
def test_garbage_in_the_query_never_fails(client: Client, ada: Author, query: dict[str, Any], fragment: bool) -> None:
    headers = {"HX-Request": "true", "HX-Target": "published"} if fragment else {}
    assert client.get(ada.get_absolute_url(), query, headers=headers).status_code == 200


def test_what_was_not_understood_is_named(client: Client, ada: Author) -> None:
    text = page_of(client, ada, year="1066", topic="nosuch")
    assert "Not understood and left out: year, topic." in text
    assert "On Bernoulli numbers" in text


def test_works_are_filtered_and_sorted(client: Client, ada: Author) -> None:
    for code in ("cs.PL", "math.NT"):
        AuthorTopicFactory.create(author=ada, topic=Topic.objects.get(code=code))
    assert "analytical engine" not in page_of(client, ada, year="2020")
    assert "Bernoulli" not in page_of(client, ada, topic="cs.PL")
    assert "Bernoulli" not in page_of(client, ada, text="analytical")
    assert "No work fits" in page_of(client, ada, text="thermodynamics")
    oldest = page_of(client, ada, sort="oldest")
    assert oldest.index("Bernoulli") < oldest.index("analytical engine")


def test_the_controls_swap_only_the_list(client: Client, ada: Author) -> None:
    headers = {"HX-Request": "true", "HX-Target": "published"}
    answer = client.get(ada.get_absolute_url(), {"sort": "oldest"}, headers=headers)
    text = answer.content.decode()
    assert text.lstrip().startswith("<section")
    assert "<html" not in text
    assert "HX-Request" in answer["Vary"]
    restored = client.get(ada.get_absolute_url(), headers={**headers, "HX-History-Restore-Request": "true"})
    assert "<html" in restored.content.decode()


@pytest.mark.parametrize("sort", ["newest", "oldest"])
def test_paging_shows_every_work_once(client: Client, sort: str) -> None:
    author = AuthorFactory.create(work_count=45)
    titles = {f"Part {n:03d}" for n in range(45)}
    for number, title in enumerate(sorted(titles)):
        # Some on one day, some with only a year: the cursor must step through ties.
        printed_work(
            [author], title=title, submitted=date(2020, 1, 1 + number // 10) if number % 7 else None, year=2020
        )
    seen: list[str] = []
    query = f"?sort={sort}"
    while query:
        text = client.get(author.get_absolute_url() + query).content.decode()
        seen += list(re.findall(r">(Part \d{3})<", text))
        following = re.search(r'rel="next" href="(\?[^"]+)"', text)
        query = following[1].replace("&amp;", "&") if following else ""
    assert len(seen) == 45
    assert set(seen) == titles


def grown(works: int, co_authors: int) -> Author:
    """An author with so many works, each with so many co-authors, topics and versions."""
    author: Author = AuthorFactory.create(work_count=works, years=[[2021, works]])
    TrustSnapshotFactory.create(author=author)
    others = AuthorFactory.create_batch(co_authors)
    for other in others:
        first, second = sorted((author, other), key=lambda one: one.pk)
        CollaborationFactory.create(a=first, b=second, works=works)
    topics = TopicFactory.create_batch(3)
    for topic in topics:
        AuthorTopicFactory.create(author=author, topic=topic)
    for _ in range(works):
        work = printed_work([author, *others], topics=[topic.code for topic in topics])
        WorkVersionFactory.create(work=work)
    return author


def queries_for(client: Client, author: Author) -> int:
    cache.clear()
    with CaptureQueriesContext(connection) as captured:
        page_of(client, author)
    return len(captured)


def test_the_number_of_queries_does_not_grow(client: Client, reader: User) -> None:
    small, large = grown(3, 1), grown(300, 8)
    anonymous = queries_for(client, small)
    assert anonymous == queries_for(client, large) <= MOST_QUERIES
    client.force_login(reader)
    assert queries_for(client, small) == queries_for(client, large) <= MOST_QUERIES + 2


@pytest.mark.parametrize(
    ("level", "expected"),
    [(Claim.State.PENDING, "Your claim waits for a decision"), (Claim.State.ACCEPTED, "This page is yours.")],
)
def test_the_claimant_sees_where_they_stand(
    client: Client, ada: Author, claimant: User, level: str, expected: str
) -> None:
    ClaimFactory.create(author=ada, user=claimant, state=level)
    client.force_login(claimant)
    assert expected in page_of(client, ada)


def test_others_see_that_a_page_is_owned_but_not_by_whom(
    client: Client, ada: Author, claimant: User, reader: User
) -> None:
    ClaimFactory.create(author=ada, user=claimant, state=Claim.State.ACCEPTED)
    anonymous = page_of(client, ada)
    assert "Claimed author" in anonymous
    assert "Log in to invite" in anonymous
    client.force_login(reader)
    text = page_of(client, ada)
    assert "Dispute the claim" in text
    assert claimant.email not in anonymous + text


def test_staff_see_how_many_claims_wait(client: Client, ada: Author, claimant: User, staff: User) -> None:
    ClaimFactory.create(author=ada, user=claimant)
    client.force_login(staff)
    assert "1 claim on this record to decide" in page_of(client, ada)


def test_why_a_work_is_here(client: Client, ada: Author) -> None:
    attribution = Attribution.objects.filter(author=ada).latest("pk")
    attribution.confidence, attribution.reasons = 0.62, [["name", []]]
    attribution.save()
    address = reverse("researcher-why", args=[ada.pk, ada.slug, attribution.pk])
    assert "Not sure" in page_of(client, ada)
    plain = client.get(address).content.decode()
    fragment = client.get(address, headers={"HX-Request": "true"}).content.decode()
    for text in (plain, fragment):
        assert "Worked out from the record" in text
        assert "62&nbsp;%" in text
        assert "The name is printed the same way on the other works here." in text
    assert "<html" in plain
    assert "<html" not in fragment
    other = Attribution.objects.exclude(author=ada).latest("pk")
    assert client.get(reverse("researcher-why", args=[ada.pk, ada.slug, other.pk])).status_code == 404


def test_why_names_the_source(client: Client, ada: Author) -> None:
    """The outside record where the name is printed, else the source that it came from."""

    def why(title: str) -> str:
        held = Attribution.objects.get(author=ada, work__title=title)
        return client.get(reverse("researcher-why", args=[ada.pk, ada.slug, held.pk])).text

    assert 'href="https://arxiv.org/abs/2105.00001"' in why("Notes on the analytical engine")
    assert "in a record of the source arXiv" in why("On Bernoulli numbers")


@pytest.mark.parametrize("work", ["", "12", "abc", "9" * 5000, "-1"])
def test_the_corrections_page_takes_any_work(client: Client, ada: Author, work: str) -> None:
    assert client.get(reverse("researcher-corrections", args=[ada.pk, ada.slug]), {"work": work}).status_code == 200


def test_an_author_without_works_has_a_page_that_says_so(client: Client) -> None:
    text = page_of(client, AuthorFactory.create(work_count=0, first_year=None, last_year=None))
    assert "No works at present" in text
    assert "Not worked out yet" in text


def test_the_description_is_made_of_facts() -> None:
    topics = [Topic(code="cs.IR", name="Information Retrieval"), Topic(code="cs.CL", name="")]
    people = [Author(display_name="Yun Xiao"), Author(display_name="Di Jin")]
    assert (
        describe(topics, people) == "Publishes on Information Retrieval and cs.CL, most often with Yun Xiao and Di Jin."
    )
    assert describe([*topics[:1], *topics], []) == "Publishes on Information Retrieval and cs.CL."
    assert describe(topics[:1], []) == "Publishes on Information Retrieval."
    assert describe([], []) == "An author of imported works whose topics are not known."


def test_followers_are_counted(client: Client, ada: Author) -> None:
    FollowFactory.create_batch(3, author=ada)
    assert 'aria-label="3 followers"' in page_of(client, ada)
