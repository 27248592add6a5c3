"""Attribution against the database: read dirty blocks, let the engine decide, write what it decided.

Blocks are shared out by partitions under advisory locks, so that several workers can resolve at once and no block is ever
resolved by two of them. Each chunk of blocks is one transaction that also takes their marks away.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from zlib import crc32

from django.db import connection, transaction

from works.attribution.catalogue import Catalogue
from works.attribution.engine import Constraints, resolve_batch
from works.attribution.persist import save_clusters
from works.models import DirtyBlock

#: Partitions of the blocks; each is worked on by one worker at a time.
PARTITIONS = 32
#: Authorships resolved together: enough to keep vector code busy, few enough to stay small in memory.
CHUNK = 20_000
#: First key of the advisory locks, so that they meet no other use of them.
LOCK_CLASS = 7_401

Progress = Callable[[int], None]


def mark_all_dirty() -> int:
    """Ask for every block to be resolved again; returns how many there are."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO works_dirtyblock (block, since)"
            " SELECT DISTINCT block, now() FROM works_authorship WHERE block <> ''"
        )
        return int(cursor.rowcount)


def resolve_dirty(*, up_to: int | None = None, progress: Progress | None = None) -> int:
    """Resolve every block marked dirty by a row up to this id, or all. Returns how many authorships were looked at.

    Partitions held by another worker are left to it and looked at again at the end, so that nothing is left when this returns
    unless the other worker still holds it.
    """
    marks = DirtyBlock.objects.all() if up_to is None else DirtyBlock.objects.filter(pk__lte=up_to)
    newest = up_to or max(marks.values_list("pk", flat=True).order_by("-pk")[:1], default=0)
    blocks = sorted(set(marks.values_list("block", flat=True)))
    if not blocks:
        return 0
    catalogue = Catalogue.open()
    done = 0
    partitions: dict[int, list[str]] = defaultdict(list)
    for block in blocks:
        partitions[crc32(block.encode()) % PARTITIONS].append(block)
    for partition in sorted(partitions):
        for chunk in _chunks(partitions[partition]):
            done += resolve_blocks(chunk, catalogue, partition, newest)
            if progress:
                progress(done)
    return done


def resolve_blocks(blocks: Sequence[str], catalogue: Catalogue, partition: int, newest: int) -> int:
    """Resolve a chunk of blocks of one partition in one transaction; 0 when another worker has the partition."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_CLASS, partition])
        open_ = list(
            DirtyBlock.objects.filter(block__in=blocks, pk__lte=newest).values_list("block", flat=True).distinct()
        )
        if not open_:
            return 0
        authorships = catalogue.load(open_)
        resolution = resolve_batch(authorships, catalogue.features, catalogue.statistics, Constraints())
        save_clusters(authorships, resolution.labels, resolution.confidence, resolution.reasons)
        DirtyBlock.objects.filter(block__in=open_, pk__lte=newest).delete()
    return len(authorships)


def _chunks(blocks: Iterable[str]) -> Iterator[list[str]]:
    """Blocks of one partition in runs of about ``CHUNK`` authorships; a giant block is a run of its own."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT block, count(*) FROM works_authorship WHERE block = ANY (%s) GROUP BY block", [list(blocks)]
        )
        sizes: dict[str, int] = dict(cursor.fetchall())
    chunk: list[str] = []
    held = 0
    for block in blocks:
        size = sizes.get(block, 0)
        if chunk and held + size > CHUNK:
            yield chunk
            chunk, held = [], 0
        chunk.append(block)
        held += size
    if chunk:
        yield chunk
