"""Descriptions of works as bytes: what is kept of a work, so that its text is read and hashed only once.

A description is worth as much as the code that made it; ``VERSION`` tells which code that was, and is other whenever
one of the modules that read names and words was changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any, Final
from zlib import crc32

import msgspec
import numpy as np

from works import name_comparison, name_east_asian, name_forms, name_variants, names
from works.attribution import facts, forms, hashing, statistics
from works.attribution.facts import WorkFacts, WorkFeatures, describe_work, place_keys
from works.attribution.hashing import Hashes, hash_of
from works.attribution.statistics import Lists, name_parts

_MADE_BY: Final = (
    name_comparison,
    name_east_asian,
    name_forms,
    name_variants,
    names,
    facts,
    forms,
    hashing,
    statistics,
)
#: Fits PostgreSQL's integer.
VERSION: Final = crc32(b"".join(Path(str(module.__file__)).read_bytes() for module in _MADE_BY)) & 0x7FFFFFFF
_LISTS: Final = ("keys", "forms", "shared", "groups", "terms", "abstract", "topics", "venue")
_ALL_LISTS: Final = (*_LISTS, "parts", "places")
#: Numbers before the lists: two halves of the digest, year, authors, whether these are all, and every list's length.
_HEAD: Final = 5 + len(_ALL_LISTS)


class Description(msgspec.Struct, frozen=True, gc=False):
    """A work's hashed facts, and what only the statistics count: name parts of its authors and their places.

    ``parts`` holds family and given name of one author after the other.
    """

    features: WorkFeatures
    parts: Hashes
    places: Hashes


def describe(work: WorkFacts, affiliations: Iterable[str]) -> Description:
    """Hash what a work says; ``affiliations`` are all lines printed for its authors."""
    parts = [part for name in work.authors if not name.is_group for part in name_parts(name)]
    places = [hash_of("place", key) for line in affiliations for key in place_keys(line)]
    return Description(describe_work(work), np.array(parts, dtype=np.uint32), np.array(places, dtype=np.uint32))


def pack(description: Description) -> bytes:
    """The description as little-endian 32-bit numbers."""
    features = description.features
    lists = [*(getattr(features, name) for name in _LISTS), description.parts, description.places]
    digest = features.digest
    head = [digest >> 32, digest & 0xFFFFFFFF, features.year, features.authors, features.is_complete, *map(len, lists)]
    return np.concatenate(
        [np.array(head, dtype="<u4"), *(values.astype("<u4", copy=False) for values in lists)]
    ).tobytes()


def unpack(packed: bytes) -> WorkFeatures:
    """The features of a packed description."""
    return WorkFeatures(*_unpacked(packed))


def unpack_lists(packed: Sequence[bytes]) -> dict[str, Lists]:
    """The lists of many packed descriptions, by name: those of ``WorkFeatures``, ``parts`` and ``places``."""
    numbers = np.frombuffer(b"".join(packed), dtype="<u4")
    starts = np.cumsum([0, *(len(one) // 4 for one in packed)])[:-1]
    lengths = numbers[starts[:, None] + np.arange(_HEAD - len(_ALL_LISTS), _HEAD)].astype(np.int64)
    sizes = np.insert(lengths, 0, _HEAD, axis=1)
    which = np.repeat(np.tile(np.arange(-1, len(_ALL_LISTS)), len(packed)), sizes.ravel())
    return {name: Lists(lengths[:, at], numbers[which == at]) for at, name in enumerate(_ALL_LISTS)}


def _unpacked(packed: bytes) -> Sequence[Any]:
    numbers = np.frombuffer(packed, dtype="<u4")
    high, low, year, authors, is_complete, *lengths = numbers[:_HEAD].tolist()
    ends = list(accumulate(lengths[: len(_LISTS)], initial=_HEAD))
    lists = [numbers[start:end] for start, end in pairwise(ends)]
    return high << 32 | low, year, authors, *lists, bool(is_complete)
