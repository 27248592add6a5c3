"""Pairs of clusters that could be one person: which pairs to look at, which are impossible, and their features."""

from __future__ import annotations

from typing import Any, Final

import msgspec
import numpy as np
import numpy.typing as npt
from scipy import sparse

from works.attribution.clusters import Clusters
from works.attribution.evidence import KINDS, Codes, Floats, Gathering, Ints
from works.attribution.forms import NEAR, SAME, VARIANT

Bools = npt.NDArray[np.bool_]

#: In a block, or under one printed name, of at most so many clusters every pair is looked at; in larger ones only
#: pairs that share a fact.
SMALL_GROUP: Final = 30
#: A fact that more clusters of a block share than this brings no pairs to attention: it tells nobody apart there.
COMMON_FACT: Final = 60
#: How the names of two clusters go together; SAME, VARIANT and NEAR compare whole given names.
CONFLICT, ONE_INITIAL, TWO_INITIALS = 0, 4, 5
#: Kinds that bring pairs to attention. Words of abstracts are too many for what they tell.
_TELLING: Final = np.array([kind != "abstract" for kind in KINDS])


def candidate_pairs(clusters: Clusters) -> tuple[Ints, Ints]:
    """Pairs i < j of clusters of one block worth comparing, in a fixed order."""
    size = np.int64(clusters.size)
    found = [_sharing_pairs(clusters)]
    block = clusters.block.astype(np.uint64)
    for group in (block, block << np.uint64(32) | clusters.first):
        found.append(_pairs_within(group))
    i, j = (np.concatenate(column) for column in zip(*found, strict=True))
    codes = np.unique(np.minimum(i, j) * size + np.maximum(i, j))
    return codes // size, codes % size


def _sharing_pairs(clusters: Clusters) -> tuple[Ints, Ints]:
    facts = clusters.facts.copy()
    facts.data[:] = 1.0
    holders = np.bincount(facts.indices, minlength=facts.shape[1])
    telling = (holders > 1) & (holders <= COMMON_FACT) & _TELLING[clusters.gathering.kind]
    facts = facts[:, np.flatnonzero(telling)]
    pairs = sparse.triu(facts @ facts.T, k=1).tocoo()
    return pairs.row.astype(np.int64), pairs.col.astype(np.int64)


