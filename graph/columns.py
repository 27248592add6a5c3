"""Whole columns between PostgreSQL and numpy, in the binary COPY format: millions of rows in seconds, no object a row.

Every value has a fixed width and none may be NULL, so that a row has one length and the stream is an array. The format
is described under COPY, "Binary Format", in the PostgreSQL manual.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray
from psycopg import sql

_SIGNATURE = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_TRAILER = b"\xff\xff"
_WIRE = {"int8": ">i8", "int4": ">i4", "int2": ">i2", "float8": ">f8"}

Column = NDArray[Any]


def read(query: str, types: Mapping[str, str], parameters: Sequence[Any] = ()) -> dict[str, Column]:
    """The rows of a query as one array for each column of ``types`` (name to ``int8``, ``int4``, ``int2``, ``float8``).

    The query must give these types in this order, without NULL; ValueError when a row does not have the stated length.
    """
    layout = _layout(types)
    # The driver's own cursor: the wrapper that Django uses with DEBUG on takes no parameters for COPY.
    connection.ensure_connection()
    with connection.connection.cursor() as cursor:
        statement = sql.SQL("COPY ({}) TO STDOUT (FORMAT binary)").format(sql.SQL(query))
        with cursor.copy(statement, parameters or None) as copy:
            stream = b"".join(copy)
    body = memoryview(stream)[len(_SIGNATURE) : -len(_TRAILER)]
    if len(body) % layout.itemsize:
        raise ValueError("A row is not of the stated types, or holds NULL")
    rows = np.frombuffer(body, dtype=layout)
    if len(rows) and (rows["fields"] != len(types)).any():
        raise ValueError("A row is not of the stated types, or holds NULL")
    return {name: rows[name].astype(_WIRE[kind][1:]) for name, kind in types.items()}


def write(table: str, types: Mapping[str, str], columns: Mapping[str, Column]) -> None:
    """Append rows given as columns to a table; column names and types as in ``types``."""
    layout = _layout(types)
    rows = np.zeros(len(next(iter(columns.values()))), dtype=layout)
    rows["fields"] = len(types)
    for name, kind in types.items():
        rows[f"{name} length"] = np.dtype(_WIRE[kind]).itemsize
        rows[name] = columns[name]
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, types))
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(_SIGNATURE)
        copy.write(rows.tobytes())
        copy.write(_TRAILER)


def _layout(types: Mapping[str, str]) -> np.dtype[Any]:
    """One row on the wire: the number of fields, then length and value of each."""
    fields: list[tuple[str, str]] = [("fields", ">i2")]
    for name, kind in types.items():
        fields += [(f"{name} length", ">i4"), (name, _WIRE[kind])]
    return np.dtype(fields)
