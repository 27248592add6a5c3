"""A readable neighbourhood: Ada with two groups of co-authors that do not know each other, and Zoe who knows both."""

from __future__ import annotations

from xml.etree.ElementTree import Element, fromstring

from graph.elements import Edge, Kind, Node, Relation, key_of
from graph.selection import Candidate, Neighbourhood


def person(number: int, name: str, role: str = "near", weight: float = 0.5) -> Node:
    return Node(key_of(Kind.RESEARCHER, number), Kind.RESEARCHER, name, f"/researchers/{number}-x/", weight, role)


def tie(a: Node, b: Node, works: int = 1, weight: float = 0.3) -> Edge:
    reason = f"{works} works together, 2019–2022"
    return Edge(a.key, b.key, Relation.COLLABORATION, reason, weight, 2019, 2022)


def small_world(people: int = 6, works: int = 3, topics: int = 2, institutions: int = 1) -> Neighbourhood:
    """Ada, co-authors in two rings, her works, topics and institutions; Zoe and a paper two steps away."""
    ada = person(1, "Ada Lovelace", "focus", 1.0)
    world = Neighbourhood(ada)
    names = ("Ben Okri", "Chen Wei", "Dana Fu", "Eve Ito", "Finn Moe", "Gia Sol", "Hal Ray", "Ivo Dax")
    friends = [person(10 + n, f"{names[n % 8]} {n // 8 or ''}".strip(), weight=1 / (n + 1)) for n in range(people)]
    for number, friend in enumerate(friends):
        world.near.append(Candidate(friend, 10.0 - number))
        world.edges.append(tie(ada, friend, works=people - number, weight=friend.weight))
    for number in range(2, people):
        world.edges.append(tie(friends[number - 2], friends[number], weight=0.4))
    for number in range(works):
        work = Node(
            key_of(Kind.WORK, number), Kind.WORK, f"On the analytical engine, part {number}", f"/works/{number}/"
        )
        world.near.append(Candidate(work, 5.0 - number))
        world.edges.append(Edge(ada.key, work.key, Relation.AUTHORSHIP, "written in 2020"))
        world.edges.append(Edge(friends[number % people].key, work.key, Relation.AUTHORSHIP, "written in 2020"))
    for number in range(topics):
        topic = Node(key_of(Kind.TOPIC, f"cs.{number}"), Kind.TOPIC, f"cs.T{number}", f"/topics/cs.{number}/")
        world.near.append(Candidate(topic, 3.0 - number))
        world.edges.append(Edge(ada.key, topic.key, Relation.SUBJECT, "2 works on this topic"))
    for number in range(institutions):
        place = Node(
            key_of(Kind.INSTITUTION, number), Kind.INSTITUTION, f"University {number}", f"/institutions/{number}/"
        )
        world.near.append(Candidate(place, 3.0))
        world.edges.append(Edge(ada.key, place.key, Relation.AFFILIATION, "named on 2 works"))
    zoe = person(99, "Zoe Quist")
    world.far.append(Candidate(zoe, 1.0))
    world.edges += [tie(zoe, friends[0]), tie(zoe, friends[1])]
    lonely = person(98, "Lonely Far")
    world.far.append(Candidate(lonely, 9.0))
    world.edges.append(tie(lonely, friends[0]))
    return world


def parse_svg(svg: str) -> Element:
    """The elements of a picture of our own making."""
    return fromstring(svg)  # noqa: S314  # our own output, no text from outside
