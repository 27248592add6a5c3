"""Joins clusters of authorships, the surest pairs first, until no pair is more likely one person than two."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from scipy import sparse

from works.attribution.clusters import Clusters
from works.attribution.evidence import Bools, Floats, Gathering, Ints
from works.attribution.pairs import CONFLICT, candidate_pairs, impossible_pairs, name_relation, pair_features

#: Log-odds a pair must reach, lowered step by step: sure joins are made, and pooled, before doubtful ones.
STEPS: Final = (4.0, 2.0, 0.0)

#: Log-odds of a pair from which on one cluster takes in several others in one round.
FOLLOW: Final = 3.0

Scorer = Callable[[Floats], Floats]
#: Sees pairs with their features and log-odds when they are weighed, and may change the log-odds.
Observer = Callable[[Clusters, Ints, Ints, Floats, Floats], Floats]


def link(
    gathering: Gathering,
    scorer: Scorer,
    label: Ints,
    cannot_link: sparse.csr_array | None = None,
    observer: Observer | None = None,
    fresh: Bools | None = None,
) -> Ints:
    """Cluster label of every row. ``label`` is the start: rows joined by human decisions already share one.

    Clusters without a ``fresh`` row stand as they are: they are not weighed against each other, only against those
    with one. By default every row is fresh.

    Each round joins the pairs of clusters that are each other's best partner above the step's log-odds, and whoever
    follows one of them safely; joined clusters are then weighed anew with what they know together. Clusters with
    different whole names, two positions of one work or a human "no" between them never join, so an initial cannot
    bridge two full names. Ties go by content, not by id.
    """
    label = compact(label)
    pairs = _WeighedPairs(gathering, scorer, cannot_link, observer)
    fresh = np.ones(gathering.size, dtype=bool) if fresh is None else fresh
    outdated = np.zeros(gathering.blocks, dtype=bool)
    for rows in (np.flatnonzero(fresh), pairs.leaders(label)[fresh]):
        outdated[gathering.block[rows]] = True
    for step in STEPS:
        pairs.weigh(label, outdated, changed=np.unique(pairs.leaders(label)[fresh]))
        outdated[:] = False
        while True:
            gone, kept = pairs.to_join(step)
            if not len(gone):
                break
            leader = pairs.leaders(label)
            target = np.arange(gathering.size)
            target[gone] = kept
            label = compact(target[leader])
            live = np.zeros(gathering.blocks, dtype=bool)
            live[gathering.block[kept]] = True
            outdated |= live
            pairs.weigh(label, live, changed=np.concatenate([gone, kept]))
    return compact(label)


def compact(label: Ints) -> Ints:
    """The same clusters numbered from 0 by their first row."""
    _, first, inverse = np.unique(label, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return rank[inverse]


class _WeighedPairs:
    """All pairs of clusters weighed so far that still exist; a cluster is named by its first row, its leader."""

    def __init__(
        self,
        gathering: Gathering,
        scorer: Scorer,
        cannot_link: sparse.csr_array | None,
        observer: Observer | None,
    ) -> None:
        self.gathering = gathering
        self.scorer = scorer
        self.cannot_link = cannot_link
        self.observer = observer
        self.one = self.other = np.empty(0, dtype=np.int64)
        self.odds: Floats = np.empty(0)
        self.can_follow: Bools = np.empty(0, dtype=bool)
        #: Rows that share their work with another row of the block, or that a person kept apart from others.
        self.delicate = delicate_rows(gathering, cannot_link)

    @staticmethod
    def leaders(label: Ints) -> Ints:
        """The leader of every row."""
        _, first, inverse = np.unique(label, return_index=True, return_inverse=True)
        return first[inverse]

    def weigh(self, label: Ints, blocks: Bools, changed: Ints) -> None:
        """Weigh anew the pairs of the clusters that changed, given by leader, as far as they are in these blocks."""
        was_changed = np.zeros(self.gathering.size, dtype=bool)
        was_changed[changed] = True
        was_changed &= blocks[self.gathering.block]
        self._forget(was_changed)
        rows = self._rows_with_choice(label, blocks)
        if not len(rows):
            return
        _, local = np.unique(label[rows], return_inverse=True)
        clusters = Clusters(self.gathering, rows, local)
        i, j = candidate_pairs(clusters, was_changed[clusters.leader])
        relation = name_relation(clusters, i, j)
        possible = relation != CONFLICT
        i, j, relation = i[possible], j[possible], relation[possible]
        possible = ~impossible_pairs(clusters, i, j, self.cannot_link)
        i, j, relation = i[possible], j[possible], relation[possible]
        if not len(i):
            return
        odds = self._odds(clusters, i, j, relation)
        useful = odds > STEPS[-1]
        i, j = i[useful], j[useful]
        self.one = np.concatenate([self.one, clusters.leader[i]])
        self.other = np.concatenate([self.other, clusters.leader[j]])
        self.odds = np.concatenate([self.odds, np.round(odds[useful], 9)])
        self.can_follow = np.concatenate([self.can_follow, self._same_in_name(clusters, i, j)])

    def _odds(self, clusters: Clusters, i: Ints, j: Ints, relation: Ints) -> Floats:
        parts = pair_features(clusters, i, j, relation)
        if self.observer is None:
            return np.concatenate([self.scorer(part) for part in parts])
        features = np.concatenate(list(parts))
        return self.observer(clusters, i, j, features, self.scorer(features))

    def _forget(self, was_changed: Bools) -> None:
        kept = ~(was_changed[self.one] | was_changed[self.other])
        self.one, self.other = self.one[kept], self.other[kept]
        self.odds, self.can_follow = self.odds[kept], self.can_follow[kept]

    def _rows_with_choice(self, label: Ints, blocks: Bools) -> Ints:
        """Rows of these blocks where a block still holds two or more clusters."""
        _, first = np.unique(label, return_index=True)
        clusters = np.bincount(self.gathering.block[first], minlength=self.gathering.blocks)
        return np.flatnonzero((blocks & (clusters > 1))[self.gathering.block])

    def _same_in_name(self, clusters: Clusters, i: Ints, j: Ints) -> Bools:
        """Pairs so alike in all that can forbid a join that several may join one cluster in one round."""
        delicate = np.zeros(clusters.size, dtype=bool)
        np.logical_or.at(delicate, clusters.label, self.delicate[clusters.rows])
        same = ~delicate[i] & ~delicate[j]
        for values in (clusters.first, clusters.middle, clusters.whole_middle, clusters.suffix, clusters.orcid):
            same &= values[i] == values[j]
        return np.asarray(same & (clusters.human[i] == clusters.human[j]))

    def to_join(self, step: float) -> tuple[Ints, Ints]:
        """Leaders of clusters to join now, and the leader each of them joins.

        Pairs that prefer each other are joined; of equally good partners the one whose content comes first counts. A
        cluster whose best partner is in such a pair comes along when nothing about its name can forbid it.
        """
        good = np.flatnonzero(self.odds > step)
        one = np.concatenate([self.one[good], self.other[good]])
        other = np.concatenate([self.other[good], self.one[good]])
        pair = np.concatenate([good, good])
        order = np.lexsort((other, -self.odds[pair], one))
        one, other, pair = one[order], other[order], pair[order]
        is_best = np.r_[True, one[1:] != one[:-1]] if len(one) else np.empty(0, dtype=bool)
        one, other, pair = one[is_best], other[is_best], pair[is_best]
        best = np.full(self.gathering.size, -1, dtype=np.int64)
        best[one] = other
        mutual = best[other] == one
        home = np.full(self.gathering.size, -1, dtype=np.int64)
        home[one[mutual]] = np.minimum(one[mutual], other[mutual])
        # One of the two in a pair must itself be safe, or its partner's name would bind the followers.
        safe = np.zeros(self.gathering.size, dtype=bool)
        safe[one[mutual]] = self.can_follow[pair[mutual]]
        follows = ~mutual & (self.odds[pair] > FOLLOW) & self.can_follow[pair] & (home[other] >= 0) & safe[other]
        gone = np.concatenate([one[mutual & (home[one] != one)], one[follows]])
        kept = np.concatenate([home[one[mutual & (home[one] != one)]], home[other[follows]]])
        return gone, kept


def delicate_rows(gathering: Gathering, cannot_link: sparse.csr_array | None) -> Bools:
    """Rows that share their work with another row of their block, or that a person kept apart from others."""
    code = gathering.block << np.int64(32) | gathering.work
    _, work, count = np.unique(code, return_inverse=True, return_counts=True)
    delicate: Bools = count[work] > 1
    if cannot_link is not None:
        delicate |= np.diff(cannot_link.indptr) > 0
    return delicate
