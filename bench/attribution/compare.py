"""Compares the engine with simple baselines on gold and silver sets, and shows what precision costs in recall.

usage: compare.py FOLDER [--curve] [--json OUT.json]

Baselines: *name*, one person for each printed name; *initial*, one for each family name with first initial; *rule*, the
names that can be one person's and share a co-author (by name or initial) or a place, transitively. With ``--curve``
the engine runs with more or less log-odds held back from every pair. All figures are within blocks; the whole pipeline
(``manage.py evaluate_attribution``) also joins across them.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Hashable, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Final

import msgspec
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from bench.attribution.gold import GoldSet
from works.attribution.evaluation import Evaluation, Labelled, evaluate
from works.attribution.evidence import Floats, Gathering, Ints
from works.attribution.facts import place_keys
from works.attribution.linkage import link
from works.attribution.weights import load_weights
from works.names import Agreement, block_key, compare_names, name_key

MARGINS: Final = (-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.0, 4.0)


def engine(gathering: Gathering, held_back: float = 0.0) -> Ints:
    """The engine's clusters of the rows, with so many log-odds more held back from every pair."""
    weights = load_weights()

    def score(features: Floats) -> Floats:
        return weights.log_odds(features) - held_back

    return link(gathering, score, np.arange(gathering.size))


def by_rule(gold: GoldSet) -> list[Hashable]:
    """The shared-co-author-or-place rule: connected components of compatible names that share one of these."""
    parent = list(range(len(gold.authorships)))
    compare = lru_cache(maxsize=None)(compare_names)

    def root(row: int) -> int:
        while parent[row] != row:
            parent[row] = parent[parent[row]]
            row = parent[row]
        return row

    holders: defaultdict[tuple[str, Hashable], list[int]] = defaultdict(list)
    for row in gold.authorships:
        block = block_key(row.name)
        keys = gold.works[row.work].keys.tolist()
        facts: set[Hashable] = {key for at, key in enumerate(keys) if at != row.position and key}
        facts |= {place for text in row.affiliations for place in place_keys(text)}
        for fact in facts:
            holders[block, fact].append(row.id)
    for rows in holders.values():
        for a, b in pairwise(rows):
            one, other = gold.authorships[a], gold.authorships[b]
            if one.work != other.work and compare(one.name, other.name) > Agreement.CONFLICT:
                parent[root(a)] = root(b)
    return [root(row) for row in range(len(parent))]


def figures(gold: GoldSet, cluster: Sequence[Hashable]) -> Evaluation:
    """The figures of a clustering of a set's authorships, by id."""
    return evaluate(
        Labelled(gold.printed[at], int(gold.person[at]), cluster[at])
        for at in np.flatnonzero(gold.person >= 0).tolist()
    )


def main(arguments: Sequence[str]) -> None:
    """Print the tables, and write the figures when asked."""
    kept: dict[str, dict[str, list[float]]] = {}
    for path in sorted(Path(arguments[0]).glob("*.jsonl.gz")):
        gold = GoldSet(path)
        gathering, _ = gold.gather()
        order = np.array(gathering.order)

        def clusters(label: Ints, order: Ints = order) -> list[int]:
            back = np.empty(len(order), dtype=np.int64)
            back[order] = label
            return back.tolist()

        methods: dict[str, Sequence[Hashable]] = {"engine": clusters(engine(gathering))}
        if "--curve" in arguments:
            methods |= {f"{margin:+.1f}": clusters(engine(gathering, margin)) for margin in MARGINS}
        else:
            methods |= {
                "name": [name_key(row.name) for row in gold.authorships],
                "initial": [block_key(row.name) for row in gold.authorships],
                "rule": by_rule(gold),
            }
        kept[gold.name] = {method: _row(figures(gold, cluster)) for method, cluster in methods.items()}
        for method, row in kept[gold.name].items():
            print(f"{gold.name:26} {method:8}", *(f"{figure:.3f}" for figure in row), flush=True)
    if "--json" in arguments:
        Path(arguments[arguments.index("--json") + 1]).write_bytes(msgspec.json.encode(kept))


def _row(found: Evaluation) -> list[float]:
    return [found.b_cubed.precision, found.b_cubed.recall, found.b_cubed.f1,
            found.pairwise.precision, found.pairwise.recall, found.pairwise.f1, found.macro_f1]  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1:])
