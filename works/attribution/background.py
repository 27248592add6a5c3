"""How common names and words are in general: counts that come with the code, see ``bench/attribution/background.py``.

A young catalogue has seen too little to know that Wei Wang is a common name and Dietmar Jannach a rare one.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt
from scipy import sparse

from works.attribution.hashing import Positions

BACKGROUND: Final = Path(__file__).with_name("background.npz")
#: Kind -> the least count for an entry to be kept; rarer ones count as never seen.
LEAST_COUNT: Final = {"family": 4, "given": 4, "key": 12, "form": 8, "term": 25}
#: Numbers in the vector of a word.
VECTOR_SIZE: Final = 32


class Background(msgspec.Struct, frozen=True):
    """Counts over ``works`` works with ``names`` printed names; per kind, the positions of hashes and their counts."""

    works: int
    names: int
    positions: dict[str, Positions]
    counts: dict[str, npt.NDArray[np.uint32]]
    vectors: npt.NDArray[np.int8]
    mean: npt.NDArray[np.float64]

    def subject(self, offsets: npt.NDArray[np.int64], terms: npt.NDArray[np.uint32]) -> npt.NDArray[np.float32]:
        """The subject of each text as a direction, zeros where no word is known.

        ``terms`` are the hashed words of all texts, those of text i from ``offsets[i]`` to ``offsets[i + 1]``. Related
        words have related vectors, so two texts on one subject agree without sharing a word.
        """
        at = self.positions["term"].of(terms)
        found = np.flatnonzero(at >= 0)
        texts = sparse.csr_array(
            (np.ones(len(found), dtype=np.float32), at[found], np.searchsorted(found, offsets)),
            shape=(len(offsets) - 1, len(self.vectors)),
        )
        direction = _of_length_one(texts @ self.vectors.astype(np.float32))
        direction[np.any(direction != 0, axis=1)] -= self.mean.astype(np.float32)
        return _of_length_one(direction)

    def count(self, kind: str, hashes: npt.NDArray[np.uint32]) -> npt.NDArray[np.float64]:
        """How often each hash was seen; 0 for a rare one and for kinds that were not counted."""
        positions = self.positions.get(kind)
        if positions is None:
            return np.zeros(len(hashes))
        at = positions.of(hashes)
        return np.where(at >= 0, self.counts[kind][at], 0).astype(np.float64)


def _of_length_one(rows: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(np.divide(rows, length, out=np.zeros_like(rows), where=length > 0), dtype=np.float32)


@lru_cache(maxsize=1)
def load_background() -> Background:
    """The counts shipped with the code."""
    with np.load(BACKGROUND, allow_pickle=False) as table:
        works, names = (int(value) for value in table["size"])
        return Background(
            works,
            names,
            {kind: Positions(table[f"{kind}_hash"]) for kind in LEAST_COUNT},
            {kind: table[f"{kind}_count"] for kind in LEAST_COUNT},
            table["term_vector"],
            table["mean"],
        )
