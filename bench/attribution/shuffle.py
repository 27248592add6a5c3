"""Measures how much the order of imports matters.

usage: shuffle.py GOLD.jsonl.gz [BATCHES]

The works of a gold set come in several batches, in an order that a seed decides. After each batch the blocks it
touched are resolved as in the database, with the statistics of the works seen so far: small and grown ones whole, in
others only what is new; what was decided about other blocks stays. Printed is the pairwise agreement of the outcomes of
two orders, and of each with one import of everything.
"""

from __future__ import annotations

import random
import sys
from collections import defaultdict
from itertools import combinations, count
from pathlib import Path

from msgspec.structs import replace

sys.path.insert(0, str(Path(__file__).parents[2]))

from bench.attribution.gold import GoldSet
from works.attribution.engine import resolve_batch
from works.attribution.evaluation import agreement
from works.attribution.facts import AuthorshipFacts
from works.attribution.standing import has_grown
from works.attribution.statistics import Statistics, name_parts
from works.names import block_key

SEEDS = (1, 2)


def main(path: Path, batches: int) -> None:
    """Import in several orders and print the agreements."""
    gold = GoldSet(path)
    outcomes = {"at once": imported(gold, 1, seed=0)}
    outcomes |= {f"order {seed}": imported(gold, batches, seed) for seed in SEEDS}
    for one, other in combinations(outcomes, 2):
        print(f"{gold.name:16} {one} / {other}: {agreement(outcomes[one], outcomes[other]):.4f}", flush=True)


def imported(gold: GoldSet, batches: int, seed: int) -> list[int]:
    """The record of every authorship, by id, after importing the works in a shuffled order."""
    by_work: defaultdict[int, list[AuthorshipFacts]] = defaultdict(list)
    for authorship in gold.authorships:
        by_work[authorship.work].append(authorship)
    order = sorted(gold.works)
    random.Random(seed).shuffle(order)
    statistics = Statistics()
    members: defaultdict[str, list[AuthorshipFacts]] = defaultdict(list)
    resolved_whole: defaultdict[str, int] = defaultdict(int)
    record = [0] * len(gold.authorships)
    numbers = count(1)
    size = -(-len(order) // batches)
    for start in range(0, len(order), size):
        batch = order[start : start + size]
        statistics.add_works(
            [gold.works[work] for work in batch], [name_parts(a.name) for work in batch for a in by_work[work]]
        )
        touched = set()
        for work in batch:
            for authorship in by_work[work]:
                block = block_key(authorship.name)
                members[block].append(authorship)
                touched.add(block)
        rows = []
        for block in sorted(touched):
            is_whole = has_grown(len(members[block]), resolved_whole[block])
            if is_whole:
                resolved_whole[block] = len(members[block])
            rows += [replace(a, standing=None if is_whole else record[a.id] or None) for a in members[block]]
        resolution = resolve_batch(rows, gold.works, statistics)
        new: defaultdict[int, int] = defaultdict(lambda: next(numbers))
        for row, label, is_affected in zip(rows, resolution.labels, resolution.affected, strict=True):
            if is_affected:
                record[row.id] = new[label]
    return record


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 10)
