"""Standing: trust that flows from verified authors along collaborations.

A truncated personalised PageRank on the undirected collaboration graph, read per unit of degree. Each seed (an author
at level L3 or L4) starts with as much trust as it has collaboration weight; at every step an author passes its trust
to its co-authors in proportion to the weight of their ties; the flow stops after ``STEPS`` steps, before it has
spread evenly. An author's flow is the trust received, divided by its own collaboration weight: equivalently, the
damped share of short random walks from the author that end at a verified author, a number from 0 to 1.

Early stopping and division by degree are what make fake accounts useless (SybilRank: Cao, Sirivianos, Yang, Pregueiro,
*Aiding the Detection of Fake Accounts in Large Scale Social Online Services*, NSDI 2012; PageRank by random walks:
Andersen, Chung, Lang, *Local Graph Partitioning using PageRank Vectors*, FOCS 2006). All trust inside a group of fake
accounts came through its ties to real authors; each step a tie carries at most its own weight, however many accounts
stand behind it. The flow is linear in the seeds, so that removing one seed takes away exactly what flowed from it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

METHOD = "ppr-1"
DAMPING = 0.5
STEPS = 8
PRECISION = (1.0 - DAMPING) * DAMPING**STEPS
"""What the early stop can leave out of a flow: a smaller change of a neighbour's flow does not count as one."""
MAXIMUM_AUTHORS = 25
"""Works with more authors carry no trust: a place in a long list says little about who vouches for whom."""

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class CollaborationGraph:
    """The symmetric weight matrix of collaborations over author ids, which are sorted and unique."""

    author_ids: Integers
    weights: sparse.csr_array

    @property
    def degrees(self) -> Floats:
        """Sum of tie weights by author: the number of works with 2 to 25 authors."""
        return np.asarray(self.weights.sum(axis=1), dtype=np.float64).ravel()

    def positions(self, author_ids: Integers) -> Integers:
        """Row numbers of the ids that are in the graph; others are left out."""
        rows = np.searchsorted(self.author_ids, author_ids)
        rows = np.minimum(rows, max(len(self.author_ids) - 1, 0))
        known = self.author_ids[rows] == author_ids if len(self.author_ids) else np.zeros(len(author_ids), dtype=bool)
        return np.asarray(rows[known], dtype=np.int64)


def build(first: Integers, second: Integers, weight: Floats) -> CollaborationGraph:
    """The graph of ties given as three columns, each pair once in either order. Ties without weight are dropped."""
    kept = weight > 0
    first, second, weight = first[kept], second[kept], weight[kept]
    author_ids, rows = np.unique(np.concatenate((first, second)), return_inverse=True)
    rows = rows.astype(np.int32)
    count, size = len(first), len(author_ids)
    upper = sparse.csr_array((weight, (rows[:count], rows[count:])), shape=(size, size))
    return CollaborationGraph(author_ids, sparse.csr_array(upper + upper.T))


def flow(graph: CollaborationGraph, seeds: Integers, *, steps: int = STEPS, damping: float = DAMPING) -> Floats:
    """Trust per unit of degree that reaches each author of the graph, from 0 to 1.

    ``seeds`` are author ids; unknown ids and repeats are ignored. The walk of length zero is left out: a seed gives
    nothing to itself but what comes back along its ties.
    """
    degrees = graph.degrees
    reached = np.zeros(len(degrees))
    received = np.zeros(len(degrees))
    if not len(degrees):
        return received
    reached[np.unique(graph.positions(seeds))] = 1.0
    share = 1.0 - damping
    inverse = np.divide(1.0, degrees, out=np.zeros_like(degrees), where=degrees > 0)
    for _ in range(steps):
        reached = (graph.weights @ reached) * inverse
        received += share * reached
        share *= damping
    return received


def flow_nearby(graph: CollaborationGraph, seeds: Integers, stale: Integers, known: Floats) -> Floats:
    """Flows after a small change: those of the ``stale`` authors worked out again, all others held at ``known``.

    ``graph`` needs only the ties of the stale authors, all of them; ``known`` has the last flow of each of its authors.
    The flow of an author is the mean over its ties of ``(1 - damping) * seed + damping * flow`` of the other end, to
    within ``damping**STEPS``; that equation is iterated over the stale authors, from zero and as often as there are
    steps. The nightly computation is exact, so that a difference within this precision counts as none.
    """
    flows = known.copy()
    rows = np.unique(graph.positions(stale))
    if not len(rows):
        return flows
    ties = graph.weights[rows]
    degrees = np.asarray(ties.sum(axis=1), dtype=np.float64).ravel()
    is_seed = np.zeros(len(flows))
    is_seed[np.unique(graph.positions(seeds))] = 1.0
    from_seeds = (1.0 - DAMPING) * (ties @ is_seed)
    flows[rows] = 0.0
    for _ in range(STEPS):
        flows[rows] = (from_seeds + DAMPING * (ties @ flows)) / degrees
    is_same = np.abs(flows - known) <= np.minimum(known * 2 * DAMPING**STEPS, PRECISION)
    return np.where(is_same, known, flows)


def carried(weights: Floats, *, damping: float = DAMPING) -> float:
    """The most trust (flow times degree, summed over a whole region) that ties of these weights can bring into it.

    A tie of weight w carries at most w in each step, trust that came in at step t counts in every later term, and the
    damping weights of the terms from t on sum to ``damping**(t - 1)``; the sum over t is ``1 / (1 - damping)``.
    """
    return float(weights.sum()) / (1.0 - damping)
