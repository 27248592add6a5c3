"""Works by the same people: equal author lists, and the lists of one collaboration, which change little by little.

A long list is known by its sketch, the smallest of its hashed names. Two lists of which most of the sketch agrees share
about as much of their names (A. Broder, On the resemblance and containment of documents, 1997). Lists are
compared whose smallest name of the sketch agrees under one of a few permutations: the cost is linear in their number.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from zlib import crc32

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse import csgraph

from works.attribution.facts import SAMPLED_AUTHORS, WorkFeatures

Codes = npt.NDArray[np.uint64]

#: Two works with the same list of at least so many authors are by the same people.
LONG_LIST: Final = 5
#: So are two works when so much of the sketches of their lists agrees; only lists as long as a sketch have one.
RESEMBLANCE: Final = 0.5
#: Odd numbers that permute the hashes of names, one for each time that lists are brought together.
_PERMUTATIONS: Final = (1, 0x9E3779B1, 0x85EBCA6B, 0xC2B2AE35, 0x27D4EB2F, 0x165667B1)


def byline_groups(works: Sequence[WorkFeatures]) -> Codes:
    """A number for each work, equal for works by the same people; 0 for a short list.

    Of lists that resemble each other in a chain, all get the number of the first.
    """
    group = np.array([_byline(work) for work in works], dtype=np.uint64)
    long = [number for number, work in enumerate(works) if len(work.shared) >= SAMPLED_AUTHORS]
    sketches = {number: np.unique(works[number].keys[works[number].shared]) for number in long}
    pairs: set[tuple[int, int]] = set()
    for factor in _PERMUTATIONS:
        leaders: dict[int, int] = {}
        for number in long:
            smallest = int((sketches[number] * np.uint32(factor)).min())
            pairs.add((leaders.setdefault(smallest, number), number))
    alike = [(one, other) for one, other in pairs if one != other and _resemble(sketches[one], sketches[other])]
    if alike:
        one, other = np.array(alike).T
        ties = sparse.coo_array((np.ones(len(alike)), (one, other)), shape=(len(works), len(works)))
        _, part = csgraph.connected_components(ties, directed=False)
        _, first = np.unique(part, return_index=True)
        group = group[first[part]]
    return group


def _byline(work: WorkFeatures) -> int:
    """A hash of the authors of a work as far as they count as co-authors, in any order; 0 when they are few."""
    if len(work.shared) < LONG_LIST:
        return 0
    forms, keys = work.forms[work.shared], work.keys[work.shared]
    return crc32(np.sort(np.where(forms > 0, forms, keys)).tobytes())


def _resemble(one: npt.NDArray[np.uint32], other: npt.NDArray[np.uint32]) -> bool:
    common = len(np.intersect1d(one, other, assume_unique=True))
    return common >= RESEMBLANCE * min(len(one), len(other))
