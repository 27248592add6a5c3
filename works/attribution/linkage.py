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
    partition = Partition(gathering.block, label)
    pairs = _WeighedPairs(gathering, scorer, cannot_link, observer)
    fresh = np.ones(gathering.size, dtype=bool) if fresh is None else fresh
    outdated = np.zeros(gathering.blocks, dtype=bool)
    outdated[gathering.block[partition.with_any(fresh)]] = True
    for step in STEPS:
        pairs.weigh(partition.local, outdated, changed=partition.local[partition.with_any(fresh)])
        outdated[:] = False
        while True:
            gone, kept = partition.join(*pairs.to_join(step))
            if not len(gone):
                break
            live = np.zeros(gathering.blocks, dtype=bool)
            live[gathering.block[kept]] = True
            outdated |= live
            pairs.weigh(partition.local, live, changed=np.concatenate([gone, kept]))
    return compact(partition.leader)


def compact(label: Ints) -> Ints:
    """The same clusters numbered from 0 by their first row."""
    leader = leaders(label)
    number = np.cumsum(leader == np.arange(len(leader))) - 1
    return np.asarray(number[leader])


def leaders(label: Ints) -> Ints:
    """The first row of every row's cluster: its leader."""
    _, first, inverse = np.unique(label, return_index=True, return_inverse=True)
    return np.asarray(first[inverse])


class Partition:
    """The clusters of rows while they grow. ``leader`` is the first row of each row's cluster.

    ``local`` is the first row of the part of the cluster that lies in the row's block: clusters that people or earlier
    resolutions made can reach over several blocks, and each part is compared within its own.
    """

    def __init__(self, block: Ints, label: Ints) -> None:
        self.block = block
        self.leader = leaders(label)
        self.spans = bool((block != block[self.leader]).any())
        self.local = self._local()

    def with_any(self, rows: Bools) -> Ints:
        """All rows of the clusters that have one of these."""
        has_one = np.zeros(len(self.leader), dtype=bool)
        has_one[self.leader[rows]] = True
        return np.flatnonzero(has_one[self.leader])

    def _local(self) -> Ints:
        return leaders(self.block << np.int64(32) | self.leader) if self.spans else self.leader

    def join(self, gone: Ints, kept: Ints) -> tuple[Ints, Ints]:
        """Let each local leader of ``gone`` join the one beside it in ``kept``. Returns the pairs really joined.

        Of a cluster that reaches over blocks only one part takes in others at a time: what the parts prefer need not
        go together.
        """
        if self.spans:
            gone, kept = self._one_part_each(gone, kept)
        one, other = self.leader[gone], self.leader[kept]
        first = np.arange(len(self.leader))
        np.minimum.at(first, other, one)
        target = np.arange(len(self.leader))
        target[one] = target[other] = first[other]
        self.leader = target[self.leader]
        self.local = self._local()
        return gone, kept

    def _one_part_each(self, gone: Ints, kept: Ints) -> tuple[Ints, Ints]:
        parts: dict[int, int] = {}
        chosen = []
        for at, pair in enumerate(zip(gone.tolist(), kept.tolist(), strict=True)):
            if all(parts.get(int(self.leader[part]), part) == part for part in pair):
                parts |= {int(self.leader[part]): part for part in pair}
                chosen.append(at)
        return gone[chosen], kept[chosen]


class _WeighedPairs:
    """All pairs of clusters of one block weighed so far that still exist; each is named by its first row there."""

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

    def weigh(self, leader: Ints, blocks: Bools, changed: Ints) -> None:
        """Weigh anew the pairs of the clusters that changed, given by first row, as far as they are in these blocks.

        ``leader`` is the first row of every row's cluster in its block.
        """
        was_changed = np.zeros(self.gathering.size, dtype=bool)
        was_changed[changed] = True
        was_changed &= blocks[self.gathering.block]
        self._forget(was_changed)
        is_leader = leader == np.arange(len(leader))
        rows = self._rows_with_choice(is_leader, blocks)
        if not len(rows):
            return
        is_chosen = np.zeros(len(leader), dtype=bool)
        is_chosen[rows] = True
        clusters = Clusters(self.gathering, rows, (np.cumsum(is_leader & is_chosen) - 1)[leader[rows]])
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

    def _rows_with_choice(self, is_leader: Bools, blocks: Bools) -> Ints:
        """Rows of these blocks where a block still holds two or more clusters."""
        clusters = np.bincount(self.gathering.block[is_leader], minlength=self.gathering.blocks)
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
