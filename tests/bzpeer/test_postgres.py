from __future__ import annotations

import re

import pytest

from bzpeer.engines.identity import Identity, telling_line
from bzpeer.engines.layout import EngineError
from bzpeer.engines.postgres import settings

GIB = 1024**3


def megabytes(value: str) -> int:
    found = re.fullmatch(r"(\d+)MB", value)
    assert found
    return int(found[1])


@pytest.mark.parametrize(("memory", "shared_buffers"), [(GIB // 4, 64), (2 * GIB, 256), (64 * GIB, 512)])
def test_memory_settings_follow_the_machine(memory: int, shared_buffers: int) -> None:
    values = settings(memory, 100 * GIB)
    assert megabytes(values["shared_buffers"]) == shared_buffers
    assert megabytes(values["shared_buffers"]) + megabytes(values["maintenance_work_mem"]) <= memory // 2 // 1024**2


def test_a_full_disk_gets_a_small_log() -> None:
    assert megabytes(settings(8 * GIB, 5 * GIB)["max_wal_size"]) < megabytes(
        settings(8 * GIB, 50 * GIB)["max_wal_size"]
    )


def test_only_scratch_servers_give_up_durability() -> None:
    loosened = {"fsync", "synchronous_commit", "full_page_writes"}
    assert not loosened & settings(8 * GIB, 50 * GIB).keys()
    assert loosened <= settings(8 * GIB, 50 * GIB, scratch=True).keys()


def test_nothing_listens_on_a_network() -> None:
    assert settings(8 * GIB, 50 * GIB)["listen_addresses"] == ""


@pytest.mark.parametrize(
    ("output", "line"),
    [
        (
            "creating files ... ok\ninitdb: error: could not write: No space left on device\ninitdb: removing files\n",
            "could not write: No space left on device",
        ),
        ("2026-01-02 03:04:05.678 UTC [77] FATAL:  could not open file\n2026 LOG:  shut down\n", "could not open file"),
        ("first\nlast\n", "last"),
        ("", ""),
    ],
)
def test_the_telling_line_is_the_reason_not_the_epilogue(output: str, line: str) -> None:
    assert telling_line(output) == line


def test_a_program_that_cannot_run_is_an_engine_error() -> None:
    with pytest.raises(EngineError, match="cannot run /nowhere/postgres"):
        Identity().run(["/nowhere/postgres"])
    assert not Identity().can(["/nowhere/postgres"])
