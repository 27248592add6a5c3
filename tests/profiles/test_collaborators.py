from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from profiles import collaborators
from tests.factories import AuthorFactory, CollaborationFactory
from works.models import Author

pytestmark = pytest.mark.django_db


def with_collaborators(count: int) -> Author:
    """A researcher with so many co-authors, most of them with one shared work; ids lie on both sides of theirs."""
    early = AuthorFactory.create_batch(count // 2)
    author = AuthorFactory.create(display_name="Hub Author")
    for number, other in enumerate(early):
        CollaborationFactory.create(a=other, b=author, works=1 + number % 3, strength=0.1)
    for other in AuthorFactory.create_batch(count - len(early)):
        CollaborationFactory.create(a=author, b=other, works=1, strength=0.1)
    return author


def test_the_profile_leads_to_all_collaborators(client: Client) -> None:
    few, many = with_collaborators(collaborators.SHOWN), with_collaborators(collaborators.SHOWN + 1)
    address = reverse("researcher-collaborators", args=[many.pk, many.slug])
    assert f'href="{address}"' in client.get(many.get_absolute_url()).content.decode()
    assert "All collaborators" not in client.get(few.get_absolute_url()).content.decode()


def test_every_collaborator_is_on_one_of_the_pages(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collaborators, "PAGE_SIZE", 4)
    author = with_collaborators(11)
    address = reverse("researcher-collaborators", args=[author.pk, author.slug])
    seen, query = [], ""
    for _ in range(3):
        page = client.get(f"{address}?{query}").context
        seen += [(tie.works, tie.author.pk) for tie in page["page"].rows]
        query = page["next_query"]
    assert query == ""
    assert seen == sorted(seen, key=lambda row: (-row[0], row[1]))
    assert len({author for _, author in seen}) == 11


def test_close_ones_are_marked_and_a_strange_cursor_is_the_first_page(client: Client) -> None:
    author = with_collaborators(6)
    address = reverse("researcher-collaborators", args=[author.pk, author.slug])
    first = client.get(address)
    assert first.content.decode().count(">close<") == 2
    assert client.get(address, {"cursor": "x~\0"}).context["page"] == first.context["page"]


def test_the_number_of_queries_does_not_grow(client: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for author in (with_collaborators(2), with_collaborators(40)):
        with django_assert_num_queries(2):
            client.get(reverse("researcher-collaborators", args=[author.pk, author.slug]))


def test_somebody_who_writes_alone(client: Client) -> None:
    alone = AuthorFactory.create()
    page = client.get(reverse("researcher-collaborators", args=[alone.pk, alone.slug])).content.decode()
    assert "No collaborators" in page
