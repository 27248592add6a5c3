from __future__ import annotations

import lxml.etree
import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.factories import AuthorFactory, InstitutionFactory, TopicFactory, WorkFactory, printed_work
from works.views import crawlers

pytestmark = pytest.mark.django_db
MAP = f"{{{crawlers.XMLNS}}}"


def listed(client: Client) -> dict[str, str | None]:
    """Every address of the site map with the day of its last change."""
    found: dict[str, str | None] = {}
    for part in lxml.etree.fromstring(client.get("/sitemap.xml").content).iter(f"{MAP}loc"):
        for entry in lxml.etree.fromstring(client.get(part.text or "").content).iter(f"{MAP}url"):
            address = entry.findtext(f"{MAP}loc") or ""
            assert address not in found
            found[address] = entry.findtext(f"{MAP}lastmod")
    return found


def test_the_site_map_names_every_page_with_the_day_of_its_change(client: Client) -> None:
    author = AuthorFactory.create(display_name="Yue Shang")
    work = printed_work([author])
    topic = TopicFactory.create(code="cs.CL", work_count=1)
    place = InstitutionFactory.create(name="Tianjin University", work_count=1)
    site = "http://testserver"
    assert listed(client) == {
        site + work.get_absolute_url(): work.modified_at.date().isoformat(),
        site + author.get_absolute_url(): author.modified_at.date().isoformat(),
        site + topic.get_absolute_url(): None,
        site + place.get_absolute_url(): None,
    }


def test_what_is_no_page_any_more_is_left_out(client: Client) -> None:
    shown = AuthorFactory.create()
    WorkFactory.create(is_deleted=True)
    AuthorFactory.create(status="hidden")
    AuthorFactory.create(status="split")
    AuthorFactory.create(status="merged", merged_into=shown)
    AuthorFactory.create(work_count=0)
    TopicFactory.create(work_count=0)
    InstitutionFactory.create(work_count=0)
    assert list(listed(client)) == [f"http://testserver{shown.get_absolute_url()}"]


def test_a_code_that_two_schemes_share_is_named_once(client: Client) -> None:
    for scheme in ("arxiv", "acm"):
        TopicFactory.create(code="I.2", scheme=scheme, work_count=1)
    assert list(listed(client)) == ["http://testserver/topics/I.2/"]


def test_parts_are_bounded_and_cost_one_query_each(
    client: Client, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    monkeypatch.setattr(crawlers, "PART_SIZE", 2)
    works = [WorkFactory.create() for _ in range(5)]
    assert set(listed(client)) == {f"http://testserver{work.get_absolute_url()}" for work in works}
    part = works[-1].pk // 2
    with django_assert_num_queries(1):
        answer = client.get(f"/sitemap-works-{part}.xml")
    assert 1 <= answer.content.count(b"<url>") <= 2
    with django_assert_num_queries(len(crawlers.SECTIONS)):
        client.get("/sitemap.xml")


@pytest.mark.parametrize("part", ["works-99999999999", "users-0", "works--1", "works-x"])
def test_there_are_no_other_parts(client: Client, part: str) -> None:
    assert client.get(f"/sitemap-{part}.xml").status_code == 404


def test_robots_name_the_site_map(client: Client) -> None:
    assert b"Sitemap: http://testserver/sitemap.xml" in client.get("/robots.txt").content
