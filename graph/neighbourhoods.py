"""From a focus to everything that could be shown round it: candidates with scores, ties with reasons.

Each builder asks a constant number of questions of ``graph.queries``, whatever the size of the focus.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import log1p

from django.urls import reverse

from graph import queries
from graph.edges import MAXIMUM_AUTHORS
from graph.elements import Edge, Kind, Node, Relation, counted, key_of, years_phrase
from graph.queries import Years
from graph.selection import Candidate, Neighbourhood
from works.markup import plain_text
from works.models import Author, Institution, Topic, Work

COLLABORATORS = 40
BRIDGED = 14
WORKS = 120
THINGS = 14

LARGE_WORKS_NOTE = (
    f"Works with more than {MAXIMUM_AUTHORS} authors make no collaborations: a shared place in a very long list does"
    " not mean that two people worked together."
)
Focus = Author | Work | Topic | Institution


def around(focus: Focus, years: Years) -> Neighbourhood:
    """The neighbourhood of a researcher, work, topic or institution."""
    if isinstance(focus, Author):
        return _round_author(focus, years)
    if isinstance(focus, Work):
        return _round_work(focus, years)
    return _round_group(focus, years)


def node_of(focus: Focus) -> Node:
    """The focus itself as a node."""
    url = focus.get_absolute_url()
    if isinstance(focus, Author):
        return Node(key_of(Kind.RESEARCHER, focus.pk), Kind.RESEARCHER, focus.display_name, url, 1.0, "focus")
    if isinstance(focus, Work):
        return Node(key_of(Kind.WORK, focus.pk), Kind.WORK, plain_text(focus.title), url, 1.0, "focus", year=focus.year)
    if isinstance(focus, Topic):
        return Node(key_of(Kind.TOPIC, focus.code), Kind.TOPIC, focus.name or focus.code, url, 1.0, "focus")
    return Node(key_of(Kind.INSTITUTION, focus.pk), Kind.INSTITUTION, focus.name, url, 1.0, "focus")


def _round_author(author: Author, years: Years) -> Neighbourhood:
    found = Neighbourhood(node_of(author))
    focus = found.focus.key
    ties = queries.ties_of(author.pk, years, COLLABORATORS)
    scale = _scale([tie.strength for tie in ties])
    for tie in ties:
        node = _person(tie.author, tie.name, scale(tie.strength))
        found.near.append(Candidate(node, tie.strength))
        found.edges.append(_collaboration(focus, node.key, tie, scale))
    people = [tie.author for tie in ties]
    strength = {tie.author: tie.strength for tie in ties}
    _add_pairs(found, people, years, scale)
    _add_far_people(found, author.pk, people[:BRIDGED], years)
    topics = queries.topics_of(author.pk, years, THINGS)
    _add_counts(found, topics, Kind.TOPIC)
    institutions = queries.institutions_of(author.pk, years, THINGS)
    _add_counts(found, institutions, Kind.INSTITUTION)
    _add_affiliations(found, people, {entry.thing for entry in institutions}, years)
    keys = {entry.thing: _topic_key(entry) for entry in topics}
    for work in queries.works_of([author.pk], people, years, each=WORKS):
        node = _work(work, writers=len(work.writers))
        typical = sum(strength[writer] for writer in work.writers) / (1.0 + work.authors / 10)
        found.near.append(Candidate(node, typical + len(work.writers) * 0.2 + (work.year or 0) / 10_000))
        found.edges.append(Edge(focus, node.key, Relation.AUTHORSHIP, _wrote(work.year), 0.15, work.year, work.year))
        _add_writers(found, node, work)
        _add_subjects(found, node, work, keys)
    found.notes.append(LARGE_WORKS_NOTE)
    return found


def _round_work(work: Work, years: Years) -> Neighbourhood:
    found = Neighbourhood(node_of(work))
    focus = found.focus.key
    authors = queries.authors_of_work(work.pk, COLLABORATORS)
    scale = _scale([float(author.works) for author in authors])
    for position, author in enumerate(authors):
        node = _person(author.author, author.name, scale(author.works))
        found.near.append(Candidate(node, float(len(authors) - position)))
        reason = f"author {position + 1} of {work.author_count:,}"
        found.edges.append(Edge(focus, node.key, Relation.AUTHORSHIP, reason, 0.3, work.year, work.year))
    people = [author.author for author in authors]
    _add_pairs(found, people, years, _scale([1.0, 4.0]))
    topics = queries.topics_of_work(work.pk)
    _add_counts(found, topics, Kind.TOPIC, reason=lambda entry: f"listed under {entry.code}")
    for place in queries.institutions_of_work(work.pk, THINGS):
        node = Node(key_of(Kind.INSTITUTION, place.thing), Kind.INSTITUTION, place.name, _institution_url(place.thing))
        found.near.append(Candidate(node, float(len(place.authors))))
        named = f"named by {counted(len(place.authors), 'author')} of this work"
        found.edges.append(Edge(focus, node.key, Relation.AFFILIATION, named))
        found.edges += [
            Edge(key_of(Kind.RESEARCHER, person), node.key, Relation.AFFILIATION, "named on this work")
            for person in place.authors
        ]
    keys = {entry.thing: _topic_key(entry) for entry in topics}
    for other in queries.works_of(people, people, years, each=12):
        if other.work != work.pk and len(other.writers) >= 2:
            node = _work(other, writers=len(other.writers))
            found.far.append(Candidate(node, float(len(other.writers))))
            _add_writers(found, node, other)
            _add_subjects(found, node, other, keys)
    if work.author_count > MAXIMUM_AUTHORS:
        found.notes.append(f"This work has {work.author_count:,} authors; the first {COLLABORATORS} are considered.")
        found.notes.append(LARGE_WORKS_NOTE)
    return found


def _round_group(focus: Topic | Institution, years: Years) -> Neighbourhood:
    """A topic or an institution: its leading researchers, and what they have in common."""
    found = Neighbourhood(node_of(focus))
    is_topic = isinstance(focus, Topic)
    leading = queries.leaders_of_topic if is_topic else queries.leaders_of_institution
    leaders = leading(focus.pk, years, COLLABORATORS)
    scale = _scale([float(leader.works) for leader in leaders])
    for leader in leaders:
        node = _person(leader.author, leader.name, scale(leader.works))
        found.near.append(Candidate(node, float(leader.works)))
        span = years_phrase(leader.first_year, leader.last_year)
        reason = f"{counted(leader.works, 'work')} {'on this topic' if is_topic else 'from here'}"
        relation = Relation.SUBJECT if is_topic else Relation.AFFILIATION
        when = leader.first_year, leader.last_year
        edge = Edge(found.focus.key, node.key, relation, _joined(reason, span), scale(leader.works), *when)
        found.edges.append(edge)
    people = [leader.author for leader in leaders]
    _add_pairs(found, people, years, _scale([1.0, 4.0]))
    topics = [
        entry for entry in queries.shared_topics(people, years, THINGS) if not is_topic or entry.thing != focus.pk
    ]
    _add_shared(found, topics, Kind.TOPIC)
    places = queries.shared_institutions(people, years, THINGS)
    _add_shared(found, [entry for entry in places if is_topic or entry.thing != focus.pk], Kind.INSTITUTION)
    keys = {entry.thing: key_of(Kind.TOPIC, entry.code) for entry in topics}
    for work in queries.works_of(people[:20], people, years, each=12):
        if is_topic and focus.pk not in work.topics:
            continue
        node = _work(work, writers=len(work.writers))
        score = len(work.writers) + (work.year or 0) / 10_000
        found.near.append(Candidate(node, score))
        reason = f"by {counted(len(work.writers), 'leading researcher')}"
        found.edges.append(
            Edge(found.focus.key, node.key, Relation.SUBJECT, _joined(reason, str(work.year or "")), 0.1)
        )
        _add_writers(found, node, work)
        _add_subjects(found, node, work, keys)
    found.notes.append(LARGE_WORKS_NOTE)
    return found


def _add_pairs(found: Neighbourhood, people: Sequence[int], years: Years, scale: Callable[[float], float]) -> None:
    for pair in queries.pairs_among(people, years):
        edge = _collaboration(key_of(Kind.RESEARCHER, pair.a), key_of(Kind.RESEARCHER, pair.b), pair, scale)
        found.edges.append(edge)


def _add_far_people(found: Neighbourhood, focus: int, near: Sequence[int], years: Years) -> None:
    for far in queries.far_authors(focus, near, years, each=60, limit=30):
        node = _person(far.author, far.name, 0.3)
        found.far.append(Candidate(node, float(len(far.via))))
        for via, works, *span in zip(far.via, far.works, far.first_years, far.last_years, strict=True):
            reason = _joined(f"{counted(works, 'work')} together", years_phrase(*span))
            weight = min(works / 10, 1.0)
            found.edges.append(
                Edge(node.key, key_of(Kind.RESEARCHER, via), Relation.COLLABORATION, reason, weight, *span)
            )


def _add_counts(
    found: Neighbourhood,
    entries: Sequence[queries.Count],
    kind: Kind,
    reason: Callable[[queries.Count], str] | None = None,
) -> None:
    """Topics or institutions tied to the focus by a number of works."""
    scale = _scale([float(entry.works) for entry in entries])
    labels = queries.topic_labels(entries) if kind == Kind.TOPIC else {}
    for entry in entries:
        if kind == Kind.TOPIC:
            node = Node(_topic_key(entry), kind, labels[entry.thing], _topic_url(entry.code), scale(entry.works))
        else:
            key = key_of(kind, entry.thing)
            node = Node(key, kind, entry.name, _institution_url(entry.thing), scale(entry.works))
        found.near.append(Candidate(node, float(entry.works)))
        span = years_phrase(entry.first_year, entry.last_year)
        words = f"{counted(entry.works, 'work')} {'on this topic' if kind == Kind.TOPIC else 'from here'}"
        text = reason(entry) if reason else _joined(words, span)
        relation = Relation.SUBJECT if kind == Kind.TOPIC else Relation.AFFILIATION
        years = entry.first_year, entry.last_year
        found.edges.append(Edge(found.focus.key, node.key, relation, text, scale(entry.works), *years))


def _add_shared(found: Neighbourhood, entries: Sequence[queries.Shared], kind: Kind) -> None:
    """Topics or institutions that leading researchers of the focus have in common."""
    word = "leading researcher"
    is_topic = kind == Kind.TOPIC
    labels = queries.topic_labels(entries) if is_topic else {entry.thing: entry.name for entry in entries}
    for entry in entries:
        url = _topic_url(entry.code) if is_topic else _institution_url(entry.thing)
        key = key_of(kind, entry.code if is_topic else entry.thing)
        size = len(entry.authors)
        label = labels[entry.thing]
        if is_topic and label == found.focus.label:
            label = f"{label} ({entry.code})"
        node = Node(key, kind, label, url, min(size / 10, 1.0))
        found.near.append(Candidate(node, size + entry.works / 10_000))
        reason = f"{counted(size, word)} {'also on this topic' if is_topic else 'also from here'}"
        found.edges.append(Edge(found.focus.key, key, Relation.NEIGHBOUR, reason, min(size / 20, 1.0)))
        relation = Relation.SUBJECT if is_topic else Relation.AFFILIATION
        found.edges += [
            Edge(key_of(Kind.RESEARCHER, person), key, relation, "among the works of this researcher", 0.1)
            for person in entry.authors[:6]
        ]


def _add_affiliations(found: Neighbourhood, people: Sequence[int], institutions: set[int], years: Years) -> None:
    """Which collaborators share an institution of the focus."""
    if not institutions:
        return
    for place in queries.shared_institutions(people, years, 60):
        if place.thing in institutions:
            found.edges += [
                Edge(
                    key_of(Kind.RESEARCHER, person),
                    key_of(Kind.INSTITUTION, place.thing),
                    Relation.AFFILIATION,
                    "named on works of both",
                    0.1,
                )
                for person in place.authors
            ]


def _add_writers(found: Neighbourhood, node: Node, work: queries.WorkRow) -> None:
    found.edges += [
        Edge(key_of(Kind.RESEARCHER, w), node.key, Relation.AUTHORSHIP, _wrote(work.year), 0.1, work.year, work.year)
        for w in work.writers
    ]


def _add_subjects(found: Neighbourhood, node: Node, work: queries.WorkRow, keys: dict[int, str]) -> None:
    """The tie to the first of the work's topics that are shown."""
    topic = next((topic for topic in work.topics if topic in keys), None)
    if topic is not None:
        found.edges.append(Edge(node.key, keys[topic], Relation.SUBJECT, "listed under this topic", 0.05))


