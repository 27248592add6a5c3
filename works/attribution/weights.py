"""The trained weights: log-odds that two clusters are one person, and the calibration of confidence.

The table is written by ``bench/attribution/train.py``; ``docs/attribution.md`` says on what and how well.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import msgspec
import numpy as np

from works.attribution.evidence import Floats
from works.attribution.pairs import FEATURES

TABLE = Path(__file__).with_name("weights.json")


class Weights(msgspec.Struct, frozen=True):
    """Log-odds = ``bias`` + sum of weight x feature; confidence = logistic(``slope`` x log-odds + ``shift``)."""

    bias: float
    weights: dict[str, float]
    slope: float
    shift: float

    def log_odds(self, features: Floats) -> Floats:
        """Log-odds of each row of features being one person."""
        return np.asarray(features @ self.vector() + self.bias)

    def vector(self) -> Floats:
        """The weights in the order of ``FEATURES``; a feature the table lacks weighs nothing."""
        return np.array([self.weights.get(name, 0.0) for name in FEATURES])

    def confidence(self, log_odds: Floats) -> Floats:
        """Calibrated probability for log-odds of one authorship against the rest of its cluster."""
        return np.asarray(1.0 / (1.0 + np.exp(-(self.slope * log_odds + self.shift))))


@lru_cache(maxsize=1)
def load_weights() -> Weights:
    """The weights shipped with the code."""
    return msgspec.json.decode(TABLE.read_bytes(), type=Weights)
