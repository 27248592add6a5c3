"""Pairs of clusters that could be one person: which pairs to look at, which are impossible, and their features."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import msgspec
import numpy as np
import numpy.typing as npt
from scipy import sparse

from works.attribution.clusters import Clusters
from works.attribution.evidence import INITIAL_SURPRISE, KINDS, Bools, Codes, Floats, Gathering, Ints
from works.attribution.forms import NEAR, SAME, VARIANT

#: In a block, or under one printed name, of at most so many clusters every pair is looked at; in larger ones only
#: pairs that share a fact.
SMALL_GROUP: Final = 20
#: A fact that more clusters of a block share than this brings no pairs to attention: it tells nobody apart there.
COMMON_FACT: Final = 30
#: How the names of two clusters go together; SAME, VARIANT and NEAR compare whole given names.
CONFLICT, ONE_INITIAL, TWO_INITIALS = 0, 4, 5
#: Pairs whose features are taken together: bounds the memory of giant blocks, and keeps what they share in the
#: processor's caches.
PAIRS_AT_ONCE: Final = 10_000


def candidate_pairs(clusters: Clusters, wanted: Bools) -> tuple[Ints, Ints]:
    """Pairs i < j of clusters of one block worth comparing, one of them at least ``wanted``, in a fixed order."""
    size = np.int64(clusters.size)
    found = [_sharing_pairs(clusters, wanted)]
    block = clusters.block.astype(np.uint64)
    found += [_pairs_within(group) for group in (block, block << np.uint64(32) | clusters.first)]
    i, j = (np.concatenate(column) for column in zip(*found, strict=True))
    is_wanted = wanted[i] | wanted[j]
    i, j = i[is_wanted], j[is_wanted]
    codes = np.sort(np.minimum(i, j) * size + np.maximum(i, j))
    codes = codes[np.r_[True, codes[1:] != codes[:-1]]] if len(codes) else codes
    return codes // size, codes % size


def _sharing_pairs(clusters: Clusters, wanted: Bools) -> tuple[Ints, Ints]:
    facts = clusters.facts
    holders = np.bincount(facts.indices, minlength=facts.shape[1])
    telling = (holders > 1) & (holders <= COMMON_FACT)
    number = np.cumsum(telling) - 1
    row = np.repeat(np.arange(clusters.size), np.diff(facts.indptr))
    kept = telling[facts.indices]
    row, column = row[kept], number[facts.indices[kept]]
    holding = sparse.csr_array((np.ones(len(row)), (row, column)), shape=(clusters.size, int(telling.sum())))
    some = np.flatnonzero(wanted)
    pairs = (holding[some] @ holding.T).tocoo()
    one, other = some[pairs.row], pairs.col.astype(np.int64)
    differ = one != other
    return one[differ], other[differ]


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
    impossible |= _differ(clusters.suffix, i, j)
    # Of "G. Camargo" and "Guilherme Camargo" the first whole words differ, but not those of one letter.
    words_i, words_j = clusters.whole_middle[i], clusters.whole_middle[j]
    impossible |= _differ(clusters.whole_middle, i, j) & (words_i & np.uint64(31) == words_j & np.uint64(31))
    relation[impossible] = CONFLICT
    return relation


def _differ(values: npt.NDArray[np.integer[Any]], i: Ints, j: Ints) -> Bools:
    a, b = values[i], values[j]
    return np.asarray((a != 0) & (b != 0) & (a != b))


def impossible_pairs(clusters: Clusters, i: Ints, j: Ints, cannot_link: sparse.csr_array | None) -> Bools:
    """Pairs that may never join: two positions of one work, two ORCIDs, two records set by humans, a human "no"."""
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
    crowd: Ints
    works_of_name: Ints
    rarity: Floats
    parts_rarity: Floats
    family_rarity: Floats
    initial_rarity: Floats
    is_pinyin: Bools
    is_cut: Bools
    subject: Floats

    @classmethod
    def of(cls, clusters: Clusters, index: Ints) -> Side:
        """The sides that are whole clusters."""
        return cls(*(getattr(clusters, name)[index] for name in cls.__struct_fields__))


def pair_features(clusters: Clusters, i: Ints, j: Ints, relation: Ints) -> Iterator[Floats]:
    """One row of numbers for each pair of clusters, in the order of ``FEATURES``; some thousand pairs at a time."""
    for start in range(0, len(i), PAIRS_AT_ONCE):
        some = slice(start, start + PAIRS_AT_ONCE)
        yield _features(clusters, i[some], j[some], relation[some])


def _features(clusters: Clusters, i: Ints, j: Ints, relation: Ints) -> Floats:
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
    kind = {name: number for number, name in enumerate(KINDS)}
    coauthors = np.maximum(number[:, kind["form"]], number[:, kind["key"]])
    known_coauthors = (both[:, kind["form"]] | both[:, kind["key"]]) & ~one.is_cut & ~other.is_cut
    subject = np.einsum("ij,ij->i", one.subject, other.subject)
    has_subject = one.subject.any(axis=1) & other.subject.any(axis=1)
    gap = np.maximum(one.start, other.start) - np.minimum(one.end, other.end)
    is_whole = relation <= SAME
    middle_agrees = (one.middle & other.middle) != 0
    rarity = np.where(
        is_whole, np.minimum(one.rarity, other.rarity), np.minimum(one.initial_rarity, other.initial_rarity)
    ) + np.where(middle_agrees, INITIAL_SURPRISE, 0.0)
    smaller = np.log(np.minimum(one.count, other.count))
    columns: dict[str, npt.NDArray[Any]] = {
        f"{name}_{measure}": values[:, kind[name]]
        for name, measures in _MEASURES.items()
        for measure, values in (("amount", amount), ("cosine", cosine), ("overlap", overlap), ("both", both))
        if measure in measures
    }
    columns |= {
        "one_coauthor": np.minimum(coauthors, 1.0),
        "two_coauthors": np.minimum(coauthors, 2.0),
        "four_coauthors": np.minimum(coauthors, 4.0),
        "strange_coauthors": known_coauthors & (coauthors == 0),
        "strange_coauthors_many": (known_coauthors & (coauthors == 0)) * smaller,
        "subject": subject,
        "subject_close": np.maximum(subject - 0.5, 0.0),
        "subject_far": has_subject * np.maximum(0.2 - subject, 0.0),
        "year_gap": np.log1p(gap.clip(0, 60)),
        "name_near": relation == NEAR,
        "name_variant": relation == VARIANT,
        "one_initial": relation == ONE_INITIAL,
        "two_initials": relation == TWO_INITIALS,
        "crowd": np.log(np.maximum(one.crowd, other.crowd)),
        "works_of_name": np.log(np.maximum(one.works_of_name, other.works_of_name)),
        "rarity": rarity,
        "family_rarity": np.minimum(one.family_rarity, other.family_rarity),
        "initials_rarity": np.where(is_whole, 0.0, np.maximum(rarity - 7.0, 0.0)),
        "parts_rarity": is_whole * np.maximum(np.minimum(one.parts_rarity, other.parts_rarity) - 12.0, 0.0),
        "pinyin": one.is_pinyin & other.is_pinyin,
        "firsts_initial": np.where(is_whole, 0.0, np.log1p(firsts)),
        "middle_agrees": middle_agrees,
        "middle_lacks": (one.middle != 0) != (other.middle != 0),
        "family_differs": one.family != other.family,
        "smaller": smaller,
        "larger": np.log(np.maximum(one.count, other.count)),
    }
    return np.stack([columns[name].astype(np.float64) for name in FEATURES]).T


_MEASURES: Final = {
    "key": ("amount", "cosine", "overlap"),
    "form": ("amount", "cosine", "overlap"),
    "place": ("amount", "cosine", "overlap", "both"),
    "term": ("amount", "cosine"),
    "topic": ("amount", "cosine", "both"),
    "venue": ("amount", "cosine", "both"),
    "group": ("amount",),
    "contact": ("amount",),
}
FEATURES: Final = (
    *(f"{name}_{measure}" for name, measures in _MEASURES.items() for measure in measures),
    "one_coauthor", "two_coauthors", "four_coauthors", "strange_coauthors", "strange_coauthors_many",
    "subject", "subject_close", "subject_far", "year_gap", "name_near", "name_variant", "one_initial", "two_initials",
    "crowd", "works_of_name", "rarity", "family_rarity", "initials_rarity", "parts_rarity", "pinyin",
    "firsts_initial", "middle_agrees", "middle_lacks", "family_differs", "smaller", "larger",
)  # fmt: skip


def shared_facts(gathering: Gathering, product: sparse.csr_array) -> tuple[Floats, Floats]:
    """Surprise and number of shared facts by kind; a row of ``product`` holds the facts that one pair shares."""
    row = np.repeat(np.arange(product.shape[0]), np.diff(product.indptr))
    cell = row * len(KINDS) + gathering.kind[product.indices]
    cells = product.shape[0] * len(KINDS)
    surprise = np.bincount(cell, weights=product.data * gathering.surprise[product.indices], minlength=cells)
    number = np.bincount(cell, weights=product.data, minlength=cells)
    shape = (-1, len(KINDS))
    return surprise.reshape(shape).astype(np.float64), number.reshape(shape).astype(np.float64)
