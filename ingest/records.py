"""What was taken in from a source before: fingerprints of raw records."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.db import connection

from works.copying import array_literal


def known_fingerprints(source: int, prints: Collection[bytes]) -> set[bytes]:
    """Those of the given fingerprints that are the current state of some record of the source."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT fingerprint FROM ingest_sourcerecord WHERE source_id = %s AND fingerprint = ANY (%s::bytea[])",
            [source, _bytea(prints)],
        )
        return {bytes(row[0]) for row in cursor.fetchall()}


def save_fingerprints(source: int, records: Sequence[tuple[str, bytes, int | None]]) -> None:
    """Remember ``(key, fingerprint, work id)`` of records just taken in; the last one of a key counts."""
    if not records:
        return
    latest = {key: (mark, work) for key, mark, work in records}
    keys = sorted(latest)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ingest_sourcerecord AS held (source_id, key, fingerprint, work_id)"
            " SELECT %s, * FROM unnest(%s::text[], %s::bytea[], %s::bigint[])"
            " ON CONFLICT (source_id, key) DO UPDATE SET fingerprint = EXCLUDED.fingerprint, work_id = EXCLUDED.work_id"
            " WHERE (held.fingerprint, held.work_id) IS DISTINCT FROM (EXCLUDED.fingerprint, EXCLUDED.work_id)",
            [source, array_literal(keys), _bytea([latest[key][0] for key in keys]), [latest[key][1] for key in keys]],
        )


def _bytea(values: Collection[bytes]) -> str:
    return "{" + ",".join(f'"\\\\x{value.hex()}"' for value in values) + "}"
