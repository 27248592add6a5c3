"""Trains the weights of the attribution engine on gold sets.

usage: train.py FOLDER [--validate]

FOLDER holds the gold sets. Writes ``works/attribution/weights.json``. With ``--validate`` nothing is written: the
figures of names that were not trained on (two halves by name) and of sets that were not trained on are printed.

Examples are pairs of clusters as the engine meets them: it runs with the weights so far, every pair of clusters it
weighs among the best for either becomes an example, and joins that the labels contradict are not made, so that later
rounds show clean clusters. Each set is also read with initials for given names, in all works and in every second one.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).parents[2]))

from bench.attribution.fit import Examples, Floats, fit, fit_confidence
from bench.attribution.gold import GoldSet
from works.attribution.clusters import Clusters
from works.attribution.evaluation import Labelled, evaluate
from works.attribution.evidence import Ints
from works.attribution.hashing import hash_of
from works.attribution.linkage import link
from works.attribution.pairs import FEATURES
from works.attribution.support import Support
from works.attribution.weights import TABLE, Weights

#: Log-odds kept back from every pair: a wrong merge hurts more than a split (DESIGN section 7).
PRECISION_MARGIN: Final = 0.4
#: Examples of a set as printed count full, those with initials half.
INITIALS: Final = {0.0: 1.0, 0.5: 0.5, 1.0: 0.5}
ROUNDS: Final = 2
#: Of each cluster, so many best partners become examples; and so many pairs a round at most.
BEST, MOST = 4, 6000
#: Where training starts from.
FIRST_WEIGHTS: Final = {
    "one_coauthor": 2.0, "two_coauthors": 1.0, "form_amount": 1.0, "key_amount": 1.0, "place_cosine": 3.0,
    "term_cosine": 2.0, "subject": 2.0, "rarity": 0.5, "contact_amount": 3.0,
}  # fmt: skip
FIRST: Final = Weights(bias=-9.0, weights=FIRST_WEIGHTS, slope=1.0, shift=0.0)


class Prepared:
    """A gold set as matrices with the label and the half (0 or 1, by block) of every row."""

    def __init__(self, gold: GoldSet, share: float) -> None:
        self.gold = gold
        self.share = share
        self.gathering, self.person = gold.gather()
        names = [gold.authorships[index].name.family for index in self.gathering.order]
        self.half = np.array([hash_of("half", f"{name.casefold()}") % 2 for name in names])


def main(arguments: list[str]) -> None:
    """Train and write, or validate and print."""
    folder = Path(arguments[0])
    sets = [
        Prepared(GoldSet(path, initials), share)
        for path in sorted(folder.glob("*.jsonl.gz"))
        for initials, share in INITIALS.items()
    ]
    if "--validate" in arguments:
        validate(sets)
        return
    weights = train(sets)
    weights = with_confidence(sets, weights)
    TABLE.write_bytes(msgspec.json.format(msgspec.json.encode(weights), indent=1) + b"\n")
    for prepared in sets:
        report("trained on", prepared, weights)


def train(sets: Iterable[Prepared], half: int | None = None) -> Weights:
    """Weights from the given sets, or from the names of one half of them."""
    chosen = list(sets)
    weights = FIRST
    gathered: dict[int, list[Examples]] = {index: [] for index in range(len(chosen))}
    for turn in range(ROUNDS):
        for index, prepared in enumerate(chosen):
            gathered[index].append(examples(prepared, weights, half, seed=turn))
        values, bias = fit([_together(found) for found in gathered.values()])
        table = {name: round(float(value), 4) for name, value in zip(FEATURES, values, strict=True)}
        weights = Weights(round(bias - PRECISION_MARGIN, 4), table, 1.0, 0.0)
    return weights


def examples(prepared: Prepared, weights: Weights, half: int | None, seed: int) -> Examples:
    """The pairs that the engine weighs on one set, as far as both clusters are labelled and clean."""
    found: list[tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_], Floats]] = []
    chance = np.random.default_rng(seed)

    def observe(clusters: Clusters, i: Ints, j: Ints, features: Floats, odds: Floats) -> Floats:
        person, size = clean_person(clusters, prepared.person)
        known = (person[i] >= 0) & (person[j] >= 0)
        usable = known if half is None else known & (prepared.half[clusters.leader[i]] == half)
        pairs = _best_of_each(i, j, odds, np.flatnonzero(usable))
        if len(pairs) > MOST:
            pairs = chance.choice(pairs, MOST, replace=False)
        weight = np.sqrt(np.minimum(size[i[pairs]], size[j[pairs]]).astype(np.float64))
        found.append((features[pairs].astype(np.float32), person[i[pairs]] == person[j[pairs]], weight))
        return np.where(known & (person[i] != person[j]), -np.inf, odds)

    link(prepared.gathering, weights.log_odds, np.arange(prepared.gathering.size), observer=observe)
    features, same, weight = (np.concatenate(column) for column in zip(*found, strict=True))
    return Examples(features, same, weight, prepared.share)


def clean_person(clusters: Clusters, person: Ints) -> tuple[Ints, Ints]:
    """The one person of each cluster's labelled rows, -1 for none or several; and how many rows are labelled."""
    label, value = clusters.label, person[clusters.rows]
    labelled = value >= 0
    lowest = np.full(clusters.size, np.iinfo(np.int64).max)
    highest = np.full(clusters.size, -1)
    np.minimum.at(lowest, label[labelled], value[labelled])
    np.maximum.at(highest, label[labelled], value[labelled])
    return np.where(lowest == highest, highest, -1), np.bincount(label[labelled], minlength=clusters.size)


