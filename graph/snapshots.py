"""Trust snapshots: count the facts in the database, compute flows and scores in columns, write what changed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import numpy as np
from django.db import connection, transaction
from numpy.typing import NDArray

from graph import columns, standing, trust
from graph.edges import Changes, is_close, lock_writers
from graph.models import TrustChange

SEED_LEVEL = 3
MOST_FLOWING = 20_000
"""A refresh lets no more authors join once so many flow: the rest is for the nightly computation."""
FLOW_DIGITS = 6
"""Flows are kept to a millionth, so that an unchanged graph gives unchanged rows."""

_FACTS = {"author_id": "int8", "works": "int4", "topics": "int4", "close": "int4", "level": "int2"}
_FRESH = {**_FACTS, "flow": "float8", "score": "int2"}
_TIES = {"a": "int8", "b": "int8", "weight": "float8"}

_COUNT_FACTS = """
    SELECT a.id, coalesce(w.works, 0)::int4, coalesce(t.topics, 0)::int4, coalesce(c.close, 0)::int4, a.level::int2
    FROM works_author a {scope}
    LEFT JOIN (SELECT p.author_id AS id, count(*) AS works FROM works_attribution p {scope_p}
               JOIN works_work w ON w.id = p.work_id AND NOT w.is_deleted GROUP BY 1) w USING (id)
    LEFT JOIN (SELECT p.author_id AS id, count(*) AS topics FROM graph_authortopic p {scope_p} GROUP BY 1) t
              USING (id)
    LEFT JOIN (SELECT id, count(*) AS close FROM (
                 SELECT p.a_id AS id FROM graph_collaboration p {scope_a} WHERE {is_close}
                 UNION ALL
                 SELECT p.b_id FROM graph_collaboration p {scope_b} WHERE {is_close}) x GROUP BY 1) c USING (id)
    WHERE a.status = 'active'
"""


def refresh(touched: Iterable[int], changes: Changes, *, cause: TrustChange.Cause, at: datetime) -> int:
    """Bring snapshots up to date after a change; how many changed.

    The facts of the ``touched`` authors, and of those who have more or fewer close collaborators now, are counted
    again. Flows are worked out again where ties carry more or less trust than before and, where an author became a
    source of trust or ceased to be one, appeared or disappeared, for it and its direct co-authors; from there as far
    as flows change by more than ``standing.PRECISION``. Smaller differences wait for the nightly computation.
    """
    touched = set(touched)
    with transaction.atomic(), connection.cursor() as cursor:
        lock_writers()
        cursor.execute("CREATE TEMP TABLE scope (id bigint PRIMARY KEY, is_flowing bool NOT NULL) ON COMMIT DROP")
        cursor.execute(
            "INSERT INTO scope SELECT id, id = ANY(%s) FROM unnest(%s::bigint[]) AS v(id)",
            [list(changes.trusting), list(touched | changes.close | changes.trusting)],
        )
        cursor.execute("ANALYZE scope")
        cursor.execute(f"""
            INSERT INTO scope
            WITH turned AS (
                SELECT a.id FROM scope JOIN works_author a USING (id)
                LEFT JOIN graph_trustsnapshot t ON t.author_id = a.id
                WHERE (a.status = 'active') <> (t.author_id IS NOT NULL)
                   OR (a.level >= {SEED_LEVEL}) <> (t.level >= {SEED_LEVEL})
            )
            SELECT id, true FROM turned
            UNION SELECT b_id, true FROM graph_collaboration JOIN turned ON id = a_id
            UNION SELECT a_id, true FROM graph_collaboration JOIN turned ON id = b_id
            ON CONFLICT (id) DO UPDATE SET is_flowing = true
        """)
        cursor.execute("ANALYZE scope")
        flowing = _flow_outwards()
        facts = columns.read(_facts_query(is_scoped=True), _FACTS)
        changed = _write(facts, _flows_in_scope(facts["author_id"], flowing), cause=cause, at=at)
        cursor.execute(
            "DELETE FROM graph_trustsnapshot t USING scope, works_author a"
            " WHERE t.author_id = scope.id AND a.id = scope.id AND a.status <> 'active'"
        )
        changed += int(cursor.rowcount)
        cursor.execute("DROP TABLE scope")
    return changed


def recompute(*, cause: TrustChange.Cause, at: datetime) -> int:
    """Compute the snapshots of all authors; how many changed."""
    with transaction.atomic(), connection.cursor() as cursor:
        lock_writers()
        cursor.execute("SET LOCAL work_mem = '256MB'")
        cursor.execute("SET LOCAL max_parallel_workers_per_gather = 2")
        facts = columns.read(_facts_query(is_scoped=False), _FACTS)
        ties = columns.read(
            "SELECT a_id, b_id, trust_strength FROM graph_collaboration WHERE trust_strength > 0", _TIES
        )
        network = _network(ties)
        del ties
        flows = standing.flow(network, facts["author_id"][facts["level"] >= SEED_LEVEL])
        by_author = _align(facts["author_id"], network.author_ids, flows)
        del network, flows
        changed = _write(facts, by_author, cause=cause, at=at)
        cursor.execute(
            "DELETE FROM graph_trustsnapshot t USING works_author a WHERE a.id = t.author_id AND a.status <> 'active'"
        )
        return changed + int(cursor.rowcount)


def _facts_query(*, is_scoped: bool) -> str:
    def join(column: str) -> str:
        return f"JOIN scope ON scope.id = {column}" if is_scoped else ""

    return _COUNT_FACTS.format(
        scope=join("a.id").replace("ON scope.id = a.id", "USING (id)"),
        scope_p=join("p.author_id"),
        scope_a=join("p.a_id"),
        scope_b=join("p.b_id"),
        is_close=is_close("p"),
    )


def _flow_outwards() -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The flowing authors in ``scope`` (ids ascending) and their flows; whom these move joins them."""
    while True:
        flowing = columns.read("SELECT id FROM scope WHERE is_flowing ORDER BY 1", {"id": "int8"})["id"]
        if not len(flowing):
            return flowing, np.zeros(0)
        network, known, fresh = _flows_nearby(flowing)
        moved = network.author_ids[np.abs(fresh - known) > standing.PRECISION]
        if len(flowing) > MOST_FLOWING or not len(moved) or not _join_co_authors(moved):
            return flowing, _align(flowing, network.author_ids, fresh)


