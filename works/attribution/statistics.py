"""How common names, words, places and venues are in the catalogue: what makes sharing one of them telling.

Counts live in tables of fixed size indexed by hash, so memory does not grow with the catalogue and two tables of
different parts of it add up. A collision can only make a feature look more common than it is.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt
import zstandard

from works.attribution.background import LEAST_COUNT, load_background
from works.attribution.facts import WorkFeatures
from works.attribution.hashing import Hashes, hash_of
from works.name_forms import fold, fold_umlauts
from works.names import Name, given_tokens

#: Kind of feature -> base-2 logarithm of the size of its table.
TABLE_BITS: Final = {"key": 20, "form": 21, "group": 14, "term": 20, "topic": 14, "venue": 16, "place": 18,
                     "family": 18, "given": 18}  # fmt: skip
Counts = npt.NDArray[np.uint32]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
#: Kinds that the background knows.
COUNTED: Final = frozenset(LEAST_COUNT)


#: List of ``WorkFeatures`` -> the kind of its entries.
_COUNTED_LISTS: Final = {"keys": "key", "forms": "form", "groups": "group", "terms": "term", "abstract": "term",
                         "topics": "topic", "venue": "venue"}  # fmt: skip


class Lists(msgspec.Struct, frozen=True):
    """One list for each of many works: how long they are, and their values one after the other."""

    lengths: Ints
    values: Hashes

    @classmethod
    def of(cls, lists: Sequence[Hashes]) -> Lists:
        """These lists."""
        values = np.concatenate(lists) if lists else np.empty(0, dtype=np.uint32)
        return cls(np.array([len(one) for one in lists], dtype=np.int64), values)

    def distinct(self) -> Hashes:
        """The values but 0, those that one list has several times once."""
        work = np.repeat(np.arange(len(self.lengths), dtype=np.uint64), self.lengths)
        codes = np.unique(work[self.values > 0] << np.uint64(32) | self.values[self.values > 0])
        return (codes & np.uint64(0xFFFFFFFF)).astype(np.uint32)


class Statistics:
    """Document frequencies over ``works`` works and ``names`` printed names."""

    def __init__(self) -> None:
        self.works = 0
        self.names = 0
        self.tables: dict[str, Counts] = {
            kind: np.zeros(1 << bits, dtype=np.uint32) for kind, bits in TABLE_BITS.items()
        }

    def add_work(self, features: WorkFeatures, names: Iterable[Name] = (), places: Iterable[str] = ()) -> None:
        """Count one work that was not counted before; ``places`` are the place keys of all its authors."""
        self.add_works([features], [name_parts(name) for name in names])
        self._count("place", np.array([hash_of("place", place) for place in set(places)], dtype=np.uint32))

    def add_works(self, batch: Iterable[WorkFeatures], parts: Iterable[tuple[int, int]]) -> None:
        """Count many works at once; ``parts`` are the ``name_parts`` of all their printed names."""
        works = list(batch)
        lists = {name: Lists.of([getattr(work, name) for work in works]) for name in _COUNTED_LISTS}
        self.add_lists(lists, np.array(list(parts), dtype=np.uint32))

    def add_lists(self, lists: Mapping[str, Lists], parts: Hashes) -> None:
        """The same of works given as lists by the names of ``WorkFeatures``, and name parts one after the other."""
        self.works += len(lists["keys"].lengths)
        for name in ("terms", "abstract", "topics", "venue", "groups"):
            self._count(_COUNTED_LISTS[name], lists[name].values)
        for name in ("keys", "forms"):
            self._count(_COUNTED_LISTS[name], lists[name].distinct())
        pairs = parts.reshape(-1, 2)
        self.names += len(pairs)
        self._count("family", pairs[:, 0])
        self._count("given", pairs[pairs[:, 1] > 0, 1])

    def add_places(self, hashes: Hashes) -> None:
        """Count hashed place keys, once for each authorship that prints them."""
        self._count("place", hashes)

    def _count(self, kind: str, hashes: Hashes) -> None:
        if len(hashes):
            table = self.tables[kind]
            # A number of another type would be added one by one, twenty times slower.
            np.add.at(table, hashes & (len(table) - 1), np.uint32(1))

    def frequency(self, kind: str, hashes: Hashes) -> Floats:
        """How many works (names, for the parts of names) carry each hashed feature, background included; at least 1."""
        table = self.tables[kind]
        counts: Floats = table[hashes & (len(table) - 1)] + load_background().count(kind, hashes)
        return np.maximum(counts, 1.0)

    def share(self, kind: str, hashes: Hashes) -> Floats:
        """The share of all printed names that has the family name, or the first given name."""
        return self.frequency(kind, hashes) / (self.names + load_background().names)

    def surprise(self, kind: str, hashes: Hashes) -> Floats:
        """Information of sharing each feature, in nats: -log of the share of works that carry it."""
        works = self.works + (load_background().works if kind in COUNTED else 1)
        surprise: Floats = np.log(works / self.frequency(kind, hashes)).clip(0.0)
        return surprise

    def to_bytes(self) -> bytes:
        """The tables as one compressed blob for ``from_bytes``."""
        buffer = io.BytesIO()
        np.savez(buffer, allow_pickle=False, size=np.array([self.works, self.names]), **self.tables)
        return zstandard.compress(buffer.getvalue())

    @classmethod
    def from_bytes(cls, blob: bytes) -> Statistics:
        """Read what ``to_bytes`` wrote."""
        statistics = cls()
        with np.load(io.BytesIO(zstandard.decompress(blob)), allow_pickle=False) as tables:
            statistics.works, statistics.names = (int(value) for value in tables["size"])
            for kind in TABLE_BITS:
                statistics.tables[kind] = tables[kind].copy()
        return statistics


@lru_cache(maxsize=1 << 17)
def name_parts(name: Name) -> tuple[int, int]:
    """Hashes of the family name and of the first whole given name (0 when only initials are printed)."""
    words = fold(name.family).split()
    family = hash_of("family", fold_umlauts(words[-1]) if words else name.family)
    first = next(iter(given_tokens(name.given)), "")
    return family, hash_of("given", first) if len(first) > 1 else 0
