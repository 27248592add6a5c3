"""The derived counts between authors, topics and institutions, made by set-based statements.

One statement defines each table. A rebuild runs it over all authors, an incremental refresh over the authors that were
touched; since both run the same statement and sums are of whole numbers, the two agree to the last bit.

A work with more than ``MAXIMUM_AUTHORS`` authors makes no collaboration: three thousand names on one paper are not four
and a half million acquaintances. Its topics and institutions count as those of any other work.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection, transaction

from graph.standing import MAXIMUM_AUTHORS as TRUSTED_AUTHORS

MAXIMUM_AUTHORS = 100
CLOSE_WORKS, CLOSE_STRENGTH = 2, 0.5
"""A close collaborator shares two works, or works in so small a company that the strength reaches a half."""
SHARE_UNIT = 1_000_000_000
"""Strength is summed in billionths, as whole numbers: the sum does not depend on the order of its parts."""
FILL = 90
"""How full a rebuild packs the pages of the tables, in percent."""
WRITERS_LOCK = 0x67726170
"""Advisory lock that keeps refreshes apart: one derives at a time, readers never wait."""


@dataclass(frozen=True, slots=True)
class Derivation:
    """A derived table: its key, its values, and the query that makes the rows of the touched authors.

    ``authors`` names the key columns that hold authors; a row belongs to each of them. ``query`` reads the temporary
    tables ``touched`` (author_id), and ``listed`` and ``member`` (see ``_gather``).
    """

    table: str
    key: tuple[str, str]
    values: tuple[str, ...]
    authors: tuple[str, ...]
    query: str

    @property
    def columns(self) -> str:
        """All columns, comma-separated, in the order of the query."""
        return ", ".join((*self.key, *self.values))


# In the order of its key: the ties of an author then lie together, which is how pages and path searches read them.
COLLABORATIONS = Derivation(
    table="graph_collaboration",
    key=("a_id", "b_id"),
    values=("works", "strength", "trust_strength", "first_year", "last_year"),
    authors=("a_id", "b_id"),
    query=f"""
        SELECT x.author_id, y.author_id, count(*)::int,
               sum(x.share)::float8 / {SHARE_UNIT},
               sum(CASE WHEN x.authors <= {TRUSTED_AUTHORS} THEN x.share ELSE 0 END)::float8 / {SHARE_UNIT},
               min(x.year), max(x.year)
        FROM member x JOIN member y ON y.work_id = x.work_id AND y.author_id > x.author_id
        WHERE x.is_touched OR y.is_touched
        GROUP BY 1, 2 ORDER BY 1, 2
    """,
)
TOPICS = Derivation(
    table="graph_authortopic",
    key=("author_id", "topic_id"),
    values=("works", "first_year", "last_year"),
    authors=("author_id",),
    query="""
        SELECT p.author_id, wt.topic_id, count(*)::int, min(w.year), max(w.year)
        FROM touched JOIN works_attribution p USING (author_id) JOIN listed w USING (work_id)
        JOIN works_worktopic wt ON wt.work_id = p.work_id
        GROUP BY 1, 2
    """,
)
INSTITUTIONS = Derivation(
    table="graph_authorinstitution",
    key=("author_id", "institution_id"),
    values=("works", "first_year", "last_year"),
    authors=("author_id",),
    query="""
        SELECT p.author_id, i.institution_id, count(DISTINCT p.work_id)::int, min(w.year), max(w.year)
        FROM touched JOIN works_attribution p USING (author_id) JOIN listed w USING (work_id)
        JOIN works_authorshipinstitution i ON i.authorship_id = p.authorship_id
        GROUP BY 1, 2
    """,
)
DERIVATIONS = (COLLABORATIONS, TOPICS, INSTITUTIONS)


@dataclass(frozen=True, slots=True)
class Changes:
    """Who is concerned by a refresh: the authors with changed ties, and among them those for whom trust may differ.

    ``close`` have one close collaborator more or less, ``trusting`` a tie that carries more or less trust.
    """

    authors: set[int]
    close: set[int]
    trusting: set[int]


def is_close(tie: str) -> str:
    """SQL: whether a row of collaborations makes close collaborators."""
    return f"({tie}.works >= {CLOSE_WORKS} OR {tie}.strength >= {CLOSE_STRENGTH})"


def refresh(author_ids: Iterable[int]) -> Changes:
    """Bring the rows of the touched authors up to date.

    When a work moves from one author to another, both are touched. Runs in the caller's transaction if there is one.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        lock_writers()
        # Comparing some hundred thousand rows in memory; the usual bound would send sorts and joins to disk.
        cursor.execute("SET LOCAL work_mem = '64MB'")
        cursor.execute("CREATE TEMP TABLE touched (author_id bigint PRIMARY KEY) ON COMMIT DROP")
        cursor.execute("INSERT INTO touched SELECT DISTINCT unnest(%s::bigint[])", [list(author_ids)])
        cursor.execute("ANALYZE touched")
        _gather(
            "JOIN (SELECT DISTINCT work_id FROM works_attribution JOIN touched USING (author_id)) own ON work_id = id"
        )
        changes = Changes(set(), set(), set())
        for derivation in DERIVATIONS:
            _compare(derivation)
            if derivation is COLLABORATIONS:
                changes = _changes()
            _apply(derivation)
        cursor.execute("DROP TABLE touched, listed, member")
    return changes