def _join_co_authors(authors: NDArray[np.int64]) -> int:
    """Let the co-authors of some authors flow too; how many did not before."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO scope
            SELECT b_id, true FROM graph_collaboration WHERE a_id = ANY(%(moved)s) AND trust_strength > 0
            UNION SELECT a_id, true FROM graph_collaboration WHERE b_id = ANY(%(moved)s) AND trust_strength > 0
            ON CONFLICT (id) DO UPDATE SET is_flowing = true WHERE NOT scope.is_flowing
            """,
            {"moved": authors.tolist()},
        )
        return int(cursor.rowcount)


def _flows_in_scope(
    author_ids: NDArray[np.int64], flowing: tuple[NDArray[np.int64], NDArray[np.float64]]
) -> NDArray[np.float64]:
    """The flows of the authors in ``scope``: worked out again where they are flowing, else as in the last snapshot."""
    stored = columns.read(
        "SELECT t.author_id, t.flow FROM scope JOIN graph_trustsnapshot t ON t.author_id = scope.id ORDER BY 1",
        {"author_id": "int8", "flow": "float8"},
    )
    return np.where(
        np.isin(author_ids, flowing[0]),
        _align(author_ids, *flowing),
        _align(author_ids, stored["author_id"], stored["flow"]),
    )


def _flows_nearby(
    flowing: NDArray[np.int64],
) -> tuple[standing.CollaborationGraph, NDArray[np.float64], NDArray[np.float64]]:
    """The graph round the flowing authors, the flows of all its authors before, and now."""
    # A tie between two flowing authors is read once, from its smaller end.
    ties = columns.read(
        "SELECT c.a_id, c.b_id, c.trust_strength FROM scope JOIN graph_collaboration c ON c.a_id = scope.id"
        " WHERE is_flowing AND c.trust_strength > 0 UNION ALL"
        " SELECT c.a_id, c.b_id, c.trust_strength FROM scope JOIN graph_collaboration c ON c.b_id = scope.id"
        " LEFT JOIN scope smaller ON smaller.id = c.a_id AND smaller.is_flowing"
        " WHERE scope.is_flowing AND smaller.id IS NULL AND c.trust_strength > 0",
        _TIES,
    )
    network = _network(ties)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT a.id, a.level >= {SEED_LEVEL}, coalesce(t.flow, 0) FROM works_author a"
            " LEFT JOIN graph_trustsnapshot t ON t.author_id = a.id WHERE a.id = ANY(%s) AND a.status = 'active'"
            f" AND (a.level >= {SEED_LEVEL} OR t.flow > 0) ORDER BY a.id",
            [network.author_ids.tolist()],
        )
        rows = cursor.fetchall()
    known_ids = np.array([pk for pk, _, _ in rows], dtype=np.int64)
    known = _align(network.author_ids, known_ids, np.array([flow for _, _, flow in rows], dtype=np.float64))
    seeds = np.array([pk for pk, is_seed, _ in rows if is_seed], dtype=np.int64)
    return network, known, standing.flow_nearby(network, seeds, flowing, known)


