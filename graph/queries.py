"""What the database knows round a focus: one statement a question, bounded whatever the size of the catalogue.

Raw SQL because each statement reads a pair table from both sides or takes the best few of each of many.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import connection

from graph.edges import MAXIMUM_AUTHORS

FIRST_YEAR, LAST_YEAR = 0, 9999


@dataclass(frozen=True, slots=True)
class Years:
    """An inclusive span; facts without a year belong to every span that has no bound."""

    first: int | None = None
    last: int | None = None

    @property
    def bounds(self) -> tuple[int, int, bool]:
        """First, last, and whether undated facts count."""
        return (
            self.first if self.first is not None else FIRST_YEAR,
            self.last if self.last is not None else LAST_YEAR,
            self.first is None and self.last is None,
        )


class Tie(NamedTuple):
    """A collaboration seen from one end."""

    author: int
    name: str
    works: int
    strength: float
    first_year: int | None
    last_year: int | None


class Pair(NamedTuple):
    """A collaboration seen from outside."""

    a: int
    b: int
    works: int
    strength: float
    first_year: int | None
    last_year: int | None


class Far(NamedTuple):
    """An author two steps away with the neighbours it works with, and the works with each: how many, from, to."""

    author: int
    name: str
    via: list[int]
    works: list[int]
    first_years: list[int | None]
    last_years: list[int | None]


class WorkRow(NamedTuple):
    """A work with those of the candidate authors who wrote it, and its topics."""

    work: int
    title: str
    year: int | None
    authors: int
    writers: list[int]
    topics: list[int]


class Count(NamedTuple):
    """A topic or institution with the number of works that name it; ``code`` is a topic's own."""

    thing: int
    name: str
    code: str
    works: int
    first_year: int | None
    last_year: int | None


class Leader(NamedTuple):
    """An author who leads a topic or institution by works."""

    author: int
    name: str
    works: int
    first_year: int | None
    last_year: int | None


class Shared(NamedTuple):
    """A topic or institution that several authors have in common."""

    thing: int
    name: str
    code: str
    authors: list[int]
    works: int


_IN_SPAN = (
    "(coalesce({last}, 0) >= %(first)s AND coalesce({first}, 9999) <= %(last)s AND ({first} IS NOT NULL OR %(all)s))"
)
_ACTIVE = "n.status = 'active'"


def _rows(query: str, years: Years, **parameters: Any) -> list[tuple[Any, ...]]:
    first, last, undated = years.bounds
    with connection.cursor() as cursor:
        cursor.execute(query, {"first": first, "last": last, "all": undated, **parameters})
        return list(cursor.fetchall())


def ties_of(author: int, years: Years, limit: int) -> list[Tie]:
    """The strongest collaborations of an author."""
    span = _IN_SPAN.format(first="c.first_year", last="c.last_year")
    query = f"""
        SELECT n.id, n.display_name, c.works, c.strength, c.first_year, c.last_year FROM (
            SELECT b_id AS other, works, strength, first_year, last_year
            FROM graph_collaboration WHERE a_id = %(author)s
            UNION ALL
            SELECT a_id, works, strength, first_year, last_year FROM graph_collaboration WHERE b_id = %(author)s
        ) c JOIN works_author n ON n.id = c.other AND {_ACTIVE}
        WHERE {span} ORDER BY c.strength DESC, c.works DESC, n.id LIMIT %(limit)s
    """
    return [Tie(*row) for row in _rows(query, years, author=author, limit=limit)]


def pairs_among(authors: Sequence[int], years: Years) -> list[Pair]:
    """The collaborations between authors of a group."""
    span = _IN_SPAN.format(first="c.first_year", last="c.last_year")
    query = f"""
        SELECT c.a_id, c.b_id, c.works, c.strength, c.first_year, c.last_year
        FROM graph_collaboration c WHERE c.a_id = ANY(%(authors)s) AND c.b_id = ANY(%(authors)s) AND {span}
    """
    return [Pair(*row) for row in _rows(query, years, authors=list(authors))]


