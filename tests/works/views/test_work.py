from __future__ import annotations

import gzip
import json
import re
from datetime import UTC, date, datetime

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.factories import (
    AuthorFactory,
    AuthorshipFactory,
    AuthorshipInstitutionFactory,
    InstitutionFactory,
    WorkFactory,
    WorkVersionFactory,
    printed_work,
)
from works.models import Authorship, Work

pytestmark = pytest.mark.django_db


def page_of(client: Client, work: Work) -> str:
    return client.get(work.get_absolute_url()).content.decode()


@pytest.fixture
def teko() -> Work:
    shang = AuthorFactory.create(display_name="Yue Shang")
    work = printed_work(
        ["Zhizhi Yu", shang],
        title="TeKo: Text-Rich Graph Neural Networks with External Knowledge",
        topics=["cs.CL"],
        arxiv="2206.07253",
        doi="10.1109/tnnls.2023.3281354",
        submitted=date(2022, 6, 15),
        comments="Accepted",
        journal_ref="Neurons 7",
        code_links=["https://github.com/example/teko"],
    )
    WorkVersionFactory.create(work=work, submitted_at=datetime(2022, 6, 15, tzinfo=UTC), size_kb=812)
    return work


def test_everything_that_is_known_is_shown(client: Client, teko: Work) -> None:
    page = page_of(client, teko)
    for text in (
        "TeKo: Text-Rich", "Zhizhi Yu", "https://arxiv.org/abs/2206.07253", "15 June 2022", "v1, 15 June 2022, 812 kB",
        "Neurons 7", "Accepted", "/topics/cs.CL/", "https://github.com/example/teko", "@misc{yu2022teko",
    ):  # fmt: skip
        assert text in page
    assert re.search(r'<a href="/researchers/\d+-yue-shang/">Yue Shang</a>', page)


def test_machines_can_read_it(client: Client, teko: Work) -> None:
    page = page_of(client, teko)
    assert '<meta name="citation_author" content="Shang, Yue">' in page
    assert '<meta name="citation_publication_date" content="2022/06/15">' in page
    block = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert block
    data = json.loads(block[1])
    assert data["@type"] == "ScholarlyArticle"
    assert [author["name"] for author in data["author"]] == ["Zhizhi Yu", "Yue Shang"]
    assert "https://doi.org/10.1109/tnnls.2023.3281354" in data["sameAs"]


def test_text_from_outside_stays_text(client: Client) -> None:
    evil = '</script><img src=x onerror="alert(1)">'
    page = page_of(client, printed_work([evil], title=evil, abstract=evil, comments=evil, journal_ref=evil))
    assert "<img src=x" not in page


def test_formulas_become_mathml(client: Client) -> None:
    assert "<math" in page_of(client, WorkFactory.create(title="The $B_c$ meson"))


@pytest.mark.parametrize("suffix", ["", "cite.bib"])
def test_another_slug_is_sent_to_the_right_address(client: Client, teko: Work, suffix: str) -> None:
    response = client.get(f"/works/{teko.pk}-old-title/{suffix}?v=1")
    assert response.status_code == 301
    assert response["Location"] == f"{teko.get_absolute_url()}{suffix}?v=1"


def test_a_bare_id_is_sent_to_the_right_address(client: Client, teko: Work) -> None:
    assert client.get(f"/works/{teko.pk}/")["Location"] == teko.get_absolute_url()


@pytest.mark.parametrize("path", ["/works/999999-x/", "/works/" + "9" * 30 + "-x/", "/works/1-x/cite.exe"])
def test_unknown_works_give_the_page_with_a_search_box(client: Client, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert b'role="search"' in response.content


def test_deleted_works_are_gone(client: Client) -> None:
    work = WorkFactory.create(title="Taken back", is_deleted=True)
    for below in ("", "cite.bib", "authors/"):
        response = client.get(work.get_absolute_url() + below)
        assert response.status_code == 410
        assert "Taken back" not in response.content.decode()


@pytest.mark.parametrize(
    ("extension", "content_type", "text"),
    [
        ("bib", "application/x-bibtex", "author = {Yu, Zhizhi and Shang, Yue}"),
        ("ris", "application/x-research-info-systems", "AU  - Shang, Yue"),
        ("json", "application/vnd.citationstyles.csl+json", '"family": "Shang"'),
    ],
)
def test_citations(client: Client, teko: Work, extension: str, content_type: str, text: str) -> None:
    response = client.get(f"{teko.get_absolute_url()}cite.{extension}")
    assert response["Content-Type"].startswith(content_type)
    assert text in response.content.decode()


def work_with_authors(count: int) -> Work:
    work: Work = WorkFactory.create(title="The detector", author_count=count)
    pattern = AuthorshipFactory.build(work=work)
    fields = [field.attname for field in Authorship._meta.concrete_fields]
    rows = [Authorship(**{name: getattr(pattern, name) for name in fields}) for _ in range(count)]
    for position, row in enumerate(rows):
        row.position, row.raw_name = position, f"Ann Example{position}"
    Authorship.objects.bulk_create(rows)
    return work


@pytest.mark.parametrize("count", [26, 300, 3000])
def test_long_author_lists_unfold(
    client: Client, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    work = work_with_authors(count)
    with django_assert_num_queries(6):
        page = page_of(client, work)
    shown, _, folded = page[page.index("</head>") :].partition("<details")
    assert "Ann Example24" in shown
    assert "Ann Example25" not in shown
    assert f"Show {count - 25:,} more author" in folded
    assert f"Ann Example{min(count, 500) - 1}" in folded
    assert ("2,500 more authors" in folded) == (count == 3000)
    assert len(gzip.compress(page.encode())) < 30 * 1024


def test_very_long_author_lists_come_in_parts(client: Client) -> None:
    work = work_with_authors(1203)
    address = f"{work.get_absolute_url()}authors/"
    part = client.get(f"{address}?from=500", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "Ann Example500<" not in part
    assert "Ann Example500, " in part
    assert "from=1000" in part
    last = client.get(f"{address}?from=1000").content.decode()
    assert "Authors 1,001 to 1,203 of 1,203" in last
    assert "Ann Example1202" in last
    assert "Further authors" not in last
    assert client.get(f"/works/{work.pk}-old/authors/?from=500")["Location"] == f"{address}?from=500"
    for garbage in ("from=x", "from=-1", "from=99999999999999999999", "from=%00", ""):
        assert client.get(f"{address}?{garbage}").status_code == 200


def test_the_citation_file_names_every_author(client: Client) -> None:
    work = work_with_authors(501)
    assert b"Example500" not in client.get(work.get_absolute_url()).content
    assert client.get(f"{work.get_absolute_url()}cite.ris").content.count(b"AU  - ") == 501


def test_a_cut_list_says_so(client: Client) -> None:
    work = printed_work(["Zhizhi Yu"], authors_complete=False, authors_missing=2)
    assert "cut at the source: 2 authors are not shown there" in page_of(client, work)


def test_institutions_are_linked(client: Client, teko: Work) -> None:
    place = InstitutionFactory.create(name="Tianjin University")
    AuthorshipInstitutionFactory.create(authorship=teko.authorships.get(position=0), institution=place)
    assert f'<a href="{place.get_absolute_url()}">Tianjin University</a>' in page_of(client, teko)