def _network(ties: dict[str, columns.Column]) -> standing.CollaborationGraph:
    """The graph of the ties between public records: hidden ones neither give trust nor hand it on."""
    gone = columns.read("SELECT id FROM works_author WHERE status <> 'active' ORDER BY 1", {"id": "int8"})["id"]
    is_public = ~(np.isin(ties["a"], gone) | np.isin(ties["b"], gone))
    return standing.build(ties["a"][is_public], ties["b"][is_public], ties["weight"][is_public])


def _align(
    wanted: NDArray[np.int64], sorted_ids: NDArray[np.int64], values: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The value of each wanted id, zero for ids that have none."""
    if not len(sorted_ids):
        return np.zeros(len(wanted))
    rows = np.minimum(np.searchsorted(sorted_ids, wanted), len(sorted_ids) - 1)
    return np.where(sorted_ids[rows] == wanted, values[rows], 0.0)


def _write(
    facts: dict[str, columns.Column], flows: NDArray[np.float64], *, cause: TrustChange.Cause, at: datetime
) -> int:
    """Write snapshots that differ, and a line of history for each score or level that changed."""
    flows = np.asarray(np.round(np.minimum(flows, 1.0), FLOW_DIGITS), dtype=np.float64)
    standing_points = np.minimum(flows / trust.FULL_FLOW, 1.0) * trust.STANDING_MAXIMUM
    score = trust.scores(facts["works"], facts["topics"], facts["close"], facts["level"], standing_points)
    counts = "works, topics, close_collaborators, level, flow, score"
    fresh = "f.works, f.topics, f.close, f.level, f.flow, f.score"
    kept = "t.works, t.topics, t.close_collaborators, t.level, t.flow, t.score"
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE fresh_trust (author_id int8, works int4, topics int4, close int4, level int2,"
            " flow float8, score int2) ON COMMIT DROP"
        )
        columns.write("fresh_trust", _FRESH, {**facts, "flow": flows, "score": score})
        cursor.execute("ANALYZE fresh_trust")
        cursor.execute(
            "CREATE TEMP TABLE differing ON COMMIT DROP AS SELECT f.*, t.author_id IS NULL AS is_new"
            " FROM fresh_trust f LEFT JOIN graph_trustsnapshot t ON t.author_id = f.author_id"
            f" WHERE t.formula IS DISTINCT FROM {trust.FORMULA} OR ({kept}) IS DISTINCT FROM ({fresh})"
        )
        cursor.execute("ANALYZE differing")
        cursor.execute(
            f"""
            INSERT INTO graph_trustchange (author_id, at, cause, score_before, score_after, before, after)
            SELECT t.author_id, %s, %s, t.score, f.score,
                   {_as_json("t", "close_collaborators")}, {_as_json("f", "close")}
            FROM differing f JOIN graph_trustsnapshot t USING (author_id)
            WHERE t.score <> f.score OR t.level <> f.level
            """,
            [at, cause],
        )
        cursor.execute(
            f"UPDATE graph_trustsnapshot t SET formula = {trust.FORMULA}, computed_at = %s, ({counts}) = ({fresh})"
            " FROM differing f WHERE t.author_id = f.author_id AND NOT f.is_new",
            [at],
        )
        changed = int(cursor.rowcount)
        cursor.execute(
            f"INSERT INTO graph_trustsnapshot (author_id, formula, computed_at, {counts})"
            f" SELECT f.author_id, {trust.FORMULA}, %s, {fresh} FROM differing f WHERE f.is_new",
            [at],
        )
        changed += int(cursor.rowcount)
        cursor.execute("DROP TABLE fresh_trust, differing")
    return changed


def _as_json(side: str, close: str) -> str:
    """SQL for the counts of a snapshot by name."""
    return (
        f"jsonb_build_object('works', {side}.works, 'topics', {side}.topics, 'close_collaborators', {side}.{close},"
        f" 'level', {side}.level, 'flow', {side}.flow)"
    )