def _pairs_within(group: npt.NDArray[np.uint64]) -> tuple[Ints, Ints]:
    """All pairs within every group of at most ``SMALL_GROUP`` members."""
    order = np.argsort(group, kind="stable")
    ordered = group[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    lengths = np.diff(np.r_[starts, len(ordered)])
    i: list[Ints] = [np.empty(0, dtype=np.int64)]
    j: list[Ints] = [np.empty(0, dtype=np.int64)]
    for length in np.unique(lengths[(lengths > 1) & (lengths <= SMALL_GROUP)]):
        first, second = np.triu_indices(int(length), 1)
        start = starts[lengths == length][:, None]
        i.append(order[start + first].ravel())
        j.append(order[start + second].ravel())
    return np.concatenate(i), np.concatenate(j)


def name_relation(clusters: Clusters, i: Ints, j: Ints) -> Ints:
    """How the names of two clusters go together: CONFLICT, NEAR, VARIANT, SAME, ONE_INITIAL or TWO_INITIALS."""
    a, b = clusters.first[i], clusters.first[j]
    relation = np.where((a > 0) & (b > 0), np.where(a == b, SAME, CONFLICT), ONE_INITIAL)
    relation[(a == 0) & (b == 0)] = TWO_INITIALS
    differ = np.flatnonzero(relation == CONFLICT)
    codes = clusters.gathering.link_codes
    if len(differ) and len(codes):
        low, high = np.minimum(a[differ], b[differ]), np.maximum(a[differ], b[differ])
        code = low << np.uint64(32) | high
        at = np.searchsorted(codes, code).clip(0, len(codes) - 1)
        is_linked = codes[at] == code
        relation[differ[is_linked]] = clusters.gathering.link_grades[at[is_linked]]
    one, other = clusters.middle[i], clusters.middle[j]
    impossible = ((one & ~other) != 0) & ((other & ~one) != 0)
    for values in (clusters.whole_middle, clusters.suffix):
        impossible |= _differ(values, i, j)
    relation[impossible] = CONFLICT
    return relation


def _differ(values: npt.NDArray[np.generic], i: Ints, j: Ints) -> Bools:
    a, b = values[i], values[j]
    return (a != 0) & (b != 0) & (a != b)


def impossible_pairs(clusters: Clusters, i: Ints, j: Ints, cannot_link: sparse.csr_array | None) -> Bools:
    """Pairs that may never join: two positions of one work, two ORCIDs, two author records set by humans, a human "no"."""
    impossible = _differ(clusters.orcid, i, j) | _differ(clusters.human, i, j)
    g = clusters.gathering
    code = g.block[clusters.rows] << np.int64(32) | g.work[clusters.rows]
    _, work, count = np.unique(code, return_inverse=True, return_counts=True)
    twice = count[work] > 1
    if twice.any():
        ones = np.ones(int(twice.sum()))
        shape = (clusters.size, len(count))
        works = sparse.csr_array((ones, (clusters.label[twice], work[twice])), shape=shape)
        impossible |= np.asarray(works[i].multiply(works[j]).sum(axis=1)).ravel() > 0
    if cannot_link is not None:
        ones = np.ones(len(clusters.rows))
        members = sparse.csr_array((ones, (clusters.label, clusters.rows)), shape=(clusters.size, g.size))
        refused = (members @ cannot_link @ members.T).tocsr()
        impossible |= np.asarray(refused[i, j]).ravel() > 0
    return impossible


class Side(msgspec.Struct, frozen=True):
    """One side of many pairs: a cluster's names, years, size and total surprise by kind, one entry for each pair."""

    total: Floats
    count: Ints
    start: Ints
    end: Ints
    middle: Ints
    family: Codes
    family_share: Floats
    given_share: Floats

    @classmethod
    def of(cls, clusters: Clusters, index: Ints) -> Side:
        """The sides that are whole clusters."""
        return cls(*(getattr(clusters, name)[index] for name in cls.__struct_fields__))


def pair_features(clusters: Clusters, i: Ints, j: Ints, relation: Ints) -> Floats:
    """One row of numbers for each pair of clusters, in the order of ``FEATURES``."""
    shared, number = shared_facts(clusters.gathering, clusters.facts[i].multiply(clusters.facts[j]).tocsr())
    firsts = clusters.gathering.firsts_in_block[clusters.block[i]]
    return side_features(Side.of(clusters, i), Side.of(clusters, j), shared, number, relation, firsts)


def side_features(one: Side, other: Side, shared: Floats, number: Floats, relation: Ints, firsts: Ints) -> Floats:
    """Features of pairs of sides from what they share; ``firsts`` counts the given names in each pair's block."""
    both = (one.total > 0) & (other.total > 0)
    least = np.maximum(np.minimum(one.total, other.total), 1e-9)
    cosine = np.where(both, shared / np.sqrt(np.maximum(one.total * other.total, 1e-9)), 0.0)
    overlap = np.where(both, np.minimum(shared / least, 1.0), 0.0)
    amount = np.log1p(shared)
    columns: list[npt.NDArray[Any]] = []
    for kind in range(len(KINDS)):
        columns += [amount[:, kind], overlap[:, kind], cosine[:, kind], both[:, kind]]
    coauthors = np.maximum(number[:, KINDS.index("form")], number[:, KINDS.index("key")])
    columns += [np.minimum(coauthors, limit) for limit in (1.0, 2.0, 4.0)]
    gap = np.maximum(one.start, other.start) - np.minimum(one.end, other.end)
    columns.append(np.log1p(gap.clip(0, 60)))
    columns += [relation == grade for grade in (NEAR, VARIANT, SAME, ONE_INITIAL, TWO_INITIALS)]
    is_whole = relation <= SAME
    variety = np.log1p(firsts)
    columns += [
        np.minimum(one.family_share, other.family_share),
        np.where(is_whole, np.minimum(one.given_share, other.given_share), 0.0),
        np.where(is_whole, 0.0, variety),
        np.where(is_whole, variety, 0.0),
        (one.middle & other.middle) != 0,
        (one.middle != 0) != (other.middle != 0),
        one.family == other.family,
        np.log(np.minimum(one.count, other.count)),
        np.log(np.maximum(one.count, other.count)),
    ]
    return np.stack([column.astype(np.float64) for column in columns], axis=1)


FEATURES: Final = (
    *(f"{kind}_{measure}" for kind in KINDS for measure in ("amount", "overlap", "cosine", "both")),
    "one_coauthor", "two_coauthors", "four_coauthors", "year_gap",
    "name_near", "name_variant", "name_same", "one_initial", "two_initials",
    "family_share", "given_share", "firsts_initial", "firsts_whole", "middle_agrees", "middle_lacks", "family_same",
    "smaller", "larger",
)  # fmt: skip


def shared_facts(gathering: Gathering, product: sparse.csr_array) -> tuple[Floats, Floats]:
    """Surprise and number of shared facts by kind; a row of ``product`` holds the facts that one pair shares."""
    row = np.repeat(np.arange(product.shape[0]), np.diff(product.indptr))
    cell = row * len(KINDS) + gathering.kind[product.indices]
    cells = product.shape[0] * len(KINDS)
    surprise = np.bincount(cell, weights=product.data * gathering.surprise[product.indices], minlength=cells)
    number = np.bincount(cell, weights=product.data, minlength=cells)
    return surprise.reshape(-1, len(KINDS)), number.reshape(-1, len(KINDS))
