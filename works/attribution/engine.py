"""Resolves blocks of authorships: the one entry of the attribution engine.

Pure: facts in, clusters with confidence and reasons out. The caller loads whole blocks (every authorship whose
``block_key`` is the block's), keeps ``Statistics`` of the whole catalogue, and turns clusters into author records.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
from scipy import sparse

from works.attribution.crossing import join_across_blocks
from works.attribution.evidence import Gathering, Ints
from works.attribution.facts import AuthorshipFacts, WorkFeatures
from works.attribution.forms import SAME, VARIANT
from works.attribution.linkage import link
from works.attribution.reasons import CONFIRMED, NAME_INITIAL, NAME_SAME, NAME_VARIANT, ONLY_WORK, Reason
from works.attribution.statistics import Statistics
from works.attribution.support import Support
from works.attribution.weights import load_weights
from works.names import block_key

Pair = tuple[int, int]


class Constraints(msgspec.Struct, frozen=True):
    """What people decided about pairs of authorship ids: ``must_link`` are one person, ``cannot_link`` two."""

    must_link: Sequence[Pair] = ()
    cannot_link: Sequence[Pair] = ()


class Resolution(msgspec.Struct, frozen=True):
    """The outcome, parallel to the authorships given.

    ``labels`` number clusters from 0 within this resolution; ``confidence`` is the calibrated probability that the
    authorship belongs with the others of its cluster (1 for one alone). ``refused`` are must-link pairs that contradict
    other decisions, or put two positions of one work together, and were left out.
    """

    labels: list[int]
    confidence: list[float]
    reasons: list[list[Reason]]
    refused: list[Pair]


def resolve_batch(
    authorships: Sequence[AuthorshipFacts],
    works: Mapping[int, WorkFeatures],
    statistics: Statistics,
    constraints: Constraints | None = None,
) -> Resolution:
    """Resolve all authorships of one or many blocks at once.

    A block is resolved by itself; then clusters of different blocks of the batch are joined where a person is printed
    in two ways that are filed apart (see ``crossing``). A batch may hold any number of blocks: tens of thousands of
    authorships keep the vectors long and the memory within some hundred megabytes, and blocks of one family name belong
    in one batch. The result does not depend on the order or the ids of the input.
    """
    if not authorships:
        return Resolution([], [], [], [])
    constraints = constraints or Constraints()
    weights = load_weights()
    blocks = [authorship.block or block_key(authorship.name) for authorship in authorships]
    gathering = Gathering(authorships, blocks, works, statistics)
    row_of = {authorships[index].id: row for row, index in enumerate(gathering.order)}
    cannot_link = _pair_matrix(constraints.cannot_link, row_of, gathering.size)
    start, refused = _joined_by_people(gathering, constraints, row_of, cannot_link)
    label = link(gathering, weights.log_odds, start, cannot_link)

    def refused_among(rows: Sequence[AuthorshipFacts]) -> sparse.csr_array | None:
        return _pair_matrix(constraints.cannot_link, {row.id: at for at, row in enumerate(rows)}, len(rows))

    label = join_across_blocks(authorships, gathering, label, works, statistics, weights.log_odds, refused_among)
    return _told(gathering, label, refused)


def _pair_matrix(pairs: Sequence[Pair], row_of: Mapping[int, int], size: int) -> sparse.csr_array | None:
    known = [(row_of[a], row_of[b]) for a, b in pairs if a in row_of and b in row_of]
    if not known:
        return None
    one, other = np.array(known).T
    both = np.concatenate([one, other]), np.concatenate([other, one])
    return sparse.csr_array((np.ones(len(both[0])), both), shape=(size, size))


def _joined_by_people(
    gathering: Gathering, constraints: Constraints, row_of: Mapping[int, int], cannot_link: sparse.csr_array | None
) -> tuple[Ints, list[Pair]]:
    """Start labels: rows joined by must-link pairs or by a record that people put them in."""
    members = {row: {row} for row in range(gathering.size)}
    label = np.arange(gathering.size)
    refused: list[Pair] = []
    pairs = sorted((row_of[a], row_of[b], (a, b)) for a, b in constraints.must_link if a in row_of and b in row_of)
    chosen: dict[int, int] = {}
    for row in np.flatnonzero(gathering.human).tolist():
        first = chosen.setdefault(int(gathering.human[row]), row)
        if first != row:
            pairs.insert(0, (first, row, (-1, -1)))
    for a, b, pair in pairs:
        one, other = int(label[a]), int(label[b])
        if one == other:
            continue
        if _contradicts(gathering, members[one], members[other], cannot_link):
            refused += [pair] if pair[0] >= 0 else []
            continue
        members[one] |= members.pop(other)
        label[list(members[one])] = one
    return label, refused


def _contradicts(gathering: Gathering, one: set[int], other: set[int], cannot_link: sparse.csr_array | None) -> bool:
    a, b = sorted(one), sorted(other)
    if set(gathering.work[a].tolist()) & set(gathering.work[b].tolist()):
        return True
    records = {int(value) for value in gathering.human[a + b] if value}
    return len(records) > 1 or (cannot_link is not None and cannot_link[a][:, b].nnz > 0)


def _told(gathering: Gathering, label: Ints, refused: list[Pair]) -> Resolution:
    """Bring labels, confidence and reasons into the order of the input."""
    support = Support(gathering, label)
    confidence = np.ones(gathering.size)
    reasons: list[list[Reason]] = [[(ONLY_WORK, [])] for _ in range(gathering.size)]
    if len(support.rows):
        confidence[support.rows] = load_weights().confidence(load_weights().log_odds(support.features()))
        for row, found, relation in zip(
            support.rows.tolist(), support.reasons(), support.relation().tolist(), strict=True
        ):
            name = NAME_SAME if relation == SAME else NAME_VARIANT if relation == VARIANT else NAME_INITIAL
            reasons[row] = [*found, (name, [])]
    for row in np.flatnonzero(gathering.human).tolist():
        confidence[row] = 1.0
        reasons[row].insert(0, (CONFIRMED, []))
    back = np.empty(gathering.size, dtype=np.int64)
    back[gathering.order] = np.arange(gathering.size)
    return Resolution(
        labels=label[back].tolist(),
        confidence=confidence[back].round(4).tolist(),
        reasons=[reasons[row] for row in back.tolist()],
        refused=refused,
    )