def _best_of_each(i: Ints, j: Ints, odds: Floats, usable: Ints) -> Ints:
    one, pair = np.concatenate([i[usable], j[usable]]), np.concatenate([usable, usable])
    order = np.lexsort((-odds[pair], one))
    one, pair = one[order], pair[order]
    starts = np.flatnonzero(np.r_[True, one[1:] != one[:-1]]) if len(one) else np.empty(0, dtype=np.int64)
    rank = np.arange(len(one)) - np.repeat(starts, np.diff(np.r_[starts, len(one)]))
    return np.unique(pair[rank < BEST])


def _together(found: list[Examples]) -> Examples:
    return Examples(
        np.concatenate([e.features for e in found]),
        np.concatenate([e.same for e in found]),
        np.concatenate([e.weight for e in found]),
        found[0].share,
    )


def with_confidence(sets: Iterable[Prepared], weights: Weights) -> Weights:
    """Calibrate: how often is an authorship of the person that most of its cluster is, at given log-odds?"""
    odds, right, weight = [], [], []
    for prepared in sets:
        label = link(prepared.gathering, weights.log_odds, np.arange(prepared.gathering.size))
        support = Support(prepared.gathering, label)
        person, usual, others = prepared.person[support.rows], *_usual_person(prepared.person, label)
        known = (person >= 0) & (others[label[support.rows]] > 1)
        odds.append(weights.log_odds(support.features())[known])
        right.append((person == usual[label[support.rows]])[known])
        weight.append(np.full(int(known.sum()), prepared.share / max(int(known.sum()), 1)))
    slope, shift = fit_confidence(np.concatenate(odds), np.concatenate(right), np.concatenate(weight))
    return msgspec.structs.replace(weights, slope=round(slope, 4), shift=round(shift, 4))


def _usual_person(person: Ints, label: Ints) -> tuple[Ints, Ints]:
    """The most frequent label of each cluster, the smallest of equals, and the number of labelled rows."""
    size = int(label.max()) + 1
    labelled = person >= 0
    pairs, count = np.unique(np.stack([label[labelled], person[labelled]]), axis=1, return_counts=True)
    order = np.lexsort((-pairs[1], count))
    usual = np.full(size, -1)
    usual[pairs[0][order]] = pairs[1][order]
    return usual, np.bincount(label[labelled], minlength=size)


def validate(sets: list[Prepared]) -> None:
    """Figures on names and on sets that had no part in the training."""
    for half in (0, 1):
        weights = train(sets, half)
        for prepared in sets:
            report(f"names of the other half ({1 - half})", prepared, weights, 1 - half)
    for left_out in sorted({prepared.gold.name.split()[0] for prepared in sets}):
        weights = train([prepared for prepared in sets if not prepared.gold.name.startswith(left_out)])
        for prepared in sets:
            if prepared.gold.name.startswith(left_out):
                report("set left out", prepared, weights)


def report(what: str, prepared: Prepared, weights: Weights, half: int | None = None) -> None:
    """Print the figures of one set within its blocks."""
    label = link(prepared.gathering, weights.log_odds, np.arange(prepared.gathering.size))
    chosen = prepared.person >= 0
    if half is not None:
        chosen &= prepared.half == half
    rows = [
        Labelled(prepared.gold.printed[prepared.gathering.order[row]], int(prepared.person[row]), int(label[row]))
        for row in np.flatnonzero(chosen).tolist()
    ]
    found = evaluate(rows)
    figures = [found.b_cubed.precision, found.b_cubed.recall, found.b_cubed.f1, found.pairwise.f1, found.macro_f1]
    print(f"{what:28} {prepared.gold.name:28}", *(f"{figure:.4f}" for figure in figures), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
