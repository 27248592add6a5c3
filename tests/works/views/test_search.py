from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.factories import AuthorFactory, InstitutionFactory, TopicFactory, WorkFactory, printed_work

pytestmark = pytest.mark.django_db

GARBAGE = [
    "q=%00",
    "q=%F0%9F%A6%8A%FF",
    "q=" + "a" * 7_000,
    "q=%22%22%22",
    "q=-x",
    "q=%27%3B+DROP+TABLE",
    "q=%26%7C%21%28",
    "q=x&kind=nonsense",
    "q=x&kind=researchers&cursor=zzz",
    "q=x&kind=researchers&cursor=1~99999999999999999999~1",
    "q=x&cursor=r" + "9" * 50,
    "q=x&cursor=0001-01-01~1",
    "q=x&year=99999999999999999999",
    "q=x&year=%D9%A3",
    "q=x&topic=%00&type=%00&sort=%00",
    "kind=institutions&q=%25%5F",
    "kind=topics&cursor=~",
]


@pytest.mark.parametrize("query", GARBAGE)
@pytest.mark.parametrize("path", ["/search/", "/autocomplete/", "/listing/"])
def test_garbage_gives_a_calm_page(client: Client, path: str, query: str) -> None:
    WorkFactory.create(title="x")
    response = client.get(f"{path}?{query}", headers={"HX-Request": "true"})
    assert response.status_code == 200


def test_facet_links_narrow_the_result(client: Client) -> None:
    printed_work([], title="Turbulence in pipes", topics=["cs.CE"])
    printed_work([], title="Turbulence in stars", topics=["astro-ph"])
    page = client.get("/search/?q=turbulence").content.decode()
    assert '<a href="?q=turbulence&amp;topic=cs.CE">' in page
    narrowed = client.get("/search/?q=turbulence&topic=cs.CE").content.decode()
    assert "Turbulence in pipes" in narrowed
    assert "Turbulence in stars" not in narrowed
    assert "remove this filter" in narrowed


@pytest.mark.parametrize("typed", ["yue shang", "Shang Yue", "shang, y", "YUE SHÁNG", "sha"])
def test_researchers_are_found_in_any_order_and_by_prefix(client: Client, typed: str) -> None:
    AuthorFactory.create(display_name="Yue Shang")
    AuthorFactory.create(display_name="Wei Wang")
    page = client.get("/search/", {"q": typed, "kind": "researchers"}).content.decode()
    assert "Yue Shang" in page
    assert "Wei Wang" not in page


def test_several_records_of_one_name_lead_to_the_name_page(client: Client) -> None:
    AuthorFactory.create_batch(2, display_name="Yue Shang")
    page = client.get("/search/?q=yue+shang&kind=researchers").content.decode()
    assert 'href="/names/shang-yue/"' in page


def test_a_name_among_works_leads_to_the_person(client: Client) -> None:
    author = AuthorFactory.create(display_name="Yue Shang", work_count=4)
    printed_work([author, "Ben Okri"], title="Ranking")
    page = client.get("/search/?q=shang+yue").content.decode()
    assert f'Looking for the researcher? <a href="{author.get_absolute_url()}">Yue Shang</a>, 4 works' in page
    AuthorFactory.create(display_name="Yue Shang")
    page = client.get("/search/?q=yue+shang").content.decode()
    assert 'Several researcher records have the name Yue Shang: <a href="/names/shang-yue/">' in page
    assert "researcher records have" not in client.get("/search/?q=shang").content.decode()


def test_a_misspelled_name_is_corrected(client: Client) -> None:
    AuthorFactory.create_batch(2, display_name="Pieter Abbeel")
    for kind in ("researchers", "works"):
        page = client.get("/search/", {"q": "pieter abeel", "kind": kind}).content.decode()
        assert "Did you mean" in page
        assert page.count("Pieter Abbeel</a>") == 1
        assert 'href="/search/?q=Pieter+Abbeel&amp;kind=researchers"' in page


def test_hidden_and_empty_records_are_not_found(client: Client) -> None:
    AuthorFactory.create(display_name="Yue Shang", status="hidden")
    AuthorFactory.create(display_name="Yue Shang", work_count=0)
    assert "Nothing matches" in client.get("/search/?q=shang&kind=researchers").content.decode()


def test_topics_and_institutions(client: Client) -> None:
    TopicFactory.create(code="cs.IR", name="Information Retrieval")
    InstitutionFactory.create(name="Tianjin University")
    assert "/topics/cs.IR/" in client.get("/search/?q=retrieval&kind=topics").content.decode()
    assert "Tianjin University" in client.get("/search/?q=tianj&kind=institutions").content.decode()


def test_researchers_page_by_cursor(client: Client) -> None:
    authors = AuthorFactory.create_batch(65, display_name="Wei Wang")
    seen: set[int] = set()
    query = "q=wang+wei&kind=researchers"
    for _ in range(3):
        response = client.get(f"/search/?{query}")
        seen |= {portrait.author.pk for portrait in response.context["portraits"]}
        query = response.context["next_query"]
    assert seen == {author.pk for author in authors}
    assert query == ""


def test_what_was_typed_is_escaped(client: Client) -> None:
    page = client.get("/search/", {"q": "<script>alert(1)</script>"}).content.decode()
    assert "<script>alert" not in page


def test_suggestions_lead_to_pages(client: Client) -> None:
    AuthorFactory.create(display_name="Graham Neubig")
    WorkFactory.create(title="Graph networks & <friends>")
    TopicFactory.create(code="cs.GR", name="Graphics")
    InstitutionFactory.create(name="Grand Institute")
    response = client.get("/autocomplete/?q=gra&for=site-search", headers={"HX-Request": "true"})
    page = response.content.decode()
    for text in ("Graham Neubig", "Graph networks &amp; &lt;friends&gt;", "Graphics", "Grand Institute"):
        assert text in page
    assert 'id="site-search-person-1"' in page
    assert "HX-Request" in response["Vary"]


def test_suggestions_without_htmx_go_to_the_results(client: Client) -> None:
    response = client.get("/autocomplete/?q=gra")
    assert response.status_code == 302
    assert response["Location"] == "/search/?q=gra"


def test_the_number_of_queries_does_not_grow(client: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for count in (3, 60):
        for n in range(count):
            author = AuthorFactory.create(display_name="Yue Shang")
            printed_work([author, "Ben Okri"], title=f"Turbulence {count} {n}", topics=["cs.CE"], arxiv=f"{count}.{n}")
        with django_assert_num_queries(9):
            client.get("/search/?q=turbulence")
        with django_assert_num_queries(3):
            client.get("/search/?q=shang&kind=researchers")
        with django_assert_num_queries(5):
            client.get("/autocomplete/?q=turb", headers={"HX-Request": "true"})