def far_authors(focus: int, near: Sequence[int], years: Years, *, each: int, limit: int) -> list[Far]:
    """Authors who work with two or more of ``near`` (of each, its ``each`` strongest ties) and never with the focus."""
    span = _IN_SPAN.format(first="c.first_year", last="c.last_year")
    query = f"""
        WITH strong AS (
            SELECT v.id AS via, c.other, c.works, c.strength, c.first_year, c.last_year
            FROM unnest(%(near)s::bigint[]) AS v(id) CROSS JOIN LATERAL (
                SELECT * FROM (
                    SELECT b_id AS other, works, strength, first_year, last_year
                    FROM graph_collaboration WHERE a_id = v.id
                    UNION ALL
                    SELECT a_id, works, strength, first_year, last_year FROM graph_collaboration WHERE b_id = v.id
                ) c WHERE {span} ORDER BY c.strength DESC, c.other LIMIT %(each)s
            ) c
        ), meeting AS (
            SELECT other, array_agg(via ORDER BY strength DESC, via) AS via,
                   array_agg(works ORDER BY strength DESC, via) AS works,
                   array_agg(first_year ORDER BY strength DESC, via) AS first_years,
                   array_agg(last_year ORDER BY strength DESC, via) AS last_years,
                   count(*) AS touches, sum(strength) AS strength
            FROM strong
            WHERE other <> %(focus)s AND other NOT IN (
                SELECT b_id FROM graph_collaboration WHERE a_id = %(focus)s
                UNION ALL SELECT a_id FROM graph_collaboration WHERE b_id = %(focus)s)
            GROUP BY other HAVING count(*) >= 2 ORDER BY touches DESC, strength DESC, other LIMIT %(limit)s
        )
        SELECT n.id, n.display_name, m.via, m.works, m.first_years, m.last_years
        FROM meeting m JOIN works_author n ON n.id = m.other AND {_ACTIVE}
        ORDER BY m.touches DESC, m.strength DESC, n.id
    """
    return [Far(*row) for row in _rows(query, years, focus=focus, near=list(near), each=each, limit=limit)]


def works_of(authors: Sequence[int], candidates: Sequence[int], years: Years, *, each: int) -> list[WorkRow]:
    """The newest works of each of some authors with those of the candidates who wrote them."""
    query = f"""
        WITH own AS (
            SELECT DISTINCT w.id FROM unnest(%(authors)s::bigint[]) AS v(id) CROSS JOIN LATERAL (
                SELECT w.id FROM works_attribution p JOIN works_work w ON w.id = p.work_id
                WHERE p.author_id = v.id AND NOT w.is_deleted AND {_IN_SPAN.format(first="w.year", last="w.year")}
                ORDER BY (w.author_count > {MAXIMUM_AUTHORS}), w.year DESC NULLS LAST, w.id DESC LIMIT %(each)s
            ) w
        )
        SELECT w.id, w.title, w.year, w.author_count,
               ARRAY(SELECT p.author_id FROM works_attribution p
                     WHERE p.work_id = w.id AND p.author_id = ANY(%(candidates)s) ORDER BY 1),
               ARRAY(SELECT t.topic_id FROM works_worktopic t WHERE t.work_id = w.id ORDER BY t.position)
        FROM own JOIN works_work w USING (id) ORDER BY w.id
    """
    return [WorkRow(*row) for row in _rows(query, years, authors=list(authors), candidates=list(candidates), each=each)]


def topics_of(author: int, years: Years, limit: int) -> list[Count]:
    """The topics an author published most on."""
    query = f"""
        SELECT t.id, t.name, t.code, c.works, c.first_year, c.last_year
        FROM graph_authortopic c JOIN works_topic t ON t.id = c.topic_id
        WHERE c.author_id = %(author)s AND {_IN_SPAN.format(first="c.first_year", last="c.last_year")}
        ORDER BY c.works DESC, c.last_year DESC NULLS LAST, t.id LIMIT %(limit)s
    """
    return [Count(*row) for row in _rows(query, years, author=author, limit=limit)]


def institutions_of(author: int, years: Years, limit: int) -> list[Count]:
    """The institutions named most on an author's works."""
    query = f"""
        SELECT i.id, i.name, '', c.works, c.first_year, c.last_year
        FROM graph_authorinstitution c JOIN works_institution i ON i.id = c.institution_id
        WHERE c.author_id = %(author)s AND {_IN_SPAN.format(first="c.first_year", last="c.last_year")}
        ORDER BY c.works DESC, c.last_year DESC NULLS LAST, i.id LIMIT %(limit)s
    """
    return [Count(*row) for row in _rows(query, years, author=author, limit=limit)]


def shared_topics(authors: Sequence[int], years: Years, limit: int) -> list[Shared]:
    """The topics that most of some authors publish on."""
    query = f"""
        SELECT t.id, t.name, t.code, c.authors, c.works FROM (
            SELECT c.topic_id, array_agg(c.author_id ORDER BY c.works DESC, c.author_id) AS authors,
                   sum(c.works) AS works
            FROM graph_authortopic c WHERE c.author_id = ANY(%(authors)s)
                AND {_IN_SPAN.format(first="c.first_year", last="c.last_year")}
            GROUP BY c.topic_id ORDER BY count(*) DESC, works DESC, c.topic_id LIMIT %(limit)s
        ) c JOIN works_topic t ON t.id = c.topic_id ORDER BY cardinality(c.authors) DESC, c.works DESC, t.id
    """
    return [Shared(*row) for row in _rows(query, years, authors=list(authors), limit=limit)]


