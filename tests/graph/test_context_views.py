"""The context page: circles, similar researchers, charts."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from django.test import Client

from graph.refresh import refresh_all
from tests.factories import AuthorFactory, printed_work
from works.models import Author, Topic

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clean_cache")]


def ada_with_circles(size: int = 3) -> Author:
    """Ada writes with two groups; Sue writes with one person of each and on Ada's topics, never with Ada."""
    ada = AuthorFactory.create(display_name="Ada Lovelace")
    sue = AuthorFactory.create(display_name="Sue Stranger")
    for group in ("Left", "Right"):
        people = [AuthorFactory.create(display_name=f"{group} Person{n}") for n in range(size)]
        printed_work([ada, *people], topics=["cs.LG", f"math.{group}"], year=2015)
        printed_work([ada, people[0]], topics=["cs.LG"], year=2019)
        printed_work([sue, people[0]], topics=["cs.LG"], year=2020)
    refresh_all()
    return ada


def test_the_page_explains_circles_and_similar_researchers(client: Client) -> None:
    ada = ada_with_circles()
    page = client.get(f"{ada.get_absolute_url()}context/").content.decode()
    for text in (
        "Circles of collaborators",
        "Left Person1",
        "Sue Stranger",
        "2 collaborators (Left Person0, Right Person0)",
    ):
        assert text in page
    assert "Topics over time" in page
    assert "Collaborators over time" in page


def test_shared_topics_stand_as_codes_with_names(client: Client) -> None:
    ada = ada_with_circles()
    Topic.objects.filter(code="cs.LG").update(name="Machine Learning")
    page = client.get(f"{ada.get_absolute_url()}context/").content.decode()
    similar = page.split("Similar researchers</h3>")[1].split("</section>")[0]
    assert 'Shares 1 topic (<span class="tag">cs.LG</span> Machine Learning) and 2 collaborators (' in similar


def test_co_authors_are_not_called_similar(client: Client) -> None:
    ada = ada_with_circles()
    page = client.get(f"{ada.get_absolute_url()}context/", headers={"HX-Request": "true"}).content.decode()
    similar = page.split("Similar researchers")[1].split("</section>")[0]
    assert "Person" not in similar.replace("Left Person0, Right Person0", "")


def test_queries_do_not_grow_with_the_record(
    client: Client, django_assert_num_queries: Callable[..., AbstractContextManager[object]]
) -> None:
    for size in (3, 12):
        ada = ada_with_circles(size)
        with django_assert_num_queries(11):
            client.get(f"{ada.get_absolute_url()}context/")


def test_an_empty_record_has_an_empty_page(client: Client) -> None:
    lonely = AuthorFactory.create()
    assert "Nothing to compare yet" in client.get(f"{lonely.get_absolute_url()}context/").content.decode()
