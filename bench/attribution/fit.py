"""Fits the weights: logistic regression whose signs are given by what a feature means.

A shared co-author never speaks against one person, another spelling never for it. Without these bounds the fit uses the
accidents of the gold sets (their names were chosen for being ambiguous) and fails elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from works.attribution.pairs import FEATURES

Floats = npt.NDArray[np.float64]

AGAINST: Final = frozenset(
    {"place_both", "topic_both", "strange_coauthors", "strange_coauthors_many", "subject_far", "year_gap", "name_near",
     "name_variant", "one_initial", "two_initials", "crowd", "pinyin", "firsts_initial", "middle_lacks",
     "family_differs"}
)  # fmt: skip
EITHER: Final = frozenset({"smaller", "larger", "venue_both"})
#: No gold set has these facts, so their weights are set by judgement: an equal ORCID or e-mail decides by itself, an
#: equal collaboration is weak evidence.
GIVEN: Final = {"contact_amount": 3.0, "group_amount": 0.4}
#: Strength of the pull towards zero. Between 0.0001 and 0.002 it changes little.
RIDGE: Final = 0.0003


class Examples(msgspec.Struct, frozen=True):
    """Pairs of clusters: features, whether they are one person, and what each pair counts. ``share`` is the set's."""

    features: npt.NDArray[np.float32]
    same: npt.NDArray[np.bool_]
    weight: Floats
    share: float


def fit(sets: Sequence[Examples]) -> tuple[Floats, float]:
    """Weights in the order of ``FEATURES`` and the bias."""
    x = np.concatenate([examples.features for examples in sets]).astype(np.float64)
    sign = np.where(np.concatenate([examples.same for examples in sets]), 1.0, -1.0)
    weight = np.concatenate([e.weight / e.weight.sum() * e.share for e in sets])
    weight /= weight.sum()
    mean, spread = x.mean(axis=0), x.std(axis=0)
    spread[spread < 1e-6] = 1.0
    x = (x - mean) / spread

    def loss(parameters: Floats) -> tuple[float, Floats]:
        margin = sign * (x @ parameters[:-1] + parameters[-1])
        pull = -weight * sign / (1.0 + np.exp(margin.clip(-500, 500)))
        value = float((weight * np.logaddexp(0.0, -margin)).sum() + RIDGE * (parameters[:-1] ** 2).sum())
        return value, np.append(x.T @ pull + 2 * RIDGE * parameters[:-1], pull.sum())

    bounds = [_bounds(name, scale) for name, scale in zip(FEATURES, spread, strict=True)]
    start = np.array([low if low is not None and low == high else 0.0 for low, high in bounds] + [0.0])
    found = minimize(loss, start, jac=True, bounds=[*bounds, (None, None)], method="L-BFGS-B", options={"maxiter": 400})
    weights = found.x[:-1] / spread
    return weights, float(found.x[-1] - weights @ mean)


def _bounds(name: str, scale: float) -> tuple[float | None, float | None]:
    if name in GIVEN:
        return GIVEN[name] * scale, GIVEN[name] * scale
    if name in AGAINST:
        return None, 0.0
    return (None, None) if name in EITHER else (0.0, None)


def fit_confidence(odds: Floats, right: npt.NDArray[np.bool_], weight: Floats) -> tuple[float, float]:
    """Slope and shift of the logistic curve from log-odds to the share that is right (Platt 1999)."""

    def loss(parameters: Floats) -> tuple[float, Floats]:
        sign = np.where(right, 1.0, -1.0)
        margin = sign * (parameters[0] * odds + parameters[1])
        pull = -weight * sign / (1.0 + np.exp(margin.clip(-500, 500)))
        return float((weight * np.logaddexp(0.0, -margin)).sum()), np.array([pull @ odds, pull.sum()])

    slope, shift = minimize(loss, np.array([1.0, 0.0]), jac=True, method="L-BFGS-B").x
    return float(slope), float(shift)
