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


def test_a_merged_author_is_answered_as_the_record_it_is_now(client: Client) -> None:
    shang = AuthorFactory.create(display_name="Yue Shang")
    middle = AuthorFactory.create(status="merged", merged_into=shang)
    old = AuthorFactory.create(status="merged", merged_into=middle)
    printed_work([shang], title="TeKo")
    answer = client.get(f"/api/v1/authors/{old.pk}/?a=b")
    assert (answer.status_code, answer["Location"]) == (301, f"/api/v1/authors/{shang.pk}/?a=b")
    assert answer.json()["author"] == shang.pk
    assert "no-cache" in answer["Cache-Control"]
    assert client.get(answer["Location"]).json()["display_name"] == "Yue Shang"
    assert [work["title"] for work in client.get(f"/api/v1/works/?author={old.pk}").json()["results"]] == ["TeKo"]


def test_a_split_author_is_answered_with_those_who_have_the_works(client: Client) -> None:
    physicist = AuthorFactory.create(display_name="Yue Shang")
    split = AuthorFactory.create(display_name="Yue Shang", status="split", work_count=0)
    merged = AuthorFactory.create(status="merged", merged_into=split)
    for address in (f"authors/{split.pk}/", f"authors/{merged.pk}/", f"works/?author={split.pk}"):
        answer = client.get(f"/api/v1/{address}")
        assert answer.status_code == 300, address
        assert [choice["id"] for choice in answer.json()["choices"]] == [physicist.pk]
        assert "split" in answer.json()["detail"]


def test_what_is_no_longer_shown_is_answered_by_410(client: Client) -> None:
    hidden = AuthorFactory.create(status="hidden")
    deleted = WorkFactory.create(is_deleted=True)
    for address in (f"authors/{hidden.pk}/", f"works/?author={hidden.pk}", f"works/{deleted.pk}/"):
        answer = client.get(f"/api/v1/{address}")
        assert (answer.status_code, answer.json()) == (410, {"detail": "This record is no longer shown."}), address
    assert client.get("/api/v1/works/").json()["results"] == []


def test_an_author_without_works_has_an_answer_like_the_page(client: Client) -> None:
    author = AuthorFactory.create(work_count=0)
    assert client.get(f"/api/v1/authors/{author.pk}/").json()["id"] == author.pk
    assert client.get("/api/v1/authors/").json()["results"] == []


def test_a_code_that_two_schemes_share_is_one_topic(client: Client) -> None:
    topic = TopicFactory.create(code="I.2")
    TopicFactory.create(code="I.2", scheme="acm")
    assert client.get("/api/v1/topics/I.2/").json()["scheme"] == topic.scheme


def test_the_api_begins_with_its_lists_and_leads_a_browser_to_the_page(client: Client) -> None:
    answer = client.get("/api/v1/")
    site = "http://testserver/api"
    assert answer.json() == {
        **{name: f"{site}/v1/{name}/" for name in ("authors", "institutions", "topics", "works")},
        "docs": f"{site}/docs/",
        "schema": f"{site}/schema/",
    }
    assert "Accept" in answer["Vary"].split(", ")
    assert client.get("/api/v1/", headers={"Accept": "*/*"}).status_code == 200
    browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    assert client.get("/api/v1/", headers={"Accept": browser})["Location"] == "/api/docs/"


@pytest.mark.parametrize(
    "path", ["v1/nothing/", "v1/works/7/nothing/", "v2/works/", "nothing", "v1/works/x/", "v1/topics/a/b/", "%00/"]
)
def test_an_address_below_the_api_that_leads_nowhere_is_answered_in_json(client: Client, path: str) -> None:
    answer = client.get(f"/api/{path}")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/json")
    assert answer.json() == {"detail": "There is nothing at this address.", "api": "http://testserver/api/v1/"}
    assert client.get("/apis/")["Content-Type"].startswith("text/html")


def test_a_missing_slash_and_the_bare_address_lead_on(client: Client) -> None:
    assert client.get("/api/v1/works")["Location"] == "/api/v1/works/"
    assert client.get("/api/")["Location"] == "/api/v1/"


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
        ("works/?author=999999999999999999", 200),
        ("authors/999999999999999999/", 404),
        ("topics/no.such/", 404),
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
        "Merged into another record, whose address is in Location",
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
        with django_assert_num_queries(5):
            client.get(f"/api/v1/works/?author={author.pk}&page_size=100")
        with django_assert_num_queries(1):
            client.get("/api/v1/authors/")
