"""The slice as a page and a fragment: complete without scripts, constant in queries, kind to garbage."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from django.test import Client

from graph.refresh import refresh_all, refresh_authors
from tests.factories import AuthorFactory, AuthorshipInstitutionFactory, InstitutionFactory, TopicFactory, printed_work
from works.models import Author, Topic, Work

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clean_cache")]
FRAGMENT = {"HX-Request": "true"}


def ada_and_friends(friends: int = 3, works_each: int = 1) -> Author:
    ada = AuthorFactory.create(display_name="Ada Lovelace")
    place = InstitutionFactory.create(name="University of London")
    for number in range(friends):
        friend = AuthorFactory.create(display_name=f"Friend Number{number}")
        for _ in range(works_each):
            work = printed_work([ada, friend], topics=["cs.LG", f"math.T{number}"], year=2010 + number % 10)
            AuthorshipInstitutionFactory.create(authorship=work.authorships.first(), institution=place)
    refresh_all()
    return ada


def test_the_fragment_has_drawing_filters_table_and_files(client: Client) -> None:
    ada = ada_and_friends()
    page = client.get(f"{ada.get_absolute_url()}graph/", headers=FRAGMENT).content.decode()
    assert "<html" not in page
    assert page.count('class="graph-svg graph-svg-') == 2
    for text in (
        "Friend Number0",
        "1 work together, 2010",
        "University of London",
        "GRAPHML",
        "make no collaborations",
    ):
        assert text in page
    assert 'style="' not in page


def test_without_scripts_it_is_a_whole_page(client: Client) -> None:
    ada = ada_and_friends()
    response = client.get(f"{ada.get_absolute_url()}graph/")
    assert b"<html" in response.content
    assert "HX-Request" in response["Vary"]


@pytest.mark.parametrize("what", ["work", "topic", "institution"])
def test_works_topics_and_institutions_have_slices_too(client: Client, what: str) -> None:
    ada = ada_and_friends()
    thing = {
        "work": Work.objects.first(),
        "topic": Topic.objects.get(code="cs.LG"),
        "institution": ada.institution_counts.get().institution,
    }[what]
    assert thing is not None
    page = client.get(f"{thing.get_absolute_url()}graph/", headers=FRAGMENT).content.decode()
    assert "Ada Lovelace" in page


def test_an_author_without_company_gets_an_empty_state(client: Client) -> None:
    lonely = AuthorFactory.create()
    assert "Nothing around" in client.get(f"{lonely.get_absolute_url()}graph/").content.decode()


def test_filters_keep_only_the_kinds_and_years_asked_for(client: Client) -> None:
    ada = ada_and_friends(friends=4)
    address = f"{ada.get_absolute_url()}graph/"
    page = client.get(f"{address}?kind=researcher&from=2011&to=2012", headers=FRAGMENT).content.decode()
    assert "Friend Number1" in page
    assert "Friend Number0" not in page
    assert "University of London" not in page


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("from=2015&to=2010", "the wrong way round; this shows 2010 to 2015"),
        ("from=abc", "was left out"),
        ("from=99999999999999999999&kind=dragon", "was left out"),
        ("to=%00%F0%9F%90%89", "was left out"),
    ],
)
def test_garbage_in_the_filters_is_corrected_and_said(client: Client, query: str, said: str) -> None:
    ada = ada_and_friends()
    response = client.get(f"{ada.get_absolute_url()}graph/?{query}")
    assert response.status_code == 200
    assert said in response.content.decode()


def test_merged_hidden_and_unknown_authors(client: Client) -> None:
    ada = ada_and_friends()
    merged = AuthorFactory.create(status=Author.Status.MERGED, merged_into=ada)
    hidden = AuthorFactory.create(status=Author.Status.HIDDEN)
    moved = client.get(f"/researchers/{merged.pk}-x/graph/")
    assert (moved.status_code, moved["Location"]) == (301, f"{ada.get_absolute_url()}graph/")
    assert client.get(f"/researchers/{ada.pk}-wrong/graph/").status_code == 301
    assert client.get(f"{hidden.get_absolute_url()}graph/").status_code == 404
    assert client.get("/researchers/99999999999999999999/graph/").status_code == 404
    assert client.get("/researchers/9999999999999999999-x/graph/").status_code == 404


def test_hidden_authors_stand_in_no_slice(client: Client) -> None:
    ada = ada_and_friends()
    Author.objects.filter(display_name="Friend Number1").update(status=Author.Status.HIDDEN)
    assert b"Friend Number1" not in client.get(f"{ada.get_absolute_url()}graph/").content


def test_the_number_of_queries_does_not_grow_with_the_author(
    client: Client, django_assert_num_queries: Callable[..., AbstractContextManager[object]]
) -> None:
    small, large = ada_and_friends(friends=2), ada_and_friends(friends=30, works_each=2)
    for author in (small, large):
        with django_assert_num_queries(8):
            client.get(f"{author.get_absolute_url()}graph/")


def test_the_second_reader_is_served_from_the_cache_until_something_changes(
    client: Client,
    django_assert_num_queries: Callable[..., AbstractContextManager[object]],
    django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[object]],
) -> None:
    ada = ada_and_friends()
    address = f"{ada.get_absolute_url()}graph/"
    client.get(address)
    with django_assert_num_queries(1):
        client.get(address)
    printed_work([ada, AuthorFactory.create(display_name="Newcomer Nell")])
    with django_capture_on_commit_callbacks(execute=True):
        refresh_authors([ada.pk])
    assert b"Newcomer Nell" in client.get(address).content


def test_a_work_with_three_thousand_authors_is_drawn_and_says_the_rule(client: Client) -> None:
    work = printed_work([f"Name Number{n}" for n in range(3000)])
    TopicFactory.create()
    authors = [AuthorFactory.create() for _ in range(3)]
    for authorship, author in zip(work.authorships.order_by("position"), authors, strict=False):
        authorship.attribution = author.attributions.create(authorship=authorship, work=work)
    page = client.get(f"{work.get_absolute_url()}graph/").content.decode()
    assert "3,000 authors" in page
    assert "make no collaborations" in page


def test_topics_with_one_name_are_told_apart_by_their_codes(client: Client) -> None:
    ada = AuthorFactory.create(display_name="Ada Lovelace")
    for code in ("cs.LG", "stat.ML", "cs.IR"):
        TopicFactory.create(code=code, name="Retrieval" if code == "cs.IR" else "Machine Learning")
    printed_work([ada], topics=["cs.LG", "stat.ML", "cs.IR"])
    refresh_all()
    page = client.get(f"{ada.get_absolute_url()}graph/").content.decode()
    assert "Machine Learning (cs.LG)" in page
    assert "Machine Learning (stat.ML)" in page
    assert "Retrieval (cs.IR)" not in page
