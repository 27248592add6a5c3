"""Each authorship against the rest of its cluster: how sure its place is, and which shared facts put it there."""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy import sparse

from works.attribution.clusters import Clusters
from works.attribution.evidence import KINDS, Bools, Floats, Gathering, Ints
from works.attribution.forms import SAME, VARIANT
from works.attribution.pairs import (
    ONE_INITIAL,
    TWO_INITIALS,
    Side,
    shared_facts,
    side_features,
)
from works.attribution.reasons import Reason

#: Kinds of facts that are told, and how many facts of each at most.
TOLD: Final = {"contact": 1, "form": 3, "key": 2, "place": 3, "group": 2, "topic": 2, "venue": 1, "term": 4}
_CODES: Final = {
    "contact": "contact",
    "form": "coauthors",
    "key": "coauthors",
    "place": "place",
    "group": "group",
    "topic": "topics",
    "venue": "venue",
    "term": "words",
}


class Support:
    """Rows of clusters of two or more, with the facts each shares with the rest of its cluster.

    ``wanted`` tells for each cluster whether its rows are looked at; without it all are.

    ``others`` holds, for each row and shared fact, how many other authorships of the cluster carry that fact.
    """

    def __init__(self, gathering: Gathering, label: Ints, wanted: Bools | None = None) -> None:
        self.gathering = gathering
        is_shared = np.bincount(label)[label] > 1
        self.rows = np.flatnonzero(is_shared if wanted is None else is_shared & wanted[label])
        _, self.label = np.unique(label[self.rows], return_inverse=True)
        self.clusters = Clusters(gathering, self.rows, self.label)
        everybody = Clusters(gathering, np.arange(gathering.size), label)
        self.crowd = everybody.crowd[label[self.rows]]
        self.works_of_name = everybody.works_of_name[label[self.rows]]
        facts = gathering.facts[self.rows]
        ones = facts.copy()
        ones.data[:] = 1.0
        self.members = sparse.csr_array(
            (np.ones(len(self.rows)), (self.label, np.arange(len(self.rows)))),
            shape=(self.clusters.size, len(self.rows)),
        )
        row = np.repeat(np.arange(len(self.rows)), np.diff(ones.indptr))
        holders = _looked_up((self.members @ ones).tocsr(), self.label[row], ones.indices)
        others = ones
        others.data = holders - 1.0
        self.weight = facts.data
        self.others = others

    def features(self) -> Floats:
        """The features of each row against the rest of its cluster."""
        g, clusters, label = self.gathering, self.clusters, self.label
        shared_weight = self.others.copy()
        shared_weight.data = np.where(self.others.data > 0, self.weight, 0.0)
        shared, number = shared_facts(g, shared_weight)
        own = self.others.copy()
        own.data = np.where(self.others.data > 0, 0.0, 1.0)
        only_here, _ = shared_facts(g, own)
        own.data[:] = 1.0
        everything, _ = shared_facts(g, own)
        start, end = self._years_of_rest()
        year = g.year[self.rows]
        one = Side(
            total=everything + g.lone[self.rows],
            count=np.ones(len(self.rows), dtype=np.int64),
            start=np.where(year > 0, year, 9999),
            end=year,
            middle=g.middle[self.rows],
            family=g.family[self.rows],
            crowd=self.crowd + 1,
            works_of_name=self.works_of_name,
            rarity=g.rarity[self.rows],
            parts_rarity=g.parts_rarity[self.rows],
            family_rarity=g.family_rarity[self.rows],
            initial_rarity=g.initial_rarity[self.rows],
            is_pinyin=g.is_pinyin[self.rows],
            is_cut=g.is_cut[self.rows],
            subject=g.subject[self.rows].astype(np.float64),
        )
        rest = Side(
            total=np.maximum(clusters.total[label] - only_here - g.lone[self.rows], 0.0),
            count=clusters.count[label] - 1,
            start=start,
            end=end,
            middle=clusters.middle[label],
            family=clusters.family[label],
            crowd=self.crowd + 1,
            works_of_name=self.works_of_name,
            rarity=clusters.rarity[label],
            parts_rarity=clusters.parts_rarity[label],
            family_rarity=clusters.family_rarity[label],
            initial_rarity=clusters.initial_rarity[label],
            is_pinyin=clusters.is_pinyin[label],
            is_cut=clusters.is_cut[label],
            subject=self._subject_of_rest(),
        )
        firsts = g.firsts_in_block[g.block[self.rows]]
        return side_features(one, rest, shared, number, self.relation(), firsts)

    def relation(self) -> Ints:
        """How each row's name goes with the usual name of its cluster."""
        first, usual = self.gathering.first[self.rows], self.clusters.first[self.label]
        relation = np.where(first == usual, SAME, VARIANT)
        relation[(first == 0) | (usual == 0)] = ONE_INITIAL
        relation[(first == 0) & (usual == 0)] = TWO_INITIALS
        return relation

    def _subject_of_rest(self) -> Floats:
        own = self.gathering.subject[self.rows]
        total = self.members @ own.astype(np.float64)
        rest = total[self.label] - own
        length = np.linalg.norm(rest, axis=1, keepdims=True)
        return np.asarray(np.divide(rest, length, out=np.zeros_like(rest), where=length > 1e-6))

    def _years_of_rest(self) -> tuple[Ints, Ints]:
        """First and last year of each row's cluster without the row; 9999 and 0 when no year is known."""
        year = self.gathering.year[self.rows]
        order = np.lexsort((year, self.label))
        starts = np.flatnonzero(np.r_[True, self.label[order][1:] != self.label[order][:-1]])
        ends = np.r_[starts[1:], len(order)] - 1
        cluster = self.label[order[starts]]
        lowest, highest = np.empty((2, self.clusters.size), dtype=np.int64)
        lowest[cluster], highest[cluster] = order[starts], order[ends]
        next_lowest, next_highest = np.empty((2, self.clusters.size), dtype=np.int64)
        next_lowest[cluster], next_highest[cluster] = order[starts + 1], order[ends - 1]
        here = np.arange(len(self.rows))
        start = year[np.where(lowest[self.label] == here, next_lowest[self.label], lowest[self.label])]
        end = year[np.where(highest[self.label] == here, next_highest[self.label], highest[self.label])]
        return np.where(start > 0, start, 9999), end

    def reasons(self) -> list[list[Reason]]:
        """What each row shares with the rest of its cluster, most telling first: code, [hash, works] pairs."""
        g = self.gathering
        row = np.repeat(np.arange(len(self.rows)), np.diff(self.others.indptr))
        column, works = self.others.indices, self.others.data
        told = np.array([kind in TOLD for kind in KINDS])
        keep = (works > 0) & told[g.kind[column]]
        row, column, works = row[keep], column[keep], works[keep].astype(np.int64)
        kind = g.kind[column]
        # The facts of a row come by kind, and of one kind by hash, which settles ties.
        order = np.lexsort((-g.surprise[column] * np.log1p(works), row * len(KINDS) + kind))
        row, column, works, kind = row[order], column[order], works[order], kind[order]
        group = np.flatnonzero(np.r_[True, (row[1:] != row[:-1]) | (kind[1:] != kind[:-1])])
        rank = np.arange(len(row)) - np.repeat(group, np.diff(np.r_[group, len(row)]))
        limit = np.array([TOLD.get(name, 0) for name in KINDS])
        keep = rank < limit[kind]
        found: list[list[Reason]] = [[] for _ in self.rows]
        for at, code, value, count in zip(
            row[keep].tolist(), kind[keep].tolist(), g.hash[column[keep]].tolist(), works[keep].tolist(), strict=True
        ):
            code = _CODES[KINDS[code]]
            if found[at] and found[at][-1][0] == code:
                found[at][-1][1].append([value, count])
            else:
                found[at].append((code, [[value, count]]))
        return found


def _looked_up(matrix: sparse.csr_array, row: Ints, column: Ints) -> Floats:
    """Stored entries of a matrix at the given places, which must all be stored."""
    matrix.sort_indices()
    width = np.int64(matrix.shape[1])
    stored = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr)) * width + matrix.indices
    return np.asarray(matrix.data[np.searchsorted(stored, row * width + column)])
