from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.factories import AuthorFactory, InstitutionFactory, TopicFactory, WorkFactory, printed_work

pytestmark = pytest.mark.django_db


def test_works_can_be_narrowed(client: Client) -> None:
    shang = AuthorFactory.create(display_name="Yue Shang")
    printed_work([shang], title="TeKo", topics=["cs.CL"])
    printed_work(["Someone Else"], title="Other work", topics=["cs.IR"], year=2019)
    for query in ("topic=cs.CL", f"author={shang.pk}", "q=teko", "year=2021"):
        answer = client.get(f"/api/v1/works/?{query}").json()
        assert [work["title"] for work in answer["results"]] == ["TeKo"], query


def test_a_work_has_its_authors_with_records(client: Client) -> None:
    shang = AuthorFactory.create(display_name="Yue Shang")
    work = printed_work(["Zhizhi Yu", shang], arxiv="2206.07253", topics=["cs.CL"])
    answer = client.get(f"/api/v1/works/{work.pk}/").json()
    assert [(row["raw_name"], row["author"]) for row in answer["authorships"]] == [
        ("Zhizhi Yu", None),
        ("Yue Shang", shang.pk),
    ]
    assert answer["identifiers"] == [
        {"scheme": "arxiv", "value": "2206.07253", "url": "https://arxiv.org/abs/2206.07253"}
    ]
    assert answer["topics"] == ["cs.CL"]
    assert answer["url"] == f"http://testserver{work.get_absolute_url()}"


def test_authors_topics_and_institutions(client: Client) -> None:
    shang = AuthorFactory.create(display_name="Yue Shang")
    AuthorFactory.create(display_name="Wei Wang", status="hidden")
    TopicFactory.create(code="cs.CL")
    InstitutionFactory.create(name="Tianjin University")
    assert [row["id"] for row in client.get("/api/v1/authors/?q=shang").json()["results"]] == [shang.pk]
    assert client.get("/api/v1/authors/").json()["results"][0]["display_name"] == "Yue Shang"
    assert client.get("/api/v1/topics/cs.CL/").json()["code"] == "cs.CL"
    assert client.get("/api/v1/institutions/").json()["results"][0]["name"] == "Tianjin University"


def test_it_is_read_only(client: Client) -> None:
    work = WorkFactory.create()
    for method in (client.post, client.put, client.patch, client.delete):
        assert method(f"/api/v1/works/{work.pk}/").status_code == 405


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("works/?page_size=-1", 200),
        ("works/?page_size=99999999999", 200),
        ("works/?q=%00", 400),
        ("works/?author=99999999999999999999", 400),
        ("works/?author=x", 400),
        ("works/?year=99999999999", 400),
        ("works/?topic=%00", 400),
        ("works/99999999999999999999/", 404),
        ("works/x/", 404),
        ("authors/?orcid=%00", 400),
    ],
)
def test_garbage_is_answered_in_plain_words(client: Client, query: str, status: int) -> None:
    assert client.get(f"/api/v1/{query}").status_code == status


def test_schema_and_documentation(client: Client) -> None:
    assert b"/api/v1/works/{id}/" in client.get("/api/schema/").content
    page = client.get("/api/docs/").content.decode()
    assert '<a href="/api/v1/works/"><code>/api/v1/works/</code></a>' in page
    assert "/api/docs/</code>" not in page
    for words in (
        "/api/v1/authors/{id}/",
        "One author record.",
        "Code of a topic, such as cs.CL",
        "<code>display_name</code>",
    ):
        assert words in page


def test_the_number_of_queries_does_not_grow(client: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    author = AuthorFactory.create()
    for count in (3, 30):
        for n in range(count):
            work = printed_work([author, "Ben Okri"], topics=["cs.CE"], arxiv=f"{count}.{n}")
        with django_assert_num_queries(3):
            client.get("/api/v1/works/?page_size=100")
        with django_assert_num_queries(5):
            client.get(f"/api/v1/works/{work.pk}/")
        with django_assert_num_queries(1):
            client.get("/api/v1/authors/")
