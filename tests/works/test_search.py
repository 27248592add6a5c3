from __future__ import annotations

from datetime import date, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.factories import AuthorFactory, TopicFactory, WorkFactory, printed_work
from works import search, text_matches
from works.search import WorkFilters, search_works

pytestmark = pytest.mark.django_db


def titles(query: str, filters: WorkFilters | None = None, *, sort: str = "", cursor: str = "") -> list[str]:
    return [work.title for work in search_works(query, filters or WorkFilters(), sort=sort, cursor=cursor).page.rows]


def test_title_abstract_and_names_are_searched_together() -> None:
    printed_work(["Trevor Darrell"], title="Caffe: fast feature embedding", abstract="Convolutional architectures.")
    printed_work(["Someone Else"], title="Embeddings", abstract="Nothing about coffee.")
    assert titles("darrell caffe") == ["Caffe: fast feature embedding"]
    assert titles("convolutional darrell") == ["Caffe: fast feature embedding"]
    assert titles("embedding") == ["Embeddings", "Caffe: fast feature embedding"]


def test_accents_fold_and_names_are_not_stemmed() -> None:
    printed_work(["Jürgen Schmüdgen"], title="Moments")
    assert titles("Jurgen Schmudgen") == ["Moments"]


def test_phrases_and_exclusions() -> None:
    WorkFactory.create(title="Graph neural networks")
    WorkFactory.create(title="Neural models of graph drawing")
    assert titles('"graph neural"') == ["Graph neural networks"]
    assert titles("graph neural -drawing") == ["Graph neural networks"]


@pytest.mark.parametrize("typed", ["low-dimensional", "low dimensional", '"low-dimensional models"'])
def test_a_hyphen_or_a_space_makes_no_difference(typed: str) -> None:
    WorkFactory.create(title="Low-dimensional models", submitted=date(2022, 1, 1))
    WorkFactory.create(title="Low dimensional models", submitted=date(2021, 1, 1))
    assert titles(typed) == ["Low-dimensional models", "Low dimensional models"]


def test_parts_of_a_hyphenated_word_are_found_alone_and_together_only_in_a_row() -> None:
    printed_work(["Jean-Pierre Meyer"], title="A state-of-the-art survey of self-attention")
    WorkFactory.create(title="Attention turned to the self", abstract="An art.")
    assert titles("jean") == titles("meyer jean-pierre") == ["A state-of-the-art survey of self-attention"]
    assert titles("self-attention") == titles("state-of-the-art") == ["A state-of-the-art survey of self-attention"]
    assert titles("self attention art", sort="oldest") == titles("art", sort="oldest")


def test_a_title_ranks_above_an_abstract() -> None:
    WorkFactory.create(title="Second", abstract="We look at turbulence.", submitted=date(2022, 1, 1))
    WorkFactory.create(title="Turbulence", abstract="A study.", submitted=date(2020, 1, 1))
    assert titles("turbulence") == ["Turbulence", "Second"]
    assert titles("turbulence", sort="newest") == ["Second", "Turbulence"]
    assert titles("turbulence", sort="oldest") == ["Turbulence", "Second"]


@pytest.mark.parametrize(
    "typed", ["2206.07253", "arXiv:2206.07253v2", "https://arxiv.org/abs/2206.07253", "10.1109/Teko.1"]
)
def test_an_identifier_finds_its_work(typed: str) -> None:
    printed_work(["Zhizhi Yu"], title="TeKo", arxiv="2206.07253", doi="10.1109/teko.1")
    WorkFactory.create(title="Another")
    assert titles(typed) == ["TeKo"]


def test_deleted_works_are_not_found() -> None:
    WorkFactory.create(title="Turbulence", is_deleted=True)
    assert titles("turbulence") == []


