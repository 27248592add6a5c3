"""Joins clusters of different blocks: one person filed under two customs of printing the name.

"Wang Xiaoming" and "Xiaoming Wang", "Bill" and "William", "J. Trevor Darrell" and "Trevor Darrell", a second surname
added or dropped. Blocks stay as they are; a pair is looked at only when one's alternative block is the other's block
and they share a co-author or the name is rare, so that this costs little and common names do not fall together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Final

import msgspec
import numpy as np
from scipy import sparse

from works.attribution.clusters import Clusters
from works.attribution.evidence import Bools, Floats, Gathering, Ints, expanded, flattened
from works.attribution.facts import AuthorshipFacts, WorkFeatures
from works.attribution.linkage import Scorer, compact, link
from works.attribution.statistics import Statistics
from works.name_forms import fold
from works.names import Agreement, Name, block_keys, compare_names, given_tokens

#: Log-odds taken from a pair whose names are filed apart: two customs in one person need more to be believed.
PENALTY: Final = 1.0
#: A shared co-author that brings more clusters together than this is no reason to look at them.
COMMON_COAUTHOR: Final = 12
#: Stands for no co-author in particular: all clusters of a rare name are looked at together.
ANYBODY: Final = 0


def join_across_blocks(
    authorships: Sequence[AuthorshipFacts],
    gathering: Gathering,
    label: Ints,
    works: Mapping[int, WorkFeatures],
    statistics: Statistics,
    scorer: Scorer,
    cannot_link: Callable[[Sequence[AuthorshipFacts]], sparse.csr_array | None],
    fresh: Bools,
) -> Ints:
    """Cluster labels after joining clusters of different blocks that are likely one person; one has a fresh row."""
    rows = [authorships[index] for index in gathering.order]
    names = _fullest_names(gathering, label)
    open_ = set(label[fresh].tolist())
    pairs = _pairs_with_shared_coauthor(rows, gathering, label, names, works)
    groups = _groups({(a, b) for a, b in pairs if a in open_ or b in open_})
    if not groups:
        return label
    members: dict[int, list[int]] = {}
    for row, cluster in enumerate(label.tolist()):
        members.setdefault(cluster, []).append(row)
    chosen = [(group, row) for group, clusters in enumerate(groups) for cluster in clusters for row in members[cluster]]
    turned = _turned(groups, names)
    facts = [
        msgspec.structs.replace(rows[row], name=_swapped(rows[row].name)) if int(label[row]) in turned else rows[row]
        for _, row in chosen
    ]
    small = Gathering(facts, [str(group) for group, _ in chosen], works, statistics)
    old = np.array([label[chosen[index][1]] for index in small.order])
    home = [names[cluster] for cluster in old.tolist()]
    in_order = [facts[index] for index in small.order]

    def only_compatible(clusters: Clusters, i: Ints, j: Ints, _: Floats, odds: Floats) -> Floats:
        leaders = clusters.leader
        grades = [
            compare_names(home[a], home[b]) for a, b in zip(leaders[i].tolist(), leaders[j].tolist(), strict=True)
        ]
        return np.where(np.array(grades, dtype=np.int64) == Agreement.CONFLICT, -np.inf, odds - PENALTY)

    _, start = np.unique(old, return_inverse=True)
    open_rows = np.isin(old, list(open_))
    joined = link(small, scorer, start, cannot_link(in_order), only_compatible, open_rows)
    target = np.arange(int(label.max()) + 1)
    first_old: dict[int, int] = {}
    for cluster, new in sorted(zip(old.tolist(), joined.tolist(), strict=True)):
        target[cluster] = first_old.setdefault(new, cluster)
    return compact(target[label])


def _fullest_names(gathering: Gathering, label: Ints) -> dict[int, Name]:
    """For each cluster the printed name that says most, ties by spelling."""

    def rank(name: Name) -> tuple[int, int, str, str]:
        tokens = given_tokens(name.given)
        return sum(len(token) > 1 for token in tokens), len(tokens), name.given, name.family

    by_rank = sorted(range(len(gathering.names)), key=lambda number: rank(gathering.names[number]))
    place = np.empty(len(by_rank), dtype=np.int64)
    place[by_rank] = np.arange(len(by_rank))
    fullest = np.full(int(label.max()) + 1, -1, dtype=np.int64)
    np.maximum.at(fullest, label, place[gathering.name])
    return {cluster: gathering.names[by_rank[at]] for cluster, at in enumerate(fullest.tolist())}


def _pairs_with_shared_coauthor(
    rows: Sequence[AuthorshipFacts],
    gathering: Gathering,
    label: Ints,
    names: Mapping[int, Name],
    works: Mapping[int, WorkFeatures],
) -> set[tuple[int, int]]:
    keys_of = {name: block_keys(name) for name in dict.fromkeys(names.values())}
    whole = {cluster: keys_of[name] for cluster, name in names.items()}
    block_of = {cluster: found[0] for cluster, found in whole.items()}
    present = set(block_of.values())
    # A block is of interest when a cluster of another block may stand in it.
    visited: dict[str, int] = {}
    for found in whole.values():
        for key in found[1:]:
            if key in present:
                visited.setdefault(key, len(visited))
    keys = [np.array([visited[key] for key in whole[at] if key in visited], dtype=np.int64) for at in range(len(whole))]
    pairs = set()
    for clusters in _brought_together(rows, gathering, label, keys, works):
        for a, b in combinations(clusters, 2):
            if block_of[a] != block_of[b] and compare_names(names[a], names[b]) > Agreement.CONFLICT:
                pairs.add((a, b))
    return pairs


def _brought_together(
    rows: Sequence[AuthorshipFacts],
    gathering: Gathering,
    label: Ints,
    keys: Sequence[Ints],
    works: Mapping[int, WorkFeatures],
) -> Iterator[list[int]]:
    """Clusters that have a block and a co-author in common, or only a block where they are few; each in order.

    ``keys`` are the numbers of the blocks where each cluster may stand.
    """
    offsets, numbers = flattened(keys)
    some = np.flatnonzero(np.diff(offsets)[label] > 0)
    printed = [works[rows[row].work] for row in some.tolist()]
    starts, shared = flattened([work.shared for work in printed])
    lists, forms = flattened([work.forms for work in printed])
    item, at = expanded(starts, np.arange(len(some)))
    position = shared[at].astype(np.int64)
    coauthor = forms[lists[item] + position]
    counts = (position != gathering.position[some][item]) & (coauthor > 0)
    alone = np.unique(label[some])
    cluster = np.concatenate([alone, label[some][item[counts]]])
    coauthor = np.concatenate([np.full(len(alone), ANYBODY, dtype=np.uint64), coauthor[counts]])
    item, at = expanded(offsets, cluster)
    code = numbers[at] << np.uint64(32) | coauthor[item]
    cluster = cluster[item]
    order = np.lexsort((cluster, code))
    code, cluster = code[order], cluster[order]
    is_new = np.r_[True, (code[1:] != code[:-1]) | (cluster[1:] != cluster[:-1])] if len(code) else code > 0
    code, cluster = code[is_new], cluster[is_new]
    first = np.flatnonzero(np.r_[True, code[1:] != code[:-1]]) if len(code) else np.flatnonzero(code)
    size = np.diff(np.r_[first, len(code)])
    for start, length in zip(first.tolist(), size.tolist(), strict=True):
        if 1 < length <= COMMON_COAUTHOR:
            yield cluster[start : start + length].tolist()


def _groups(pairs: set[tuple[int, int]]) -> list[list[int]]:
    """Connected clusters, in a fixed order."""
    parent: dict[int, int] = {}

    def root(cluster: int) -> int:
        while parent.setdefault(cluster, cluster) != cluster:
            parent[cluster] = parent[parent[cluster]]
            cluster = parent[cluster]
        return cluster

    for a, b in sorted(pairs):
        one, other = sorted((root(a), root(b)))
        parent[other] = one
    groups: dict[int, list[int]] = {}
    for cluster in sorted(parent):
        groups.setdefault(root(cluster), []).append(cluster)
    return list(groups.values())


def _turned(groups: Sequence[Sequence[int]], names: Mapping[int, Name]) -> set[int]:
    """Clusters whose family and given name stand the other way round than in the first cluster of their group."""
    return {
        cluster
        for group in groups
        for cluster in group[1:]
        if fold(names[cluster].family) == "".join(given_tokens(names[group[0]].given))
    }


def _swapped(name: Name) -> Name:
    return Name(family=name.given or name.family, given=name.family if name.given else "", suffix=name.suffix)
