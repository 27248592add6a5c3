"""What a slice says first: people not met, groups and who joins them, ties gone quiet."""

from __future__ import annotations

from dataclasses import replace

from graph.findings import findings
from graph.selection import Neighbourhood, choose
from tests.graph.worlds import person, small_world, tie


def sentences(world: Neighbourhood) -> list[str]:
    return [finding.sentence for finding in findings(world, choose(world))]


def without_ties_among_friends(world: Neighbourhood) -> Neighbourhood:
    """Only the ties of Ada, of Zoe and of Lonely are left."""
    kept = {"researcher:1", "researcher:98", "researcher:99"}
    world.edges = [edge for edge in world.edges if kept & {edge.source, edge.target}]
    return world


def test_a_bridge_is_named_with_those_who_could_introduce() -> None:
    world = small_world()
    first = findings(world, choose(world))[0]
    assert first.sentence.startswith("Zoe Quist has never written with Ada Lovelace, but with ")
    assert "Ben Okri" in first.sentence
    assert first.reach is not None
    assert first.reach.key == "researcher:99"


def test_groups_that_do_not_write_with_each_other_are_told() -> None:
    assert any(
        "Without Ada Lovelace, the 6 people shown fall into groups" in one and "Ben Okri (3) and Chen Wei (3)" in one
        for one in sentences(small_world())
    )


def test_one_person_who_holds_a_group_to_the_others_is_named() -> None:
    world = small_world()
    people = {candidate.node.label: candidate.node for candidate in world.near}
    world.edges.append(tie(people["Ben Okri"], people["Chen Wei"]))
    assert any(one.startswith(("Only Ben Okri joins ", "Only Chen Wei joins ")) for one in sentences(world))


def test_a_close_tie_without_works_for_years_is_quiet() -> None:
    world = small_world()
    assert not any("since" in one for one in sentences(world))
    focus = world.focus.key
    world.edges = [
        replace(edge, last_year=2010) if edge.source == focus and edge.target == "researcher:10" else edge
        for edge in world.edges
    ]
    assert any(one.startswith("No work with Ben Okri since 2010") for one in sentences(world))


def test_strangers_among_friends_are_no_groups() -> None:
    world = without_ties_among_friends(small_world())
    assert not any("groups" in one or "Only" in one for one in sentences(world))


def test_nothing_is_said_of_an_empty_slice() -> None:
    assert findings(Neighbourhood(person(1, "Ada Lovelace", "focus")), choose(Neighbourhood(person(1, "Ada")))) == ()


def test_ties_that_the_drawing_leaves_out_count() -> None:
    """Groups are those of all ties between the people shown, not of the lines drawn."""
    world = small_world()
    drawn = choose(world)
    bare = replace(drawn, edges=())
    assert findings(world, bare) == findings(world, drawn)