def rebuild() -> None:
    """Make all derived tables anew beside the old ones, then put them in their place.

    Readers go on with the old tables and wait only for the exchange of names, as long as the caller has no transaction
    open in which more follows.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        lock_writers()
        cursor.execute("SET LOCAL work_mem = '256MB'")
        cursor.execute("SET LOCAL maintenance_work_mem = '256MB'")
        cursor.execute("SET LOCAL max_parallel_workers_per_gather = 2")
        cursor.execute("CREATE TEMP TABLE touched ON COMMIT DROP AS SELECT DISTINCT author_id FROM works_attribution")
        cursor.execute("ANALYZE touched")
        _gather("", is_touched="true")
        for replacement in [_prepare(derivation) for derivation in DERIVATIONS]:
            _swap(replacement)
        cursor.execute("DROP TABLE touched, listed, member")


def digests() -> dict[str, str]:
    """A fingerprint of each derived table that does not depend on the order of its rows."""
    found = {}
    with connection.cursor() as cursor:
        for derivation in DERIVATIONS:
            row = f"ROW({derivation.columns})::text"
            cursor.execute(f"SELECT count(*), sum(hashtextextended({row}, 0)::numeric) FROM {derivation.table}")
            found[derivation.table] = ":".join(str(value) for value in cursor.fetchone())
    return found


def lock_writers() -> None:
    """Wait until no other transaction derives; held to the end of this transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [WRITERS_LOCK])


