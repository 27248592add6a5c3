from __future__ import annotations

import re
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from tests.factories import (
    AuthorFactory,
    AuthorshipInstitutionFactory,
    InstitutionFactory,
    TopicFactory,
    UserFactory,
    WorkFactory,
    printed_work,
)
from works.addresses import name_url

pytestmark = pytest.mark.django_db


def test_an_empty_catalogue_says_what_will_be_here(client: Client) -> None:
    assert b"Nothing has been imported yet" in client.get("/").content
    for path in ("/listing/", "/topics/", "/institutions/", "/search/?kind=researchers"):
        assert client.get(path).status_code == 200


def test_home_shows_works_and_researchers(client: Client) -> None:
    shang = AuthorFactory.create(display_name="Yue Shang")
    printed_work([shang], title="TeKo", topics=["cs.CL"])
    page = client.get("/").content.decode()
    assert "TeKo" in page
    assert shang.get_absolute_url() in page
    assert "/topics/cs.CL/" in page
    assert page.index('role="search"') < page.index("TeKo")
    assert "card-tags" not in page


def test_home_lists_a_topic_name_once(client: Client) -> None:
    WorkFactory.create()
    TopicFactory.create(code="cs.LG", name="Machine Learning", work_count=9)
    TopicFactory.create(code="stat.ML", name="Machine Learning", work_count=5)
    page = client.get("/").content.decode()
    assert "/topics/cs.LG/" in page
    assert "/topics/stat.ML/" not in page


def test_the_listing_files_works_under_months_and_pages(client: Client) -> None:
    for day in range(1, 29):
        printed_work([], title=f"May {day}", submitted=date(2021, 5, day), topics=["cs.CL"])
    printed_work([], title="April work", submitted=date(2021, 4, 1))
    first = client.get("/listing/").content.decode()
    assert "May 2021" in first
    assert "April work" not in first
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following
    second = client.get(f"/listing/{following[1].replace('&amp;', '&')}").content.decode()
    assert "April work" in second
    assert "May 28" not in second
    assert "First page" in second


def test_the_listing_takes_a_topic_and_days(client: Client) -> None:
    printed_work([], title="In topic", topics=["cs.CL"], submitted=date(2021, 5, 1))
    printed_work([], title="Too late", topics=["cs.CL"], submitted=date(2021, 6, 1))
    printed_work([], title="Elsewhere", topics=["cs.IR"], submitted=date(2021, 5, 1))
    page = client.get("/listing/?topic=cs.CL&from=2021-05-01&to=2021-05-31").content.decode()
    assert "In topic" in page
    assert "Too late" not in page
    assert "Elsewhere" not in page


def test_a_topic_shows_its_works(client: Client) -> None:
    printed_work([], title="On retrieval", topics=["cs.IR"])
    printed_work([], title="Elsewhere", topics=["cs.CL"])
    page = client.get("/topics/cs.IR/").content.decode()
    assert "On retrieval" in page
    assert "Elsewhere" not in page
    assert "/topics/cs.IR/" in client.get("/topics/").content.decode()


def test_an_institution_shows_the_works_that_name_it(client: Client) -> None:
    place = InstitutionFactory.create(name="Tianjin University")
    work = printed_work(["Di Jin", "Zhizhi Yu"], title="TeKo")
    for authorship in work.authorships.all():
        AuthorshipInstitutionFactory.create(authorship=authorship, institution=place)
    page = client.get(place.get_absolute_url()).content.decode()
    assert page.count('<article class="work"') == 1
    assert client.get(f"/institutions/{place.pk}-old-name/")["Location"] == place.get_absolute_url()
    assert client.get(f"/institutions/{place.pk}/").status_code == 301
    assert place.get_absolute_url() in client.get("/institutions/").content.decode()


