"""A researcher in context: circles of collaborators, similar researchers, topics and collaborators over time.

Eleven queries at most, whatever the size of the record.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection
from django.urls import reverse

from graph import charts, queries, similar
from graph.communities import circles
from graph.queries import Years
from graph.similar import Likeness, SharedTopic
from works.models import Author

COLLABORATORS = 40
NEAR = 20
STRANDS = 8
TOPICS = 10
LEADERS_EACH = 30


@dataclass(frozen=True, slots=True)
class Person:
    """A researcher to link to."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class ShownCircle:
    """A circle with the names of its members; ``subjects`` are what most of them publish on."""

    members: Sequence[Person]
    subjects: Sequence[str]


@dataclass(frozen=True, slots=True)
class Context:
    """What the page shows; a chart is None when nothing is dated."""

    circles: Sequence[ShownCircle]
    similar: Sequence[Likeness]
    topics: charts.Chart | None
    collaborators: charts.Chart | None


def context_of(author: Author) -> Context:
    """Everything about an author that the context page shows."""
    always = Years()
    ties = queries.ties_of(author.pk, always, COLLABORATORS)
    topics = queries.topics_of(author.pk, always, TOPICS)
    return Context(
        circles=_circles(ties),
        similar=_similar(author, ties, topics),
        topics=_topics_over_time(author.pk, topics[:STRANDS]),
        collaborators=_collaborators_over_time(author.pk, ties[:STRANDS]),
    )


def _circles(ties: Sequence[queries.Tie]) -> list[ShownCircle]:
    people = [tie.author for tie in ties]
    names = {tie.author: tie.name for tie in ties}
    among = [(pair.a, pair.b, pair.strength) for pair in queries.pairs_among(people, Years())]
    topics: dict[int, list[str]] = defaultdict(list)
    common = queries.shared_topics(people, Years(), 40)
    labels = queries.topic_labels(common)
    for shared in common:
        for person in shared.authors:
            topics[person].append(labels[shared.thing])
    found = circles({tie.author: tie.strength for tie in ties}, among, topics)
    return [ShownCircle([Person(pk, names[pk]) for pk in circle.members], circle.subjects) for circle in found]


def _similar(author: Author, ties: Sequence[queries.Tie], topics: Sequence[queries.Count]) -> list[Likeness]:
    """Candidates share two collaborators, or lead on a topic of the author's; co-authors are left out."""
    near = [tie.author for tie in ties[:NEAR]]
    names = {tie.author: tie.name for tie in ties}
    far = queries.far_authors(author.pk, near, Years(), each=60, limit=40)
    candidates = {one.author: one.name for one in far}
    candidates.update(_leading_strangers(author.pk, [topic.thing for topic in topics]))
    own = {topic.thing: topic.works / max(author.work_count, topic.works) for topic in topics}
    shared = _topics_in_common(list(candidates), own)
    degrees = _degrees(sorted({via for one in far for via in one.via}))
    met = {one.author: [(names[via], degrees.get(via, 0)) for via in one.via] for one in far}
    found = [Likeness(pk, name, shared.get(pk, ()), met.get(pk, ())) for pk, name in candidates.items()]
    return similar.rank([one for one in found if len(one.topics) > 1 or one.collaborators])


def _leading_strangers(author: int, topics: Sequence[int]) -> Iterable[tuple[int, str]]:
    """The leading authors of each topic who never wrote with the author."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH known AS (
                SELECT b_id AS id FROM graph_collaboration WHERE a_id = %(author)s
                UNION SELECT a_id FROM graph_collaboration WHERE b_id = %(author)s UNION SELECT %(author)s
            )
            SELECT DISTINCT n.id, n.display_name FROM unnest(%(topics)s::bigint[]) AS v(id) CROSS JOIN LATERAL (
                SELECT author_id FROM graph_authortopic WHERE topic_id = v.id
                ORDER BY works DESC, author_id LIMIT %(each)s
            ) l JOIN works_author n ON n.id = l.author_id AND n.status = 'active'
            WHERE n.id NOT IN (SELECT id FROM known)
            """,
            {"author": author, "topics": list(topics), "each": LEADERS_EACH},
        )
        return list(cursor.fetchall())


def _topics_in_common(candidates: Sequence[int], own: Mapping[int, float]) -> dict[int, list[SharedTopic]]:
    """The topics that each candidate shares; ``own`` has the share of each topic among the author's works."""
    found: dict[int, list[SharedTopic]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.author_id, t.id, t.code, t.name, t.work_count,"
            " c.works::float8 / greatest(n.work_count, c.works) FROM graph_authortopic c"
            " JOIN works_topic t ON t.id = c.topic_id JOIN works_author n ON n.id = c.author_id"
            " WHERE c.author_id = ANY(%s) AND c.topic_id = ANY(%s)",
            [list(candidates), list(own)],
        )
        for author, topic, code, name, works, share in cursor.fetchall():
            found[author].append(SharedTopic(code, name, works, min(share, own[topic])))
    return found


def _degrees(authors: Sequence[int]) -> dict[int, int]:
    """How many co-authors each author has."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT v.id, (SELECT count(*) FROM graph_collaboration WHERE a_id = v.id)"
            " + (SELECT count(*) FROM graph_collaboration WHERE b_id = v.id) FROM unnest(%s::bigint[]) AS v(id)",
            [list(authors)],
        )
        return dict(cursor.fetchall())


def _topics_over_time(author: int, topics: Sequence[queries.Count]) -> charts.Chart | None:
    by_year = _by_year(
        "SELECT t.topic_id, w.year, count(*) FROM works_attribution p"
        " JOIN works_work w ON w.id = p.work_id AND NOT w.is_deleted AND w.year IS NOT NULL"
        " JOIN works_worktopic t ON t.work_id = w.id AND t.topic_id = ANY(%s) WHERE p.author_id = %s GROUP BY 1, 2",
        [topic.thing for topic in topics],
        author,
    )
    labels = queries.topic_labels(topics)
    strands = [
        charts.Strand(labels[topic.thing], by_year[topic.thing], reverse("topic", args=[topic.code]))
        for topic in topics
    ]
    return charts.over_time(strands, what="Topic")


def _collaborators_over_time(author: int, ties: Sequence[queries.Tie]) -> charts.Chart | None:
    by_year = _by_year(
        "SELECT o.author_id, w.year, count(*) FROM works_attribution o"
        " JOIN works_attribution p ON p.work_id = o.work_id JOIN works_work w ON w.id = o.work_id"
        " AND NOT w.is_deleted AND w.year IS NOT NULL WHERE o.author_id = ANY(%s) AND p.author_id = %s GROUP BY 1, 2",
        [tie.author for tie in ties],
        author,
    )
    strands = [
        charts.Strand(tie.name, by_year[tie.author], reverse("researcher-by-id", args=[tie.author])) for tie in ties
    ]
    return charts.over_time(strands, what="Collaborator")


def _by_year(query: str, things: Sequence[int], author: int) -> dict[int, dict[int, int]]:
    found: dict[int, dict[int, int]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(query, [list(things), author])
        for thing, year, works in cursor.fetchall():
            found[thing][year] = works
    return found