def shared_institutions(authors: Sequence[int], years: Years, limit: int) -> list[Shared]:
    """The institutions that most of some authors are named with."""
    query = f"""
        SELECT i.id, i.name, '', c.authors, c.works FROM (
            SELECT c.institution_id, array_agg(c.author_id ORDER BY c.works DESC, c.author_id) AS authors,
                   sum(c.works) AS works
            FROM graph_authorinstitution c WHERE c.author_id = ANY(%(authors)s)
                AND {_IN_SPAN.format(first="c.first_year", last="c.last_year")}
            GROUP BY c.institution_id ORDER BY count(*) DESC, works DESC, c.institution_id LIMIT %(limit)s
        ) c JOIN works_institution i ON i.id = c.institution_id
        ORDER BY cardinality(c.authors) DESC, c.works DESC, i.id
    """
    return [Shared(*row) for row in _rows(query, years, authors=list(authors), limit=limit)]


def leaders_of_topic(topic: int, years: Years, limit: int) -> list[Leader]:
    """The authors with most works on a topic."""
    return _leaders("graph_authortopic", "topic_id", topic, years, limit)


def leaders_of_institution(institution: int, years: Years, limit: int) -> list[Leader]:
    """The authors with most works that name an institution."""
    return _leaders("graph_authorinstitution", "institution_id", institution, years, limit)


def _leaders(table: str, column: str, thing: int, years: Years, limit: int) -> list[Leader]:
    query = f"""
        SELECT n.id, n.display_name, c.works, c.first_year, c.last_year
        FROM {table} c JOIN works_author n ON n.id = c.author_id AND {_ACTIVE}
        WHERE c.{column} = %(thing)s AND {_IN_SPAN.format(first="c.first_year", last="c.last_year")}
        ORDER BY c.works DESC, c.author_id LIMIT %(limit)s
    """
    return [Leader(*row) for row in _rows(query, years, thing=thing, limit=limit)]


def authors_of_work(work: int, limit: int) -> list[Leader]:
    """The first authors of a work in printed order; ``works`` is how many each has in all."""
    query = f"""
        SELECT n.id, n.display_name, n.work_count, n.first_year, n.last_year
        FROM works_attribution p JOIN works_authorship s ON s.id = p.authorship_id
        JOIN works_author n ON n.id = p.author_id AND {_ACTIVE}
        WHERE p.work_id = %(work)s ORDER BY s.position LIMIT %(limit)s
    """
    return [Leader(*row) for row in _rows(query, Years(), work=work, limit=limit)]


def topics_of_work(work: int) -> list[Count]:
    """The topics of a work, the primary one first."""
    query = """
        SELECT t.id, t.name, t.code, 1, NULL, NULL FROM works_worktopic c JOIN works_topic t ON t.id = c.topic_id
        WHERE c.work_id = %(work)s ORDER BY c.position, t.id LIMIT 20
    """
    return [Count(*row) for row in _rows(query, Years(), work=work)]


def institutions_of_work(work: int, limit: int) -> list[Shared]:
    """The institutions a work names, with the authors who name them."""
    query = """
        SELECT i.id, i.name, '', array_agg(p.author_id ORDER BY s.position), 1
        FROM works_authorship s JOIN works_authorshipinstitution l ON l.authorship_id = s.id
        JOIN works_institution i ON i.id = l.institution_id
        JOIN works_attribution p ON p.authorship_id = s.id
        WHERE s.work_id = %(work)s GROUP BY i.id, i.name ORDER BY count(*) DESC, i.id LIMIT %(limit)s
    """
    return [Shared(*row) for row in _rows(query, Years(), work=work, limit=limit)]


def topic_labels(topics: Iterable[Count | Shared]) -> dict[int, str]:
    """What to call each topic: its name, with the code where several of them have one name (cs.LG and stat.ML)."""
    found = list(topics)
    names = Counter(topic.name for topic in found)
    return {
        topic.thing: topic.name if names[topic.name] == 1 else f"{topic.name} ({topic.code})"
        for topic in found
        if topic.name
    } | {topic.thing: topic.code for topic in found if not topic.name}


def neighbours(authors: Iterable[int]) -> dict[int, dict[int, float]]:
    """The co-authors of each of some authors with the strength of the tie (for ``graph.paths``)."""
    wanted = list(authors)
    found: dict[int, dict[int, float]] = {author: {} for author in wanted}
    query = """
        SELECT a_id, b_id, strength FROM graph_collaboration WHERE a_id = ANY(%(authors)s)
        UNION ALL SELECT b_id, a_id, strength FROM graph_collaboration WHERE b_id = ANY(%(authors)s)
    """
    for author, other, strength in _rows(query, Years(), authors=wanted):
        found[author][other] = strength
    return found
