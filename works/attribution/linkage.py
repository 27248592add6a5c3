"""Joins clusters of authorships, the surest pairs first, until no pair is more likely one person than two."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from scipy import sparse

from works.attribution.clusters import Clusters
from works.attribution.evidence import Floats, Gathering, Ints
from works.attribution.pairs import CONFLICT, candidate_pairs, impossible_pairs, name_relation, pair_features

#: Log-odds a pair must reach, lowered step by step: sure joins are made, and pooled, before doubtful ones.
STEPS: Final = (4.0, 3.0, 2.0, 1.0, 0.0)

Scorer = Callable[[Floats], Floats]
#: Sees each round's pairs with their features and log-odds and may change the log-odds; used by training.
Observer = Callable[[Clusters, Ints, Ints, Floats, Floats], Floats]


def link(
    gathering: Gathering,
    scorer: Scorer,
    label: Ints,
    cannot_link: sparse.csr_array | None = None,
    observer: Observer | None = None,
) -> Ints:
    """Cluster label of every row. ``label`` is the start: rows joined by human decisions already share one.

    Each round joins all pairs of clusters that are each other's best partner above the step's log-odds; features are
    then taken anew from the joined clusters. Clusters with different whole names, two positions of one work or a human
    "no" between them never join, so an initial cannot bridge two full names. Ties go by content, not by id.
    """
    label = compact(label)
    for step in STEPS:
        live = np.ones(gathering.blocks, dtype=bool)
        while live.any():
            rows = _rows_with_choice(gathering, label, live)
            live[:] = False
            if not len(rows):
                break
            ids, local = np.unique(label[rows], return_inverse=True)
            clusters = Clusters(gathering, rows, local)
            joined = _best_pairs(clusters, scorer, step, cannot_link, observer)
            if joined is None:
                break
            kept, gone = joined
            live[clusters.block[kept]] = True
            target = np.arange(int(label.max()) + 1)
            target[ids[gone]] = ids[kept]
            label = target[label]
    return compact(label)


def compact(label: Ints) -> Ints:
    """The same clusters numbered from 0 by their first row."""
    _, first, inverse = np.unique(label, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return rank[inverse]


def _rows_with_choice(gathering: Gathering, label: Ints, live: np.ndarray) -> Ints:
    """Rows of live blocks that still hold two or more clusters."""
    _, first = np.unique(label, return_index=True)
    clusters = np.bincount(gathering.block[first], minlength=gathering.blocks)
    return np.flatnonzero((live & (clusters > 1))[gathering.block])


def _best_pairs(
    clusters: Clusters,
    scorer: Scorer,
    threshold: float,
    cannot_link: sparse.csr_array | None,
    observer: Observer | None,
) -> tuple[Ints, Ints] | None:
    i, j = candidate_pairs(clusters)
    relation = name_relation(clusters, i, j)
    possible = (relation != CONFLICT) & ~impossible_pairs(clusters, i, j, cannot_link)
    i, j, relation = i[possible], j[possible], relation[possible]
    if not len(i):
        return None
    features = pair_features(clusters, i, j, relation)
    odds = scorer(features)
    if observer is not None:
        odds = observer(clusters, i, j, features, odds)
    good = odds > threshold
    if not good.any():
        return None
    return _mutual_best(clusters, i[good], j[good], odds[good])


def _mutual_best(clusters: Clusters, i: Ints, j: Ints, odds: Floats) -> tuple[Ints, Ints]:
    """Pairs that prefer each other; of equally good partners the one whose content comes first."""
    one, other = np.concatenate([i, j]), np.concatenate([j, i])
    odds = np.round(np.concatenate([odds, odds]), 9)
    order = np.lexsort((clusters.leader[other], -odds, one))
    one, other = one[order], other[order]
    best = np.full(clusters.size, -1, dtype=np.int64)
    is_first = np.r_[True, one[1:] != one[:-1]]
    best[one[is_first]] = other[is_first]
    chosen = np.flatnonzero(best >= 0)
    kept = chosen[(best[best[chosen]] == chosen) & (chosen < best[chosen])]
    return kept, best[kept]