def _gather(restriction: str, is_touched: str = "p.author_id IN (SELECT author_id FROM touched)") -> None:
    """Make ``listed``, the works that count with their year, and ``member``, the authors of those that make ties.

    A member brings its pairs the share 1/(n-1); n counts the people among the printed names, so that the shares of a
    work sum to one for each of its authors. The wide table of works is read once.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE listed ON COMMIT DROP AS"
            f" SELECT id AS work_id, year FROM works_work {restriction} WHERE NOT is_deleted"
        )
        cursor.execute("ANALYZE listed")
        cursor.execute(f"""
            CREATE TEMP TABLE member ON COMMIT DROP AS
            SELECT p.work_id, p.author_id, size.year, size.authors,
                   ({SHARE_UNIT} / (size.authors - 1))::int AS share, {is_touched} AS is_touched
            FROM (
                SELECT q.work_id, min(w.year) AS year, count(*)::int AS authors
                FROM works_attribution q JOIN listed w USING (work_id) GROUP BY q.work_id
                HAVING count(*) BETWEEN 2 AND {MAXIMUM_AUTHORS}
            ) size JOIN works_attribution p USING (work_id)
        """)
        cursor.execute("ANALYZE member")


def _compare(derivation: Derivation) -> None:
    """Make ``differing``, the rows to insert or update, and ``gone``, the keys of those to delete."""
    same_key = _same_key(derivation)
    old, new = (", ".join(f"{side}.{name}" for name in derivation.values) for side in ("t", "f"))
    own_key = ", ".join(f"t.{name}" for name in derivation.key)
    table, columns = derivation.table, derivation.columns
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE fresh ON COMMIT DROP AS SELECT {columns} FROM {table} WITH NO DATA")
        cursor.execute(f"INSERT INTO fresh ({columns}) {derivation.query}")
        cursor.execute("ANALYZE fresh")
        cursor.execute(
            f"CREATE TEMP TABLE differing ON COMMIT DROP AS SELECT f.*, t.works IS NULL AS is_new"
            f" FROM fresh f LEFT JOIN {table} t ON {same_key} WHERE ({old}) IS DISTINCT FROM ({new})"
        )
        cursor.execute("ANALYZE differing")
        cursor.execute(
            "CREATE TEMP TABLE gone ON COMMIT DROP AS "
            + " UNION ".join(
                f"SELECT {own_key} FROM {table} t JOIN touched ON t.{author} = touched.author_id"
                f" WHERE NOT EXISTS (SELECT FROM fresh f WHERE {same_key})"
                for author in derivation.authors
            )
        )
        cursor.execute("ANALYZE gone")


def _changes() -> Changes:
    """Whom the differences of collaborations concern, read before they are written."""
    with connection.cursor() as cursor:
        cursor.execute(f"""
            SELECT f.a_id, f.b_id, coalesce({is_close("t")}, false) <> {is_close("f")},
                   coalesce(t.trust_strength, 0) <> f.trust_strength
            FROM differing f LEFT JOIN graph_collaboration t ON t.a_id = f.a_id AND t.b_id = f.b_id
            UNION ALL
            SELECT t.a_id, t.b_id, {is_close("t")}, t.trust_strength > 0
            FROM gone g JOIN graph_collaboration t ON t.a_id = g.a_id AND t.b_id = g.b_id
        """)
        rows = cursor.fetchall()
    return Changes(
        authors={author for a, b, _, _ in rows for author in (a, b)},
        close={author for a, b, is_other, _ in rows if is_other for author in (a, b)},
        trusting={author for a, b, _, is_other in rows if is_other for author in (a, b)},
    )


def _apply(derivation: Derivation) -> None:
    """Write the differences that ``_compare`` found, and drop its tables."""
    same_key = _same_key(derivation)
    gone = " AND ".join(f"g.{name} = t.{name}" for name in derivation.key)
    assign = ", ".join(f"{name} = f.{name}" for name in derivation.values)
    table, columns = derivation.table, derivation.columns
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} t SET {assign} FROM differing f WHERE NOT f.is_new AND {same_key}")
        cursor.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM differing WHERE is_new")
        cursor.execute(f"DELETE FROM {table} t USING gone g WHERE {gone}")
        cursor.execute("DROP TABLE fresh, differing, gone")


def _same_key(derivation: Derivation) -> str:
    """SQL: whether a fresh and a stored row have one key."""
    return " AND ".join(f"f.{name} = t.{name}" for name in derivation.key)


@dataclass(frozen=True, slots=True)
class Replacement:
    """A filled table to take the place of ``table``; ``indexes`` are (name, whether primary) of the old one."""

    table: str
    fresh: str
    indexes: tuple[tuple[str, bool], ...]


def _prepare(derivation: Derivation) -> Replacement:
    """Fill a new table and build the same indexes on it."""
    table, fresh = derivation.table, f"{derivation.table}_fresh"
    with connection.cursor() as cursor:
        # Room on each page lets a refresh update rows without new index entries.
        cursor.execute(
            f"CREATE TABLE {fresh} (LIKE {table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS) WITH (fillfactor = {FILL})"
        )
        cursor.execute(f"INSERT INTO {fresh} ({derivation.columns}) {derivation.query}")
        cursor.execute(
            "SELECT c.relname, i.indisprimary, pg_get_indexdef(i.indexrelid) FROM pg_index i"
            " JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = %s::regclass",
            [table],
        )
        indexes = cursor.fetchall()
        for name, _, definition in indexes:
            cursor.execute(definition.replace(f" {name} ON ", f" {name}_fresh ON ").replace(f".{table} ", f".{fresh} "))
        cursor.execute(f"ANALYZE {fresh}")
    return Replacement(table, fresh, tuple((name, is_primary) for name, is_primary, _ in indexes))


def _swap(replacement: Replacement) -> None:
    """Drop the old table and give the new one its names. From here to the commit readers of the table wait."""
    table, fresh = replacement.table, replacement.fresh
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {table}")
        cursor.execute(f"ALTER TABLE {fresh} RENAME TO {table}")
        for name, is_primary in replacement.indexes:
            if is_primary:
                cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} PRIMARY KEY USING INDEX {name}_fresh")
            else:
                cursor.execute(f"ALTER INDEX {name}_fresh RENAME TO {name}")
