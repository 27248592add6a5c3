"""Positions: the same slice the same, a small change small, and never two labels on one spot."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from statistics import median

import pytest

from graph import lettering
from graph.elements import Edge, Kind, Node, Relation, Slice, key_of
from graph.layout import NARROW, WIDE, Canvas, Place, arrange, canvas_for
from graph.selection import NARROW_LIMIT, Candidate, choose
from tests.graph.worlds import small_world


def full_slice() -> Slice:
    return choose(small_world(people=80, works=60, topics=30, institutions=20))


def box(place: Place, canvas: Canvas) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of a mark with its label."""
    half = max(max(lettering.width(line, canvas.font) for line in place.label) / 2, place.radius)
    return (
        place.x - half,
        place.y - place.radius,
        place.x + half,
        place.y + place.radius + 2 + 1.15 * canvas.font * len(place.label),
    )


@pytest.mark.parametrize(("canvas", "limit"), [(WIDE, 40), (NARROW, NARROW_LIMIT), (canvas_for(300), 300)])
def test_marks_and_labels_never_overlap_nor_leave_the_canvas(canvas: Canvas, limit: int) -> None:
    drawn = choose(small_world(people=300, works=200, topics=90, institutions=60), limit)
    boxes = [box(place, canvas) for place in arrange(drawn, canvas).values()]
    assert len(boxes) == limit
    for left, top, right, bottom in boxes:
        assert left >= 0
        assert top >= 0
        assert right <= canvas.width
        assert bottom <= canvas.height
    for one, other in combinations(boxes, 2):
        assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]


def test_the_focus_stands_in_the_middle() -> None:
    for canvas in (WIDE, NARROW):
        drawn = choose(small_world(), 16)
        focus = arrange(drawn, canvas)[drawn.focus.key]
        assert focus.x == canvas.width / 2
        assert abs(focus.y - canvas.height / 2) < canvas.cell[1] / 2


def test_the_order_of_nodes_and_edges_does_not_matter() -> None:
    drawn = full_slice()
    turned = Slice((drawn.focus, *reversed(drawn.nodes[1:])), tuple(reversed(drawn.edges)))
    assert arrange(drawn, WIDE) == arrange(turned, WIDE)


def test_one_node_less_moves_the_others_little() -> None:
    drawn = full_slice()
    before = arrange(drawn, WIDE)
    moved = []
    for gone in drawn.nodes[1::6]:
        after = arrange(drawn.keep(node.key for node in drawn.nodes if node != gone), WIDE)
        moved.append(median(abs(after[key].x - before[key].x) + abs(after[key].y - before[key].y) for key in after))
    assert max(moved) < WIDE.cell[0] / 2
    assert median(moved) < WIDE.cell[0] / 5


def test_one_new_work_moves_the_others_little() -> None:
    """From the choice of nodes to their places: the work pushes the least telling one out, and the rest stays put."""
    known = small_world(people=80, works=60, topics=30, institutions=20)
    before = arrange(choose(known), WIDE)
    grown = small_world(people=80, works=60, topics=30, institutions=20)
    fresh = Node(key_of(Kind.WORK, 999), Kind.WORK, "A new work", "/works/999/", year=2024)
    grown.near.append(Candidate(fresh, 99.0))
    grown.edges += [
        Edge(grown.focus.key, fresh.key, Relation.AUTHORSHIP, "written in 2024"),
        Edge(grown.near[0].node.key, fresh.key, Relation.AUTHORSHIP, "written in 2024"),
    ]
    after = arrange(choose(grown), WIDE)
    assert fresh.key in after
    kept = before.keys() & after.keys()
    assert len(kept) >= len(before) - 2
    moved = sorted(abs(after[key].x - before[key].x) + abs(after[key].y - before[key].y) for key in kept)
    assert median(moved) < WIDE.cell[0] / 5
    assert moved[len(moved) * 9 // 10] < WIDE.cell[0] * 1.5


def test_a_stronger_tie_moves_the_others_little() -> None:
    drawn = full_slice()
    before = arrange(drawn, WIDE)
    edges = (replace(drawn.edges[0], weight=min(drawn.edges[0].weight + 0.1, 1.0)), *drawn.edges[1:])
    after = arrange(replace(drawn, edges=edges), WIDE)
    assert median(abs(after[key].x - before[key].x) for key in after) < 5


def test_a_pinned_node_stands_near_its_pin() -> None:
    drawn = full_slice()
    key = drawn.nodes[5].key
    place = arrange(drawn, WIDE, {key: (600.0, 60.0)})[key]
    assert abs(place.x - 600) <= WIDE.cell[0]
    assert abs(place.y - 60) <= WIDE.cell[1]


def test_too_many_nodes_are_refused() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        arrange(choose(small_world(people=80, works=60), 60), NARROW)


def test_labels_break_between_words_and_are_cut_with_an_ellipsis() -> None:
    assert lettering.wrap("Ada Lovelace", 13, 200, 2) == ("Ada Lovelace",)
    lines = lettering.wrap("A very long title about the analytical engine and its uses", 13, 110, 2)
    assert len(lines) == 2
    assert lines[1].endswith("…")
    assert all(lettering.width(line, 13) <= 110 for line in lines)
    assert lettering.wrap("Donaudampfschifffahrtsgesellschaft", 13, 60, 2)[0].endswith("…")
    assert lettering.width("王伟", 13) == 26


def test_cut_labels_keep_the_code_that_tells_topics_of_one_name_apart() -> None:
    short = lettering.fit("Machine Learning (stat.ML)", 13, 130)
    assert short.startswith("Mac")
    assert short.endswith("… (stat.ML)")
    assert lettering.width(short, 13) <= 130
    assert lettering.wrap("Information Theory (math.IT)", 13, 100, 2) == ("Information", "Th… (math.IT)")
    assert lettering.fit("Machine Learning (stat.ML)", 13, 60).endswith("…")
