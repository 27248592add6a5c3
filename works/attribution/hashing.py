"""Words, names and places as 32-bit numbers, so that they are compared in arrays.

CRC-32 is fast and the same on every machine and in every run. Two different words of one catalogue share a hash about
once in four thousand million pairs; what that costs is far below what common words cost.
"""

from __future__ import annotations

from zlib import crc32

import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.uint32]


def hash_of(kind: str, text: str) -> int:
    """The 32-bit hash of a text within one kind of feature; never 0."""
    return crc32(f"{kind}:{text}".encode()) or 1


class Positions:
    """Where hashes stand in a sorted array of different ones: looked up in a table, which is faster than searching."""

    #: Entries of the table that stand for no hash, and for more than one.
    _NONE, _SEVERAL = -1, -2

    def __init__(self, known: Hashes) -> None:
        self.known = known
        # Eight slots for each hash leave most of them alone in theirs.
        self._mask = np.uint32((1 << (8 * max(len(known), 1)).bit_length()) - 1)
        slot = known & self._mask
        self._table = np.full(int(self._mask) + 1, self._NONE, dtype=np.int32)
        self._table[slot] = np.arange(len(known), dtype=np.int32)
        self._table[slot[self._table[slot] != np.arange(len(known))]] = self._SEVERAL

    def of(self, values: Hashes) -> npt.NDArray[np.int32]:
        """The position of each value, -1 of one that is not there."""
        if not len(self.known):
            return np.full(len(values), self._NONE, dtype=np.int32)
        at: npt.NDArray[np.int32] = self._table[values & self._mask]
        unsure = np.flatnonzero(at == self._SEVERAL)
        at[unsure] = np.searchsorted(self.known, values[unsure]).clip(0, len(self.known) - 1)
        at[self.known[at] != values] = self._NONE
        return at
