"""Digests of what imports wrote, independent of ids and times: two databases with equal digests hold the same facts."""

from __future__ import annotations

from typing import Any

#: How a work is known outside this database: its identifiers, else its title and author list.
_WORK_KEYS = """
CREATE TEMPORARY TABLE work_keys ON COMMIT DROP AS
SELECT w.id, coalesce(
    (SELECT string_agg(i.scheme || ':' || i.value, ' ' ORDER BY i.scheme, i.value)
     FROM works_workidentifier i WHERE i.work_id = w.id),
    w.title_key || ' / ' || w.byline) AS key
FROM works_work w
"""
_TABLES = {
    "works": (
        "SELECT k.key, to_jsonb(w) - '{id,created_at,modified_at}'::text[]"
        " FROM works_work w JOIN work_keys k ON k.id = w.id"
    ),
    "authorships": (
        "SELECT k.key, to_jsonb(a) - '{id,work_id}'::text[]"
        " FROM works_authorship a JOIN work_keys k ON k.id = a.work_id"
    ),
    "versions": (
        "SELECT k.key, v.number, v.submitted_at AT TIME ZONE 'UTC', v.size_kb"
        " FROM works_workversion v JOIN work_keys k ON k.id = v.work_id"
    ),
    "topics": (
        "SELECT k.key, t.scheme, t.code, l.position FROM works_worktopic l"
        " JOIN works_topic t ON t.id = l.topic_id JOIN work_keys k ON k.id = l.work_id"
    ),
    "institutions": "SELECT to_jsonb(i) - '{id,work_count}'::text[] FROM works_institution i",
    "source_records": (
        "SELECT s.slug, r.key, encode(r.fingerprint, 'hex'), k.key FROM ingest_sourcerecord r"
        " JOIN ingest_source s ON s.id = r.source_id LEFT JOIN work_keys k ON k.id = r.work_id"
    ),
    "rejects": "SELECT DISTINCT r.position, r.reason, r.raw FROM ingest_rejectedrecord r WHERE r.state = 'open'",
    "dirty_blocks": "SELECT DISTINCT block FROM works_dirtyblock",
}


def facts_digest(cursor: Any) -> dict[str, str]:
    """``{table: md5 of its rows}`` through a cursor of Django's or of the driver's own, inside a transaction."""
    digests = {}
    cursor.execute(_WORK_KEYS)
    for name, query in _TABLES.items():
        cursor.execute(
            f"SELECT coalesce(md5(string_agg(line, E'\\n' ORDER BY line)), '')"  # noqa: S608 -- constants above
            f" FROM (SELECT md5(found::text) AS line FROM ({query}) AS found) AS lines"
        )
        digests[name] = cursor.fetchone()[0]
    cursor.execute("DROP TABLE work_keys")
    return digests
