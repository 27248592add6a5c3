from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.factories import AuthorFactory, TopicFactory, WorkFactory, printed_work
from works.addresses import researcher_url
from works.counts import recount_works
from works.items import work_items
from works.templatetags.works_text import printed_names

pytestmark = pytest.mark.django_db


def test_items_keep_the_order_of_the_works(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    works = [printed_work(["Ben Okri"], topics=["cs.CE", "cs.LG"], arxiv=f"2105.0{n}") for n in range(3)][::-1]
    with django_assert_num_queries(3):
        items = work_items(works)
    assert [item.work for item in items] == works
    assert [topic.code for topic in items[0].topics] == ["cs.CE", "cs.LG"]
    assert [identifier.value for identifier in items[0].identifiers] == ["2105.02"]


def test_the_focus_is_named_wherever_it_stands() -> None:
    shang = AuthorFactory.create(display_name="Yue Shang")
    names = [f"Ann Example{n}" for n in range(30)]
    work = printed_work([*names, shang, "Last Author"])
    (item,) = work_items([work], focus=list(shang.attributions.all()), names=3)
    assert [name.text for name in item.names] == ["Ann Example0", "Ann Example1", "Ann Example2", "Yue Shang"]
    assert item.hidden_names == 28
    html = printed_names(item.names, item.focus_id)
    assert html.endswith("Ann Example2, <b>Yue Shang</b>")


def test_names_are_escaped_and_linked() -> None:
    author = AuthorFactory.create(display_name="Ada <Lovelace>")
    (item,) = work_items([printed_work([author])])
    assert printed_names(item.names) == f'<a href="{author.get_absolute_url()}">Ada &lt;Lovelace&gt;</a>'


@pytest.mark.parametrize("name", ["Yue Shang", "Đorđe O'Brien-Šarić", "王伟", "100% Real", "A" * 90])
def test_addresses_agree_with_those_of_the_model(name: str) -> None:
    author = AuthorFactory.create(display_name=name)
    assert researcher_url(author.pk, name) == author.get_absolute_url()


def test_the_first_identifier_shown_is_that_of_arxiv() -> None:
    (item,) = work_items([printed_work([], doi="10.1000/x", arxiv="2105.00001")])
    shown = item.source_identifier
    assert shown is not None
    assert shown.value == "2105.00001"
    (bare,) = work_items([WorkFactory.create(source="openalex")])
    assert bare.source_identifier is None
    assert bare.source_name == "OpenAlex"


def test_works_are_filed_under_a_month_a_year_or_neither() -> None:
    works = [WorkFactory.create(), WorkFactory.create(submitted=None, year=2019), WorkFactory.create(submitted=None)]
    assert [item.month for item in work_items(works)] == ["May 2021", "2019", "Without a date"]


def test_counts_leave_out_deleted_works_and_touch_only_what_differs() -> None:
    printed_work([], topics=["cs.CE"])
    printed_work([], topics=["cs.CE"], is_deleted=True)
    topic = TopicFactory.create(code="cs.CE")
    topic.work_count = 7
    topic.save()
    assert recount_works() == 1
    topic.refresh_from_db()
    assert topic.work_count == 1
    assert recount_works() == 0