def _person(pk: int, name: str, weight: float) -> Node:
    url = reverse("researcher-by-id", args=[pk])
    return Node(key_of(Kind.RESEARCHER, pk), Kind.RESEARCHER, name, url, weight)


def _work(work: queries.WorkRow, *, writers: int) -> Node:
    url = reverse("work-by-id", args=[work.work])
    key = key_of(Kind.WORK, work.work)
    return Node(key, Kind.WORK, plain_text(work.title), url, min(writers / 6, 1.0), year=work.year)


def _collaboration(one: str, other: str, tie: queries.Tie | queries.Pair, scale: Callable[[float], float]) -> Edge:
    reason = _joined(f"{counted(tie.works, 'work')} together", years_phrase(tie.first_year, tie.last_year))
    return Edge(one, other, Relation.COLLABORATION, reason, scale(tie.strength), tie.first_year, tie.last_year)


def _scale(values: Iterable[float]) -> Callable[[float], float]:
    """Maps a value to 0..1 by its logarithm against the largest of the values."""
    largest = log1p(max(values, default=0.0)) or 1.0
    return lambda value: min(log1p(value) / largest, 1.0)


def _joined(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def _wrote(year: int | None) -> str:
    return f"an author of this work of {year}" if year else "an author of this work"


def _topic_key(entry: queries.Count) -> str:
    return key_of(Kind.TOPIC, entry.code)


def _topic_url(code: str) -> str:
    return reverse("topic", args=[code])


def _institution_url(pk: int) -> str:
    return reverse("institution-by-id", args=[pk])
