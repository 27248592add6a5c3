"""Which nodes a slice shows."""

from __future__ import annotations

from graph.elements import Edge, Kind, Relation
from graph.selection import EDGES_PER_NODE, LIMIT, choose, summary
from tests.graph.worlds import small_world


def test_a_large_neighbourhood_is_cut_to_the_limit_with_every_kind() -> None:
    drawn = choose(small_world(people=80, works=60, topics=30, institutions=20))
    assert len(drawn.nodes) == LIMIT
    assert drawn.nodes[0].label == "Ada Lovelace"
    assert all(drawn.count(kind) >= 3 for kind in Kind)
    assert len(drawn.edges) <= LIMIT * EDGES_PER_NODE


def test_the_closest_collaborators_are_kept() -> None:
    drawn = choose(small_world(people=80), limit=20)
    shown = {node.key for node in drawn.nodes if node.kind == Kind.RESEARCHER}
    assert {f"researcher:{n}" for n in range(10, 15)} <= shown
    assert "researcher:80" not in shown


def test_places_that_one_kind_cannot_fill_go_to_the_others() -> None:
    drawn = choose(small_world(people=2, works=60, topics=0, institutions=0))
    assert drawn.count(Kind.WORK) == 36  # 39 places less two people and one bridge
    assert len(drawn.nodes) == LIMIT


def test_a_bridge_joins_groups_that_are_otherwise_apart() -> None:
    drawn = choose(small_world())
    bridges = [node for node in drawn.nodes if node.role == "bridge"]
    assert [node.label for node in bridges] == ["Zoe Quist"]
    assert bridges[0].note == "Works with Chen Wei and Ben Okri, who are otherwise apart here"


def test_a_far_node_with_one_tie_is_no_bridge() -> None:
    assert "researcher:98" not in {node.key for node in choose(small_world()).nodes}


def test_no_node_stands_alone() -> None:
    drawn = choose(small_world(people=80, works=60, topics=30, institutions=20))
    tied = {end for edge in drawn.edges for end in (edge.source, edge.target)}
    assert {node.key for node in drawn.nodes} == tied


def test_kinds_can_be_left_out() -> None:
    drawn = choose(small_world(), kinds=[Kind.TOPIC])
    assert {node.kind for node in drawn.nodes[1:]} == {Kind.TOPIC}


def test_two_nodes_have_one_edge() -> None:
    world = small_world()
    world.edges.append(Edge("researcher:10", "researcher:1", Relation.COLLABORATION, "again"))
    pairs = [frozenset((edge.source, edge.target)) for edge in choose(world).edges]
    assert len(pairs) == len(set(pairs))


def test_the_summary_reads_as_a_sentence() -> None:
    world = small_world()
    assert summary(choose(world)) == "Ada Lovelace with 7 researchers, 3 works, 2 topics and 1 institution"
    world.near.clear()
    world.far.clear()
    assert summary(choose(world)) == "Ada Lovelace with nothing around it yet"
