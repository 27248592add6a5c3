"""The link through which a worker of an import gets its batches: what ends at one end is noticed at the other."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from multiprocessing import Pipe
from multiprocessing.connection import Connection

import pytest

from ingest.batches import Batch
from ingest.sources.base import SourceError
from ingest.workers import _handed


@pytest.fixture
def ends() -> Iterator[tuple[Connection, Connection]]:
    """The parent's end and the worker's."""
    near, far = Pipe()
    yield near, far
    near.close()
    far.close()


def next_portion(feed: Iterator[Batch | None]) -> Batch:
    return next(portion for portion in feed if portion is not None)


def test_one_batch_is_asked_for_while_another_is_in_work(ends: tuple[Connection, Connection]) -> None:
    near, far = ends
    feed = _handed(far)
    batches = [Batch(number, []) for number in range(2)]
    for batch in batches:
        near.send(batch)
    near.send(None)
    assert next_portion(feed) == batches[0]
    assert [near.recv(), near.recv()] == [b"", b""]
    assert not near.poll()
    assert list(filter(None, feed)) == batches[1:]


def test_a_source_that_cannot_be_read_further_fails_the_worker(ends: tuple[Connection, Connection]) -> None:
    near, far = ends
    near.send("the archive is cut off")
    with pytest.raises(SourceError, match="the archive is cut off"):
        next_portion(_handed(far))


def test_a_worker_leaves_when_its_parent_is_gone_before_it_asks(ends: tuple[Connection, Connection]) -> None:
    near, far = ends
    near.close()
    with pytest.raises(SystemExit):
        next_portion(_handed(far))


def test_a_worker_leaves_when_its_parent_goes_in_the_midst_of_a_batch(ends: tuple[Connection, Connection]) -> None:
    near, far = ends
    os.write(near.fileno(), struct.pack("!i", 1000) + b"the first bytes")
    near.close()
    with pytest.raises(SystemExit):
        next_portion(_handed(far))
