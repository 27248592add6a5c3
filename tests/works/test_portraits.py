from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.factories import AuthorFactory, printed_work
from works import portraits as module
from works.portraits import portraits

pytestmark = pytest.mark.django_db


def test_the_most_frequent_topics_and_co_authors_tell_records_apart() -> None:
    first, second = AuthorFactory.create(), AuthorFactory.create()
    friend, other = AuthorFactory.create(display_name="Ben Okri"), AuthorFactory.create(display_name="Yun Xiao")
    for n in range(2):
        printed_work([first, friend], topics=["cs.CE"], arxiv=f"1.{n}")
    printed_work([first, second, other], topics=["cs.IR", "cs.CE"], arxiv="2.1")
    found = portraits([second, first], with_co_authors=True)
    assert [portrait.topics for portrait in found] == [["cs.CE", "cs.IR"], ["cs.CE", "cs.IR"]]
    assert found[1].co_authors[0].text == "Ben Okri"
    assert {name.author_id for name in found[0].co_authors} == {first.pk, other.pk}


def test_a_bounded_number_of_works_is_looked_at(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    monkeypatch.setattr(module, "WORKS_COUNTED", 2)
    author = AuthorFactory.create()
    for n, topic in enumerate(["cs.AI", "cs.CE", "cs.IR"]):
        printed_work([author], topics=[topic], arxiv=f"1.{n}")
    with django_assert_num_queries(1):
        assert portraits([author])[0].topics == ["cs.CE", "cs.IR"]
