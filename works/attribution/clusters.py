"""Clusters of authorships during resolution: their names, their years and their pooled facts."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
from scipy import sparse

from works.attribution.evidence import KINDS, Floats, Gathering, Ints

_Integer = TypeVar("_Integer", bound=np.integer[Any])


class Clusters:
    """The clusters of some rows of a gathering. ``rows`` are the rows, ``label`` their cluster, 0 .. ``size`` - 1."""

    def __init__(self, gathering: Gathering, rows: Ints, label: Ints) -> None:
        self.gathering = gathering
        self.rows = rows
        self.label = label
        self.size = size = int(label.max()) + 1 if len(label) else 0
        self.count = np.bincount(label, minlength=size)
        #: The first row of each cluster: names the cluster independently of how it came about.
        self.leader = np.full(size, gathering.size, dtype=np.int64)
        np.minimum.at(self.leader, label, rows)
        self.block = gathering.block[self.leader]
        self.first = self._usual(gathering.first)
        self.whole_middle = self._usual(gathering.whole_middle)
        self.suffix = self._usual(gathering.suffix)
        self.family = self._usual(gathering.family)
        self.orcid = self._usual(gathering.orcid)
        self.human = self._usual(gathering.human)
        self.middle = np.zeros(size, dtype=np.int64)
        np.bitwise_or.at(self.middle, label, gathering.middle[rows])
        year = gathering.year[rows]
        self.start = np.full(size, 9999, dtype=np.int64)
        np.minimum.at(self.start, label, np.where(year > 0, year, 9999))
        self.end = np.zeros(size, dtype=np.int64)
        np.maximum.at(self.end, label, year)
        self.is_cut = np.zeros(size, dtype=bool)
        np.logical_or.at(self.is_cut, label, gathering.is_cut[rows])
        self.initial_rarity = gathering.initial_rarity[self.leader]
        self.is_pinyin = gathering.is_pinyin[self.leader]
        self.rarity, self.parts_rarity = np.zeros(size), np.zeros(size)
        has_first = gathering.first[rows] > 0
        self.rarity[label[has_first]] = gathering.rarity[rows[has_first]]
        self.parts_rarity[label[has_first]] = gathering.parts_rarity[rows[has_first]]
        self.family_rarity = gathering.family_rarity[self.leader]
        self.crowd, self.works_of_name = self._crowd()
        self._pool()

    def _pool(self) -> None:
        g = self.gathering
        membership = sparse.csr_array(
            (np.ones(len(self.rows)), (self.label, np.arange(len(self.rows)))), shape=(self.size, len(self.rows))
        )
        facts = (membership @ g.facts[self.rows]).tocsr()
        facts.sum_duplicates()
        np.minimum(facts.data, 1.0, out=facts.data)
        self.facts = facts
        subject = membership @ g.subject[self.rows]
        length = np.linalg.norm(subject, axis=1, keepdims=True)
        #: The mean direction of the works' subjects; zeros where no word is known.
        self.subject = np.divide(subject, length, out=np.zeros_like(subject), where=length > 0)
        row = np.repeat(np.arange(self.size), np.diff(facts.indptr))
        totals = np.bincount(
            row * len(KINDS) + g.kind[facts.indices],
            weights=g.surprise[facts.indices],
            minlength=self.size * len(KINDS),
        )
        #: Surprise of all distinct facts of each cluster, by kind.
        self.total: Floats = totals.reshape(self.size, len(KINDS)) + membership @ g.lone[self.rows]

    def _crowd(self) -> tuple[Ints, Ints]:
        """For each cluster: how many clusters of its block bear its first name, and how many authorships those hold.

        Clusters with only an initial could be anybody of their block: all clusters of the block count.
        """
        g = self.gathering
        block = np.concatenate([self.block, g.absent_block])
        first = np.concatenate([self.first, g.absent.first])
        count = np.concatenate([self.count, g.absent.count])
        _, number = np.unique(block.astype(np.uint64) << np.uint64(32) | first, return_inverse=True)
        clusters, works = np.bincount(number), np.bincount(number, weights=count).astype(np.int64)
        in_block, works_in_block = np.bincount(block), np.bincount(block, weights=count).astype(np.int64)
        has_first, number = self.first > 0, number[: self.size]
        return (
            np.where(has_first, clusters[number], in_block[self.block]),
            np.where(has_first, works[number], works_in_block[self.block]),
        )

    def _usual(self, values: npt.NDArray[_Integer]) -> npt.NDArray[_Integer]:
        """The most frequent value other than 0 of each cluster, the smallest of equally frequent ones; else 0."""
        found = values[self.rows]
        usual = np.zeros(self.size, dtype=values.dtype)
        has = np.flatnonzero(found > 0)
        if len(has):
            label, found = self.label[has], found[has]
            order = np.lexsort((found, label))
            label, found = label[order], found[order]
            starts = np.flatnonzero(np.r_[True, (label[1:] != label[:-1]) | (found[1:] != found[:-1])])
            length = np.diff(np.r_[starts, len(label)])
            # Least frequent first, so that the most frequent is written last.
            order = np.lexsort((-found[starts].astype(np.int64), length, label[starts]))
            usual[label[starts][order]] = found[starts][order]
        return usual
