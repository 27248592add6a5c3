"""The facts behind one author's score, named one by one as far as they bring points."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection
from django.db.models import F, Q

from graph.edges import CLOSE_STRENGTH, CLOSE_WORKS
from graph.models import AuthorTopic, Collaboration, TrustSnapshot
from graph.receipt import Evidence, StandingEvidence, TrustTie
from graph.snapshots import SEED_LEVEL
from graph.standing import DAMPING
from graph.trust import COLLABORATOR_POINTS, COLLABORATORS_MAXIMUM, TOPICS_MAXIMUM, WORKS_MAXIMUM
from works.markup import plain_text
from works.models import Work

TRUST_TIES = 200
"""Ties that a receipt names to prove standing, those first that bring most."""


def evidence_of(snapshot: TrustSnapshot) -> dict[str, Evidence]:
    """Works (newest first), topics and close collaborators of the author; three queries."""
    works = Work.objects.listed().filter(attributions__author=snapshot.author_id)
    shown_works = works.order_by(F("year").desc(nulls_last=True), "-pk").values_list("pk", "title", "year")
    topics = AuthorTopic.objects.filter(author=snapshot.author_id).order_by("-works", "topic__code")
    shown_topics = topics.values_list("topic__code", "works")
    return {
        "works": Evidence(
            snapshot.works,
            [{"id": pk, "title": plain_text(title), "year": year} for pk, title, year in shown_works[:WORKS_MAXIMUM]],
        ),
        "topics": Evidence(
            snapshot.topics, [{"code": code, "works": count} for code, count in shown_topics[:TOPICS_MAXIMUM]]
        ),
        "close_collaborators": Evidence(snapshot.close_collaborators, _close(snapshot.author_id)),
    }


def _close(author_id: int) -> Sequence[dict[str, object]]:
    is_close = Q(works__gte=CLOSE_WORKS) | Q(strength__gte=CLOSE_STRENGTH)
    ties = Collaboration.objects.filter(Q(a=author_id) | Q(b=author_id)).filter(is_close).select_related("a", "b")
    return [
        {
            "id": tie.b_id if tie.a_id == author_id else tie.a_id,
            "name": (tie.b if tie.a_id == author_id else tie.a).display_name,
            "works": tie.works,
            "strength": f"{tie.strength:.6f}",
        }
        for tie in ties.order_by("-strength", "a", "b")[: COLLABORATORS_MAXIMUM // COLLABORATOR_POINTS]
    ]


def standing_evidence(author_id: int) -> StandingEvidence:
    """The ties that bring trust to an author, with the flow of the co-author at the other end of each; one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH tie AS (
                SELECT b_id AS id, trust_strength AS weight FROM graph_collaboration WHERE a_id = %(author)s
                UNION ALL SELECT a_id, trust_strength FROM graph_collaboration WHERE b_id = %(author)s
            ), brought AS (
                SELECT id, n.display_name, weight, n.level, coalesce(t.flow, 0) AS flow, t.computed_at,
                       weight * ((1 - %(damping)s) * (n.level >= %(seed)s)::int + %(damping)s * coalesce(t.flow, 0))
                       AS trust
                FROM tie JOIN works_author n USING (id) LEFT JOIN graph_trustsnapshot t ON t.author_id = n.id
                WHERE weight > 0 AND n.status = 'active'
            )
            SELECT id, display_name, weight, level, flow, computed_at, trust / sum(weight) OVER (), count(*) OVER (),
                   sum(weight) OVER (), count(*) FILTER (WHERE trust = 0) OVER (),
                   coalesce(sum(weight) FILTER (WHERE trust = 0) OVER (), 0)
            FROM brought ORDER BY trust DESC, id LIMIT %(limit)s
            """,
            {"author": author_id, "damping": DAMPING, "seed": SEED_LEVEL, "limit": TRUST_TIES},
        )
        rows = cursor.fetchall()
    if not rows:
        return StandingEvidence(0, 0.0, 0, 0.0, ())
    shown = [TrustTie(*row[:7]) for row in rows if row[6] > 0]
    count, weight, silent, silent_weight = rows[0][7:]
    return StandingEvidence(count, weight, silent, silent_weight, shown)
