"""Columns come as they were sent, in order, whole or not at all."""

from __future__ import annotations

import numpy as np
import pytest
from django.db import DataError, ProgrammingError, connection

from graph import columns

pytestmark = pytest.mark.django_db

TYPES = {"id": "int8", "works": "int4", "level": "int2", "flow": "float8"}


def test_columns_come_back_as_they_were_written() -> None:
    written: dict[str, columns.Column] = {
        "id": np.array([2**62, -1, 7], dtype=np.int64),
        "works": np.array([2**31 - 1, 0, -5], dtype=np.int32),
        "level": np.array([4, 0, -1], dtype=np.int16),
        "flow": np.array([0.1, -0.0, np.inf]),
    }
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE kept (id int8, works int4, level int2, flow float8)")
    columns.write("kept", TYPES, written)
    read = columns.read("SELECT * FROM kept", TYPES)
    for name, column in written.items():
        assert (read[name].dtype, read[name].tobytes()) == (column.dtype, column.tobytes())


def test_the_order_of_the_query_is_kept() -> None:
    found = columns.read("SELECT n, -n FROM generate_series(1, 5000) n ORDER BY n % 7, n", {"a": "int4", "b": "int4"})
    assert found["a"].tolist() == sorted(range(1, 5001), key=lambda n: (n % 7, n))
    assert (found["a"] == -found["b"]).all()


def test_no_rows_are_empty_columns_of_their_type() -> None:
    found = columns.read("SELECT 1::int8, 0.5::float8 WHERE false", {"a": "int8", "weight": "float8"})
    assert [(len(column), column.dtype.name) for column in found.values()] == [(0, "int64"), (0, "float64")]


def test_null_is_refused() -> None:
    with pytest.raises(ValueError, match="NULL"):
        columns.read("VALUES (1::int8), (NULL), (3)", {"a": "int8"})


@pytest.mark.parametrize("query", ["SELECT 'text'", "SELECT 1::int8, 2::int8"])
def test_other_types_are_refused(query: str) -> None:
    with pytest.raises((ProgrammingError, DataError)):
        columns.read(query, {"a": "int4"})