def test_filters_and_facets() -> None:
    printed_work([], title="Turbulence in pipes", topics=["physics.flu-dyn", "cs.CE"], submitted=date(2019, 1, 1))
    printed_work([], title="Turbulence in stars", topics=["astro-ph"], submitted=date(2020, 1, 1), kind="article")
    results = search_works("turbulence", WorkFilters())
    assert {(facet.value, facet.count) for facet in results.topics} == {
        ("physics.flu-dyn", 1),
        ("cs.CE", 1),
        ("astro-ph", 1),
    }
    assert {facet.value for facet in results.years} == {"2019", "2020"}
    assert {facet.label for facet in results.kinds} == {"Preprint", "Article"}
    assert titles("turbulence", WorkFilters(topic=TopicFactory.create(code="cs.CE"))) == ["Turbulence in pipes"]
    assert titles("turbulence", WorkFilters(year=2020)) == ["Turbulence in stars"]
    assert titles("turbulence", WorkFilters(kind="article")) == ["Turbulence in stars"]
    assert titles("", WorkFilters(topic=TopicFactory.create(code="cs.CE"))) == ["Turbulence in pipes"]
    for sort in ("", "newest", "oldest"):
        assert titles("", WorkFilters(year=2020), sort=sort) == ["Turbulence in stars"]
        assert titles("", WorkFilters(kind="preprint"), sort=sort) == ["Turbulence in pipes"]


@pytest.mark.parametrize("sort", ["", "newest", "oldest"])
@pytest.mark.parametrize("window", [2, 5000])
def test_pages_show_every_match_once_beyond_the_ranked_ones(
    monkeypatch: pytest.MonkeyPatch, sort: str, window: int
) -> None:
    monkeypatch.setattr(search, "PAGE_SIZE", 3)
    monkeypatch.setattr(search, "CANDIDATES", 5)
    monkeypatch.setattr(text_matches, "WINDOW_WORKS", window)
    expected = {
        WorkFactory.create(title=f"Turbulence {n}", submitted=date(2020, 1, 1) + timedelta(days=n // 3 * 20)).pk
        for n in range(13)
    }
    seen: list[int] = []
    cursor = ""
    for _ in range(20):
        results = search_works("turbulence", WorkFilters(), sort=sort, cursor=cursor)
        assert results.is_more
        assert results.total == 5
        seen += [work.pk for work in results.page.rows]
        cursor = results.page.next_cursor
        if not cursor:
            break
    assert sorted(seen) == sorted(expected)


def test_fewer_matches_of_a_phrase_or_in_a_topic_are_ranked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "FEW_CANDIDATES", 2)
    for n in range(3):
        printed_work([], title=f"Turbulence in pipes {n}", topics=["cs.CE"], arxiv=f"1.{n}")
    assert search_works('"turbulence in pipes"', WorkFilters()).total == 2
    assert search_works('"turbulence in pipes"', WorkFilters()).is_more
    assert search_works("pipes", WorkFilters(topic=TopicFactory.create(code="cs.CE"))).total == 2
    assert search_works('"turbulence"', WorkFilters()).total == 3


def test_works_without_a_date_come_last_and_are_paged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "PAGE_SIZE", 1)
    WorkFactory.create(title="Undated", submitted=None)
    WorkFactory.create(title="Year only", submitted=None, year=2020)
    WorkFactory.create(title="Dated", submitted=date(2020, 5, 1))
    seen: list[str] = []
    cursor = ""
    while len(seen) < 4:
        results = search_works("", WorkFilters(), cursor=cursor)
        seen += [work.title for work in results.page.rows]
        cursor = results.page.next_cursor
        if not cursor:
            break
    assert seen == ["Dated", "Year only", "Undated"]


def test_the_number_of_queries_does_not_grow(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    author = AuthorFactory.create()
    for count in (2, 15):
        for n in range(count):
            printed_work([author, "Ben Okri"], title=f"Turbulence {count} {n}", topics=["cs.CE"])
        with django_assert_num_queries(6):
            search_works("turbulence", WorkFilters())
