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
from works.attribution.evidence import Bools, Gathering, Ints
from works.attribution.facts import AuthorshipFacts, WorkFeatures
from works.attribution.forms import SAME, VARIANT
from works.attribution.linkage import delicate_rows, link
from works.attribution.reasons import CONFIRMED, NAME_INITIAL, NAME_SAME, NAME_VARIANT, ONLY_WORK, Reason
from works.attribution.standing import choose
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
    other decisions, or put two positions of one work together, and were left out. ``affected`` is false for the
    authorships of standing records that nothing came to: their label, confidence and reasons mean nothing.
    """

    labels: list[int]
    confidence: list[float]
    reasons: list[list[Reason]]
    refused: list[Pair]
    affected: list[bool]


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

    Authorships with a ``standing`` record stay together; only what is open can join them, and each other (see
    ``standing``). Where people decided otherwise, the record is taken apart.
    """
    constraints = constraints or Constraints()
    weights = load_weights()
    blocks = [authorship.block or block_key(authorship.name) for authorship in authorships]
    decided = {pk for pairs in (constraints.must_link, constraints.cannot_link) for pair in pairs for pk in pair}
    chosen = choose(authorships, blocks, works, decided)
    if not chosen.rows:
        return _untouched(len(authorships))
    some = [authorships[index] for index in chosen.rows]
    gathering = Gathering(some, [blocks[index] for index in chosen.rows], works, statistics, chosen.absent)
    row_of = {some[index].id: row for row, index in enumerate(gathering.order)}
    cannot_link = _pair_matrix(constraints.cannot_link, row_of, gathering.size)
    start, fresh = _standing(gathering, cannot_link)
    refused = _join_by_people(gathering, constraints, row_of, cannot_link, start, fresh)
    label = link(gathering, weights.log_odds, start, cannot_link, fresh=fresh)

    def refused_among(rows: Sequence[AuthorshipFacts]) -> sparse.csr_array | None:
        return _pair_matrix(constraints.cannot_link, {row.id: at for at, row in enumerate(rows)}, len(rows))

    label = join_across_blocks(some, gathering, label, works, statistics, weights.log_odds, refused_among, fresh)
    return _told(gathering, label, refused, fresh, chosen.rows, len(authorships))


def _standing(gathering: Gathering, cannot_link: sparse.csr_array | None) -> tuple[Ints, Bools]:
    """Start labels, and which rows are open.

    Rows that stand on one record share a label, unless people decided that two of them are two persons.
    """
    record = gathering.standing
    _, first, number = np.unique(record, return_index=True, return_inverse=True)
    is_open = record == 0
    if cannot_link is not None:
        pairs = cannot_link.tocoo()
        is_open |= np.isin(record, record[pairs.row[record[pairs.row] == record[pairs.col]]])
    label = np.where(is_open, np.arange(gathering.size), first[number])
    return _with_equal_lists(gathering, label, is_open, cannot_link), is_open


def _with_equal_lists(gathering: Gathering, label: Ints, is_open: Bools, cannot_link: sparse.csr_array | None) -> Ints:
    """Give an open row the label of the first row printed with the same name in the same long list of authors.

    The members of a collaboration would otherwise be compared with themselves on every pair of its works.
    """
    g = gathering
    rows = np.flatnonzero((g.byline > 0) & (g.human == 0) & (g.orcid == 0) & ~delicate_rows(g, cannot_link))
    columns = [g.block, g.byline, g.first, g.middle, g.whole_middle, g.suffix, g.family]
    keys = [column[rows] for column in columns]
    order = np.lexsort((rows, is_open[rows], *keys))
    ordered = [key[order] for key in keys]
    differs = np.any([key[1:] != key[:-1] for key in ordered], axis=0)
    starts = np.flatnonzero(np.r_[True, differs]) if len(rows) else order
    leader = np.repeat(rows[order[starts]], np.diff(np.r_[starts, len(rows)]))
    joins = is_open[rows[order]]
    joined = label.copy()
    joined[rows[order[joins]]] = label[leader[joins]]
    return joined


def _pair_matrix(pairs: Sequence[Pair], row_of: Mapping[int, int], size: int) -> sparse.csr_array | None:
    known = [(row_of[a], row_of[b]) for a, b in pairs if a in row_of and b in row_of]
    if not known:
        return None
    one, other = np.array(known).T
    both = np.concatenate([one, other]), np.concatenate([other, one])
    return sparse.csr_array((np.ones(len(both[0])), both), shape=(size, size))


def _join_by_people(
    gathering: Gathering,
    constraints: Constraints,
    row_of: Mapping[int, int],
    cannot_link: sparse.csr_array | None,
    label: Ints,
    fresh: Bools,
) -> list[Pair]:
    """Join the labels of rows that must be linked, or that people put in one record; they count as fresh then.

    Returns the pairs refused.
    """
    refused: list[Pair] = []
    pairs = sorted((row_of[a], row_of[b], (a, b)) for a, b in constraints.must_link if a in row_of and b in row_of)
    chosen: dict[int, int] = {}
    for row in np.flatnonzero(gathering.human).tolist():
        first = chosen.setdefault(int(gathering.human[row]), row)
        if first != row:
            pairs.insert(0, (first, row, (-1, -1)))
    if not pairs:
        return refused
    members: dict[int, set[int]] = {}
    for row, start in enumerate(label.tolist()):
        members.setdefault(start, set()).add(row)
    for a, b, pair in pairs:
        one, other = int(label[a]), int(label[b])
        if one == other:
            continue
        if _contradicts(gathering, members[one], members[other], cannot_link):
            refused += [pair] if pair[0] >= 0 else []
            continue
        members[one] |= members.pop(other)
        label[list(members[one])] = one
        fresh[[a, b]] = True
    return refused


def _contradicts(gathering: Gathering, one: set[int], other: set[int], cannot_link: sparse.csr_array | None) -> bool:
    a, b = sorted(one), sorted(other)
    if set(gathering.work[a].tolist()) & set(gathering.work[b].tolist()):
        return True
    records = {int(value) for value in gathering.human[a + b] if value}
    return len(records) > 1 or (cannot_link is not None and cannot_link[a][:, b].nnz > 0)


def _untouched(size: int) -> Resolution:
    return Resolution([-1] * size, [1.0] * size, [[]] * size, [], [False] * size)


def _told(
    gathering: Gathering, label: Ints, refused: list[Pair], fresh: Bools, rows: Sequence[int], size: int
) -> Resolution:
    """Bring labels, confidence and reasons into the order of the input, of which ``rows`` were resolved."""
    is_affected = np.zeros(int(label.max()) + 1, dtype=bool)
    is_affected[label[fresh]] = True
    support = Support(gathering, label, is_affected)
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
    told = _untouched(size)
    told.refused.extend(refused)
    affected = is_affected[label].tolist()
    rounded = confidence.round(4).tolist()
    for row, (index, cluster) in enumerate(zip(gathering.order, label.tolist(), strict=True)):
        at = rows[index]
        told.labels[at], told.confidence[at], told.reasons[at] = cluster, rounded[row], reasons[row]
        told.affected[at] = affected[row]
    return told