@pytest.mark.parametrize(
    "path",
    ["/topics/cs.XX/", "/topics/%00/", "/institutions/77-x/", "/names/nobody-here/", "/names/---/", "/names/%00/"],
)
def test_unknown_things_give_the_page_with_a_search_box(client: Client, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert b'role="search"' in response.content


def test_a_name_tells_its_people_apart(client: Client) -> None:
    physicist = AuthorFactory.create(
        display_name="Yue Shang", affiliations=[["City University of Hong Kong", 2022, 2025, 1]]
    )
    engineer = AuthorFactory.create(display_name="Yue Shang", work_count=4)
    printed_work([physicist, "Xiaotian Li"], topics=["cond-mat.dis-nn"])
    printed_work([engineer, AuthorFactory.create(display_name="Yun Xiao")], topics=["cs.IR"])
    page = client.get("/names/shang-yue/").content.decode()
    for text in ("cond-mat.dis-nn", "cs.IR", "Yun Xiao", "City University of Hong Kong"):
        assert text in page
    assert page.index(engineer.get_absolute_url()) < page.index(physicist.get_absolute_url())


def test_a_name_is_found_under_every_printed_form(client: Client) -> None:
    author = AuthorFactory.create(display_name="Laurens van der Maaten")
    work = printed_work([author])
    work.authorships.update(raw_name="L. van der Maaten", name_key="van der maaten l")
    response = client.get("/names/van-der-maaten-l/")
    assert "<h1>L. van der Maaten</h1>" in response.content.decode()


def test_a_name_with_a_hyphen_in_its_family_has_a_page(client: Client) -> None:
    author = AuthorFactory.create(display_name="Alexandre Moreau-Gaudry")
    printed_work([author])
    page = client.get(name_url(author.name_key)).content.decode()
    assert "<h1>Alexandre Moreau-Gaudry</h1>" in page


def test_another_spelling_of_a_name_address_is_redirected(client: Client) -> None:
    response = client.get("/names/SHANG-Yue/")
    assert response.status_code == 301
    assert response["Location"] == "/names/shang-yue/"


def test_a_name_in_its_own_script_has_a_page(client: Client) -> None:
    author = AuthorFactory.create(display_name="王伟")
    printed_work([author])
    response = client.get(reverse("name", args=[author.name_key.replace(" ", "-")]))
    assert response.status_code == 200


def test_the_header_knows_who_is_signed_in(client: Client) -> None:
    assert b"Log in" in client.get("/").content
    client.force_login(UserFactory.create(name="Grace Hopper"))
    response = client.get("/")
    assert b"Grace Hopper" in response.content
    assert b"Imports" not in response.content
    assert "private" in response["Cache-Control"]


@pytest.mark.parametrize(
    "path", ["/", "/search/?q=turbulence", "/listing/", "/topics/cs.CE/", "/names/shang-yue/", "/api/docs/"]
)
def test_nothing_needs_inline_script_or_style(client: Client, path: str) -> None:
    printed_work([AuthorFactory.create(display_name="Yue Shang")], title="Turbulence", topics=["cs.CE"])
    response = client.get(path)
    page = response.content.decode()
    assert "'unsafe-inline'" not in response["Content-Security-Policy"]
    assert not re.search(r"<script(?![^>]*\b(?:src=|application/ld\+json))", page)
    assert not re.search(r"<style|\sstyle=|\son\w+=", page)


def test_the_number_of_queries_does_not_grow(client: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    place = InstitutionFactory.create()
    for count in (3, 30):
        for n in range(count):
            author = AuthorFactory.create(display_name="Yue Shang")
            work = printed_work([author, "Ben Okri"], topics=["cs.CE"], arxiv=f"{count}.{n}")
            AuthorshipInstitutionFactory.create(authorship=work.authorships.get(position=0), institution=place)
        for path, queries in (
            ("/", 6),
            ("/listing/", 5),
            ("/listing/?topic=cs.CE", 6),
            ("/topics/", 1),
            ("/topics/cs.CE/", 5),
            (place.get_absolute_url(), 5),
            ("/names/shang-yue/", 5),
        ):
            with django_assert_num_queries(queries):
                client.get(path)


def test_a_work_is_linked_wherever_it_is_listed(client: Client) -> None:
    shang = AuthorFactory.create(display_name="Yue Shang")
    work = printed_work([shang], title="TeKo: Text-Rich Graph Neural Networks", topics=["cs.CL"])
    for page in ("/", "/listing/", "/search/?q=teko", "/topics/cs.CL/", shang.get_absolute_url()):
        content = client.get(page).content.decode()
        assert f'href="{work.get_absolute_url()}"' in content, page
        assert 'href=""' not in content, page
