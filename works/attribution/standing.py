"""Blocks where only works were added: which standing records the new authorships can join, and what else there is.

A large block is not compared anew because of one more work. Its records stand as they are; those are brought in that
share a telling fact with a new authorship, or bear its rare name. Of the others only their number counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Mapping, Sequence
from typing import Final

import msgspec
import numpy as np

from works.attribution.evidence import (
    Absent,
    Bools,
    Codes,
    Ints,
    among,
    codes_of,
    contacts_of,
    expanded,
    flattened,
    places_of,
)
from works.attribution.facts import AuthorshipFacts, WorkFeatures
from works.attribution.forms import form_code, kindred_first_names
from works.attribution.pairs import COMMON_FACT, SMALL_GROUP
from works.names import Name

#: A block of at most so many authorships is resolved whole whenever something comes to it.
SMALL_BLOCK: Final = 10
#: A larger one is resolved whole when it holds so many times the authorships of its last whole resolution.
GROWTH: Final = 1.25
#: Facts of a work that bring a record to attention however many authorships of the block carry them.
_ALWAYS: Final = ("keys", "forms")
#: Those that do when few carry them.
_WHERE_RARE: Final = ("groups", "terms", "topics", "venue")


def has_grown(size: int, before: int) -> bool:
    """Whether a block is to be resolved whole that had ``before`` authorships the last time that was done."""
    return size <= SMALL_BLOCK or size > GROWTH * before


class Chosen(msgspec.Struct, frozen=True):
    """``rows``: indices of the authorships to resolve, in order. ``absent``: the records left out."""

    rows: list[int]
    absent: Absent


def choose(
    authorships: Sequence[AuthorshipFacts],
    blocks: Sequence[str],
    works: Mapping[int, WorkFeatures],
    decided: Container[int] = (),
) -> Chosen:
    """The open authorships, and all authorships of the records that one of them can join.

    Records with an authorship about which people decided, given by id, are among them.
    """
    record = np.array([row.standing or 0 for row in authorships], dtype=np.int64)
    if not record.any():
        return Chosen(list(range(len(authorships))), Absent.nothing())
    is_open = record == 0
    block = codes_of(blocks)
    numbers: dict[Name, int] = {}
    name = np.array([numbers.setdefault(row.name, len(numbers)) for row in authorships], dtype=np.int64)
    codes = [form_code(printed) for printed in numbers]
    first = np.array([code.first for code in codes], dtype=np.uint64)[name]
    # A record that stands in several blocks is one cluster in each.
    _, cluster = np.unique(np.where(is_open, -1 - np.arange(len(record)), record), return_inverse=True)
    wanted = np.zeros(int(cluster.max()) + 1, dtype=bool)
    wanted[cluster[is_open]] = True
    wanted[cluster[[row.id in decided for row in authorships]]] = True
    has_open = np.zeros(int(block.max()) + 1, dtype=bool)
    has_open[block[is_open]] = True
    in_play = has_open[block] & _can_be_open(block, name, [code.first_name for code in codes], is_open)
    for group in (block.astype(np.uint64), block.astype(np.uint64) << np.uint64(32) | first):
        wanted[cluster[_of_small_groups(group, cluster, is_open) & in_play]] = True
    wanted[cluster[_sharing(authorships, block, works, is_open, np.flatnonzero(in_play))]] = True
    chosen = wanted[cluster]
    return Chosen(np.flatnonzero(chosen).tolist(), _absent(blocks, block, first, cluster, ~chosen))


def _can_be_open(block: Ints, name: Ints, first_names: Sequence[str], is_open: Bools) -> Bools:
    """Rows whose given name can go with that of an open row of their block; ``name`` numbers ``first_names``."""
    pair = block << np.int64(32) | name
    pairs, number = np.unique(pair, return_inverse=True)
    open_pairs = np.zeros(len(pairs), dtype=bool)
    open_pairs[number[is_open]] = True
    open_names: defaultdict[int, set[str]] = defaultdict(set)
    names: defaultdict[int, set[str]] = defaultdict(set)
    listed = [(code >> 32, first_names[code & 0xFFFFFFFF]) for code in pairs.tolist()]
    for (home, first_name), opens in zip(listed, open_pairs.tolist(), strict=True):
        names[home].add(first_name)
        if opens:
            open_names[home].add(first_name)
    possible = {(home, kin) for home, opens in open_names.items() for kin in kindred_first_names(names[home], opens)}
    return np.array([one in possible for one in listed], dtype=bool)[number]


def _of_small_groups(group: Codes, cluster: Ints, is_open: Bools) -> Bools:
    """Rows of groups that hold an open row, and few clusters."""
    _, number = np.unique(group, return_inverse=True)
    pairs = np.unique(number.astype(np.int64) << np.int64(32) | cluster)
    clusters = np.bincount(pairs >> np.int64(32))
    has_open = np.zeros(len(clusters), dtype=bool)
    has_open[number[is_open]] = True
    return np.asarray((has_open & (clusters <= SMALL_GROUP))[number])


def _sharing(
    authorships: Sequence[AuthorshipFacts],
    block: Ints,
    works: Mapping[int, WorkFeatures],
    is_open: Bools,
    rows: Ints,
) -> Ints:
    """Of these rows those that share a telling fact with an open row of their block."""
    found: list[Ints] = [np.empty(0, dtype=np.int64)]
    some = [authorships[row] for row in rows.tolist()]
    work = codes_of([row.work for row in some])
    features = [works[pk] for pk in dict.fromkeys(row.work for row in some)]
    position = np.array([row.position for row in some], dtype=np.int64)
    for kind in (*_ALWAYS, *_WHERE_RARE):
        if kind in _ALWAYS:
            offsets, shared = flattened([feature.shared for feature in features])
            starts, values = flattened([getattr(feature, kind) for feature in features])
            item, at = expanded(offsets, work)
            other = shared[at].astype(np.int64)
            is_other = other != position[item]
            item, other = item[is_other], other[is_other]
            values = values[starts[work[item]] + other]
            item, values = item[values > 0], values[values > 0]
        else:
            offsets, values = flattened([getattr(feature, kind) for feature in features])
            item, at = expanded(offsets, work)
            values = values[at]
        found.append(item[_telling(block[rows[item]], values, is_open[rows[item]], kind in _ALWAYS)])
    for (item, values), always in ((places_of(some), False), (contacts_of(some), True)):
        found.append(item[_telling(block[rows[item]], values, is_open[rows[item]], always)])
    return rows[np.unique(np.concatenate(found))]


def _telling(block: Ints, values: Codes, is_open: Bools, always: bool) -> Bools:
    """Entries whose fact an open row of the block carries, and, unless ``always``, few rows of the block do."""
    code = block.astype(np.uint64) << np.uint64(32) | values
    telling = among(code, code[is_open])
    if not always:
        at = np.flatnonzero(telling)
        _, number, count = np.unique(code[at], return_inverse=True, return_counts=True)
        telling[at] = count[number] <= COMMON_FACT
    return telling


def _absent(blocks: Sequence[str], block: Ints, first: Codes, cluster: Ints, is_absent: Bools) -> Absent:
    """Records left out, each with a block, one of its first names and its authorships there."""
    rows = np.flatnonzero(is_absent)
    code = block[rows] << np.int64(32) | cluster[rows]
    # The last one counts, so that of names with and without initials a whole one does.
    order = np.lexsort((first[rows], code))
    ordered = code[order]
    last = np.flatnonzero(np.r_[ordered[1:] != ordered[:-1], len(ordered) > 0]) if len(rows) else order
    count = np.diff(np.r_[-1, last])
    return Absent([blocks[rows[order[at]]] for at in last.tolist()], first[rows[order[last]]], count)
