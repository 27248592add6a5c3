"""Works by the same people are known by their author lists, also when a few came or left."""

from __future__ import annotations

import random
from collections.abc import Sequence

from works.attribution.bylines import byline_groups
from works.attribution.facts import WorkFacts, WorkFeatures, describe_work
from works.names import parse_name


def work(names: Sequence[str]) -> WorkFeatures:
    return describe_work(WorkFacts(title=f"By {len(names)}", authors=[parse_name(name) for name in names]))


def people(start: int, end: int) -> list[str]:
    letters = "abcdefghijklmnopqrstuvwxyz"
    return [
        f"{letters[n % 26].upper()}. {letters[n // 26 % 26].upper()}{letters[n // 676]}{letters[n % 26]}son"
        for n in range(start, end)
    ]


def test_equal_lists_in_any_order_are_by_the_same_people() -> None:
    names = people(0, 8)
    shuffled = random.Random(1).sample(names, len(names))
    one, other, third = byline_groups([work(names), work(shuffled), work(people(1, 9))]).tolist()
    assert one == other != third
    assert one > 0


def test_short_lists_say_nothing() -> None:
    assert byline_groups([work(people(0, 3)), work(people(0, 3))]).tolist() == [0, 0]


def test_a_collaboration_is_known_through_comings_and_goings() -> None:
    lists = [work(people(start, start + 400)) for start in range(0, 400, 20)]
    assert len(set(byline_groups(lists).tolist())) == 1
    assert len(set(byline_groups(lists[::-1]).tolist())) == 1


def test_collaborations_that_share_some_people_stay_apart() -> None:
    one, other = byline_groups([work(people(0, 400)), work(people(300, 700))]).tolist()
    assert one != other
