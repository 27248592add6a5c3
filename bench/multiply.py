"""Makes a catalogue many times its size out of itself, for measuring what no file at hand is large enough for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection, transaction

#: Of every second copy the family names end in two more letters: half of the growth is new blocks, half makes the
#: blocks there are larger, as when a catalogue grows.
_RENAMED: Mapping[str, Mapping[str, str]] = {
    "works_work": {"byline": "regexp_replace(byline, '(?<=\\w)(?=,|$)', '{suffix}', 'g')"},
    "works_authorship": {
        "family": "family || '{suffix}'",
        "raw_name": "raw_name || '{suffix}'",
        "name_key": "regexp_replace(name_key, '^(\\S+)', '\\1{suffix}')",
        "block": "CASE WHEN block = '' THEN '' WHEN given = '' THEN block || '{suffix}'"
        " ELSE regexp_replace(block, ' (\\S+)$', '{suffix} \\1') END",
    },
}
#: In every copy. No two works share an identifier; copies of a work stand on days of their own, end their titles in a
#: word of their own and begin their abstracts with another sentence, so that no page shows one text several times.
_VARIED: Mapping[str, Mapping[str, str]] = {
    "works_work": {
        "submitted": "submitted - {copy}",
        "title": "title || ' {suffix}'",
        "title_key": "title_key || ' {suffix}'",
        "abstract": "regexp_replace(abstract, '^((?:[^.]+[.]){{{copy}}})(.+)$', '\\2 \\1')",
    },
    "works_workidentifier": {"value": "value || '.{suffix}'"},
}
#: Tables with the columns that hold ids, each with the table they count in.
_TABLES: Mapping[str, Mapping[str, str]] = {
    "works_work": {"id": "works_work"},
    "works_workidentifier": {"id": "works_workidentifier", "work_id": "works_work"},
    "works_workversion": {"id": "works_workversion", "work_id": "works_work"},
    "works_authorship": {"id": "works_authorship", "work_id": "works_work"},
    "works_worktopic": {"id": "works_worktopic", "work_id": "works_work"},
}


def multiply(works: int) -> int:
    """Copy the works of the catalogue, with all that hangs on them, until there are so many. Returns how many."""
    with connection.cursor() as cursor:
        last = {table: _one(cursor, f"SELECT max(id) FROM {table}") for table in _TABLES}  # noqa: S608 -- own names
        have = _one(cursor, "SELECT count(*) FROM works_work")
        copies = max(-(-works // have) - 1, 0)
        for copy in range(1, copies + 1):
            wanted = min(have, works - copy * have)
            with transaction.atomic():
                limit = _one(cursor, "SELECT max(id) FROM (SELECT id FROM works_work ORDER BY id LIMIT %s) w", wanted)
                for table, ids in _TABLES.items():
                    _copy(cursor, table, ids, {name: last[of] * copy for name, of in ids.items()}, limit, copy)
        for table in _TABLES:
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")  # noqa: S608 -- own names
        cursor.execute("ANALYZE")
        cursor.execute(
            "INSERT INTO works_dirtyblock (block, since) SELECT DISTINCT block, now() FROM works_authorship"
            " WHERE block <> ''"
        )
        return _one(cursor, "SELECT count(*) FROM works_work")


def _copy(cursor: Any, table: str, ids: Mapping[str, str], shift: Mapping[str, int], limit: int, copy: int) -> None:
    cursor.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = %s"
        " AND is_generated = 'NEVER' ORDER BY ordinal_position",
        [table],
    )
    columns = [row[0] for row in cursor.fetchall()]
    values = {name: f"{name} + {shift[name]}" for name in ids}
    suffix = chr(97 + copy // 26 % 26) + chr(97 + copy % 26)
    changed = _VARIED.get(table, {}) | (_RENAMED.get(table, {}) if copy % 2 else {})
    values |= {name: expression.format(copy=copy, suffix=suffix) for name, expression in changed.items()}
    work = "id" if table == "works_work" else "work_id"
    cursor.execute(
        f"INSERT INTO {table} ({', '.join(columns)})"  # noqa: S608 -- names of the schema and of this module
        f" SELECT {', '.join(values.get(name, name) for name in columns)} FROM {table} WHERE {work} <= {limit}"
    )


def _one(cursor: Any, query: str, *values: int) -> int:
    cursor.execute(query, values)
    return int(cursor.fetchone()[0])
