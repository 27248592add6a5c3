"""The facts behind one author's score, named one by one as far as they bring points."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import F, Q

from graph.edges import CLOSE_STRENGTH, CLOSE_WORKS
from graph.models import AuthorTopic, Collaboration, TrustSnapshot
from graph.receipt import Evidence
from graph.trust import COLLABORATOR_POINTS, COLLABORATORS_MAXIMUM, TOPICS_MAXIMUM, WORKS_MAXIMUM
from works.markup import plain_text
from works.models import Work


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
