from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories import AuthorFactory, TopicFactory, WorkFactory, printed_work
from works.api_paging import USUAL_SIZE
from works.models import Author, Institution, Topic, Work

pytestmark = pytest.mark.django_db

LISTS = ("works", "authors", "topics", "institutions")
MANY = 2_500
"""More rows of one value than twelve pages of the largest size hold."""
A_DAY = date(2019, 1, 1)


@pytest.fixture
def alike() -> None:
    """Thousands of rows in which all that orders a list but the id is the same, between a few that differ."""

    def with_others(n: int, same: Any, before: Any, after: Any) -> Any:
        return {0: before, MANY - 1: after}.get(n, same)

    Work.objects.bulk_create(
        Work(source="arxiv", title=f"Work {n}", submitted=with_others(n, A_DAY, date(2018, 1, 1), date(2020, 1, 1)))
        for n in range(MANY)
    )
    Author.objects.bulk_create(
        Author(display_name=f"Ada {n}", name_key=f"{n} ada", work_count=with_others(n, 1, 7, 2)) for n in range(MANY)
    )
    Topic.objects.bulk_create(Topic(scheme="msc", code=f"{n}", work_count=with_others(n, 1, 7, 0)) for n in range(MANY))
    Institution.objects.bulk_create(
        Institution(name=f"{n}", name_key=f"{n}", work_count=with_others(n, 0, 7, 2)) for n in range(MANY)
    )


def pages(client: Client, address: str | None, link: str = "next") -> Iterator[list[Any]]:
    """What each page has, following a link from the address on; a link that leads back to a page fails."""
    asked = set()
    while address:
        assert address not in asked
        asked.add(address)
        answer = client.get(address).json()
        yield answer["results"]
        address = answer[link]


def test_a_page_is_followed_by_the_next_in_order(client: Client) -> None:
    for n in range(5):
        printed_work([], title=f"Work {n}", topics=["cs.CL"], arxiv=f"2105.0000{n}")
    found = [work["title"] for page in pages(client, "/api/v1/works/?page_size=2") for work in page]
    assert found == [f"Work {n}" for n in (4, 3, 2, 1, 0)]


@pytest.mark.usefixtures("alike")
@pytest.mark.parametrize("name", LISTS)
def test_next_and_previous_reach_every_row_once_however_many_share_a_value(client: Client, name: str) -> None:
    model = {"works": Work, "authors": Author, "topics": Topic, "institutions": Institution}[name]
    key, keys = ("code", "code") if name == "topics" else ("id", "pk")
    field = "listed_on" if name == "works" else "work_count"
    rows: Any = model
    expected = list(rows.objects.order_by(f"-{field}", "-pk" if name == "works" else "pk").values_list(keys, flat=True))
    last = address = f"/api/v1/{name}/?page_size=200"
    forward = list(pages(client, address))
    assert [row[key] for page in forward for row in page] == expected
    while following := client.get(last).json()["next"]:
        last = following
    backward = [list(reversed(page)) for page in pages(client, last, "previous")]
    assert [row[key] for page in backward for row in page] == expected[::-1]


def test_a_page_says_where_the_list_begins_and_ends(client: Client) -> None:
    for n in range(3):
        AuthorFactory.create(display_name=f"Ada Writer{n}")
    first = client.get("/api/v1/authors/?page_size=2&q=ada").json()
    assert first["previous"] is None
    second = client.get(first["next"]).json()
    assert (len(second["results"]), second["next"]) == (1, None)
    assert client.get(second["previous"]).json() == first
    assert "q=ada" in first["next"]


def test_the_way_back_from_rows_that_are_gone_is_the_beginning(client: Client) -> None:
    AuthorFactory.create(work_count=5)
    answer = client.get("/api/v1/authors/?cursor=1~7").json()
    assert (answer["results"], answer["next"]) == ([], None)
    assert answer["previous"] == "http://testserver/api/v1/authors/"
    answer = client.get("/api/v1/authors/?cursor=before~9~1").json()
    assert (answer["results"], answer["previous"]) == ([], None)
    assert len(client.get(answer["next"]).json()["results"]) == 1


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize(
    "cursor",
    [
        *(base64.b64encode(text).decode() for text in (b"p=abc", b"p=", b"p=%00", b"o=99&p=1")),
        "%00", "zzz", "~", "before~", "before~x~1", "1~2~3", "-1~2", f"1~{2**63}", "2019-02-30~1", f"{'9' * 5000}~1",
        "%F0%9F%92%A9",
    ],
)  # fmt: skip
def test_a_cursor_that_no_answer_gave_is_refused_in_words(client: Client, name: str, cursor: str) -> None:
    AuthorFactory.create()
    answer = client.get(f"/api/v1/{name}/?cursor={cursor}")
    assert answer.status_code == 400
    assert answer.json() == {"cursor": ["Not a cursor of this list: follow next or previous."]}


@pytest.mark.parametrize(("size", "count"), [("", 51), ("3", 3), ("0", 51), ("-1", 51), ("x", 51), ("9" * 30, 51)])
def test_a_page_has_as_many_rows_as_asked_for_within_bounds(client: Client, size: str, count: int) -> None:
    for _ in range(51):
        AuthorFactory.create()
    found = client.get(f"/api/v1/authors/?page_size={size}").json()["results"]
    assert len(found) == min(count, USUAL_SIZE)


def test_no_page_is_larger_than_the_largest(client: Client) -> None:
    Author.objects.bulk_create(Author(display_name="Ada", name_key=f"{n}", work_count=1) for n in range(205))
    assert len(client.get("/api/v1/authors/?page_size=9999").json()["results"]) == 200


def test_a_page_costs_as_many_queries_however_many_rows_there_are(client: Client) -> None:
    TopicFactory.create(code="cs.CL")
    counts = []
    for rows in (30, 300):
        for n in range(rows):
            WorkFactory.create(submitted=date(2019, 1, 1 + n % 2))
        address = client.get("/api/v1/works/?page_size=20").json()["next"]
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        counts.append(len(captured))
    # The rows of the day with their identifiers and topics, and at most once more the days behind it.
    assert max(counts) <= 6


def test_the_schema_and_the_page_about_the_api_tell_of_paging(client: Client) -> None:
    schema = client.get("/api/schema/?format=json").json()
    listing = schema["components"]["schemas"]["PaginatedWorkList"]
    assert list(listing["properties"]) == ["next", "previous", "results"]
    parameters = {entry["name"]: entry for entry in schema["paths"]["/api/v1/works/"]["get"]["parameters"]}
    assert parameters["page_size"]["schema"] == {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}
    assert "400" in parameters["cursor"]["description"]
    page = client.get("/api/docs/").content.decode()
    assert parameters["cursor"]["description"] in page
