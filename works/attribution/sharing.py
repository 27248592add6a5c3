"""How name blocks are shared out: in chunks among workers, and one chunk in parts among processes of one worker."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from zlib import crc32

import msgspec
import numpy as np
import numpy.typing as npt
from django.db import connection
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from works.copying import array_literal
from works.names import Name, block_keys

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

#: Partitions of the blocks; each is worked on by one worker at a time. So many that a chunk holds whole ones even when
#: the catalogue has millions of works: two chunks of one partition would wait for each other.
PARTITIONS = 256
#: Authorships resolved together: enough to keep vector code busy and to find people printed under two family names, few
#: enough to stay within some hundred megabytes.
CHUNK = 80_000
#: Authorships of one chunk that are worth several processes.
WORTH_PARTS = 5_000

#: Partitions to lock for some blocks, and the blocks.
Chunk = tuple[Sequence[int], list[str]]


class Shares(msgspec.Struct, frozen=True):
    """Chunks to resolve in any order or beside each other, and the partitions that they have in ``common``.

    Whoever shares out the chunks holds the locks of those.
    """

    chunks: list[Chunk]
    common: Sequence[int] = ()


_SIZES = "SELECT block, count(*) FROM works_authorship WHERE block = ANY (%s::text[]) GROUP BY block"
#: The printed names of some blocks, each with the record that it stands on and how often it does.
_PRINTED = """
SELECT a.block, a.family, a.given, t.author_id, count(*)
FROM works_authorship a LEFT JOIN works_attribution t ON t.authorship_id = a.id
WHERE a.block = ANY (%s::text[]) GROUP BY 1, 2, 3, 4
"""


def shares_of(blocks: Sequence[str], processes: int) -> Shares:
    """The chunks of blocks; where there is only one, it is parted for several processes when that is worth it."""
    chunks = list(chunks_of(blocks))
    if processes > 1 and len(chunks) == 1:
        partitions, members = chunks[0]
        parts = parts_of(members, processes)
        if len(parts) > 1:
            return Shares([([], part) for part in parts], partitions)
    return Shares(chunks)


def chunks_of(blocks: Iterable[str]) -> Iterator[Chunk]:
    """Blocks in runs of about ``CHUNK`` authorships with the partitions they span; a family name stays together.

    A partition is divided only when it alone is larger.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SIZES, [array_literal(list(blocks))])
        sizes: dict[str, int] = dict(cursor.fetchall())
    families: dict[str, list[str]] = defaultdict(list)
    for block in blocks:
        families[family_of(block)].append(block)
    partitions: dict[int, list[list[str]]] = defaultdict(list)
    for family in sorted(families):
        partitions[crc32(family.encode()) % PARTITIONS].append(families[family])
    spanned: list[int] = []
    chunk: list[str] = []
    held = 0
    for partition, members in sorted(partitions.items()):
        for run, size in _runs(members, sizes):
            if chunk and held + size > CHUNK:
                yield spanned, chunk
                spanned, chunk, held = [], [], 0
            spanned.append(partition)
            chunk += run
            held += size
    if chunk:
        yield spanned, chunk


def _runs(families: Iterable[list[str]], sizes: Mapping[str, int]) -> Iterator[tuple[list[str], int]]:
    """Families in runs of at most ``CHUNK`` authorships where none of them is larger, each with its size."""
    run: list[str] = []
    held = 0
    for family in families:
        size = sum(sizes.get(block, 0) for block in family)
        if run and held + size > CHUNK:
            yield run, held
            run, held = [], 0
        run += family
        held += size
    if run:
        yield run, held


def parts_of(blocks: Sequence[str], parts: int) -> list[list[str]]:
    """Blocks in so many parts of about equal size, or all in one where that is not worth it.

    The parts resolved each by itself give what all blocks together do: blocks in which one person may stand
    (``block_keys``), of one family name, or of one record, are in one part.
    """
    with connection.cursor() as cursor:
        cursor.execute(_PRINTED, [array_literal(blocks)])
        printed = cursor.fetchall()
    if sum(count for *_, count in printed) < WORTH_PARTS:
        return [list(blocks)]
    number = {block: at for at, block in enumerate(blocks)}
    size = np.zeros(len(blocks), dtype=np.int64)
    first: dict[str | int, int] = {}
    together: list[tuple[int, int]] = []
    for block, family, given, record, count in printed:
        home = number[block]
        size[home] += count
        together.append((home, first.setdefault(family_of(block), home)))
        if record is not None:
            together.append((home, first.setdefault(record, home)))
        together += [(home, number[key]) for key in block_keys(Name(family, given)) if key in number]
    one, other = np.array(together).T
    shape = (len(blocks), len(blocks))
    groups, group = connected_components(sparse.coo_array((np.ones(len(one)), (one, other)), shape=shape), False)
    return _packed(blocks, group, np.bincount(group, weights=size, minlength=groups).astype(np.float64), parts)


def _packed(blocks: Sequence[str], group: Ints, size: Floats, parts: int) -> list[list[str]]:
    """Groups of blocks in so many parts: the largest first, each to the part that holds least by then."""
    held = np.zeros(parts)
    part_of = np.zeros(len(size), dtype=np.int64)
    for number in np.argsort(-size, kind="stable").tolist():
        part_of[number] = held.argmin()
        held[part_of[number]] += size[number]
    packed: list[list[str]] = [[] for _ in range(parts)]
    for block, part in zip(blocks, part_of[group].tolist(), strict=True):
        packed[part].append(block)
    return [part for part in packed if part]


def family_of(block: str) -> str:
    """The family name of a block key, which is the key without its last word; of a one-word key, the key itself."""
    return block.rpartition(" ")[0] or block
