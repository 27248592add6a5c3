"""Similar researchers and circles: explained, stable, without co-authors."""

from __future__ import annotations

import networkx as nx

from graph.communities import circles
from graph.similar import Likeness, SharedTopic, rank


def test_a_rare_topic_counts_more_than_a_common_one() -> None:
    rare = Likeness(1, "Rare", [SharedTopic("math.GT", "Geometric Topology", 12, 0.5)], [])
    common = Likeness(2, "Common", [SharedTopic("cs.LG", "Machine Learning", 40_000, 0.5)], [])
    assert [one.author for one in rank([common, rare])] == [1, 2]


def test_who_writes_on_everything_is_like_nobody() -> None:
    focused = Likeness(2, "Focused", [SharedTopic("math.GT", "Geometric Topology", 90, 0.8)], [])
    everything = Likeness(1, "Everything", [SharedTopic(f"topic.{n}", "", 90, 0.05) for n in range(9)], [])
    assert [one.author for one in rank([everything, focused])] == [2, 1]


def test_a_collaborator_of_few_counts_more_than_one_of_many() -> None:
    close = Likeness(2, "Close", [], [("Ben", 3)])
    crowd = Likeness(1, "Crowd", [], [("Hub", 900)])
    assert [one.author for one in rank([crowd, close])] == [2, 1]


def test_the_telling_ones_are_named_and_codes_of_one_name_told_apart() -> None:
    learning = [SharedTopic(code, "Machine Learning", 90, 0.3) for code in ("stat.ML", "cs.LG")]
    common = SharedTopic("cs.AI", "Artificial Intelligence", 900, 0.3)
    one = Likeness(1, "X", [common, *learning], [("Cyd", 9), ("Ben", 4), ("Ada", 2)])
    assert [topic.code for topic in one.telling_topics] == ["cs.LG", "stat.ML"]
    assert one.telling_collaborators == ["Ada", "Ben"]


def test_circles_are_the_groups_that_write_with_each_other() -> None:
    groups = nx.disjoint_union_all([nx.complete_graph(5), nx.complete_graph(4), nx.path_graph(2)])
    ties = [(a, b, 1.0) for a, b in groups.edges()]
    strength = {person: float(person) for person in groups}
    topics = {person: ["cs.LG"] if person < 5 else ["math.CO", "cs.LG"][: person % 2 + 1] for person in groups}
    first, second = circles(strength, ties, topics)
    assert set(first.members) == {0, 1, 2, 3, 4}
    assert first.members[0] == 4  # the strongest tie first
    assert first.subjects == ("cs.LG",)
    assert set(second.members) == {5, 6, 7, 8}
    assert second.subjects == ("math.CO",)


def test_circles_are_the_same_every_time() -> None:
    network = nx.connected_caveman_graph(4, 6)
    ties = [(a, b, 1.0) for a, b in network.edges()]
    strength = dict.fromkeys(network, 1.0)
    assert circles(strength, ties, {}) == circles(strength, list(reversed(ties)), {})


def test_nobody_has_no_circles() -> None:
    assert circles({}, [], {}) == []
