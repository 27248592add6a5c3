from __future__ import annotations

import pytest
from django.db import connection, transaction

from tests.works.records import record
from works.load import load
from works.matching import columns_of, match_known

pytestmark = pytest.mark.django_db


@pytest.fixture
def work() -> int:
    with transaction.atomic():
        return load([record(identifiers=[("arxiv", "2105.00001"), ("doi", "10.1/wander")])]).work_ids[0]


def test_the_records_own_id_leads_whatever_else_differs(work: int) -> None:
    assert match_known([record(title="Quite another title", bylines=[])]) == [work]


def test_another_identifier_leads_unless_the_work_has_a_rival_id(work: int) -> None:
    published = record(identifiers=[("openalex", "W1"), ("doi", "10.1/wander")])
    second_preprint = record(identifiers=[("arxiv", "2106.00001"), ("doi", "10.1/wander")])
    assert match_known([published, second_preprint]) == [work, None]


def test_a_title_leads_only_together_with_an_author(work: int) -> None:
    found = match_known(
        [
            record(None, "A. Lovelace", title="A THEORY OF WANDERING ENGINES, AND THEIR MAKERS"),
            record(None, "Ada Lovelace", title="A theory of wandering engines"),
            record(None, "Grace Hopper"),
            record(None, bylines=[]),
        ]
    )
    assert found == [work, None, None, None]


def test_a_group_alone_is_no_shared_author(work: int) -> None:
    with transaction.atomic():
        load([record("2105.00002", "LHCb Collaboration", title="Measurement of the wandering of engines")])
    stated = record(None, "ATLAS Collaboration", title="Measurement of the wandering of engines")
    assert match_known([stated]) == [None]


def test_the_order_of_records_is_kept(work: int) -> None:
    assert match_known([record("2105.09999", title="Unknown so far, and long"), record()]) == [None, work]


def test_a_batch_is_looked_up_without_reading_the_catalogue() -> None:
    with transaction.atomic():
        load([record(f"2105.{n:05}", title=f"The wandering engine, volume {n}") for n in range(1, 601)])
    before = sequential_reads()
    unknown = [record(f"2106.{n:05}", title=f"The settled engine, volume {n}") for n in range(1, 201)]
    assert match_known(unknown) == [None] * 200
    assert sequential_reads() == before


def sequential_reads() -> int:
    """How often this transaction read all works."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq_scan FROM pg_stat_xact_user_tables WHERE relname = 'works_work'")
        return int(cursor.fetchone()[0])


def test_columns_without_rows_are_empty_arrays() -> None:
    assert columns_of([], 2) == ["{}", "{}"]
    assert columns_of([(1, "a"), (2, "b,c")], 2) == ["{1,2}", '{"a","b,c"}']
