from __future__ import annotations

import gzip
import lzma
import os
from pathlib import Path

import pytest
import zstandard

from ingest.sources import files
from ingest.sources.base import SourceError
from ingest.sources.files import read_lines
from tests.ingest.helpers import options_for

LINES = [f"line {number} {'x' * (number % 90)}".encode() for number in range(2000)]
TEXT = b"\n".join(LINES) + b"\n"
PACKED = {
    "plain": TEXT,
    "gzip": gzip.compress(TEXT),
    "gzip of two parts": gzip.compress(TEXT[:5000]) + gzip.compress(TEXT[5000:]),
    "xz": lzma.compress(TEXT),
    "zstd": zstandard.compress(TEXT),
    "zstd of two frames": zstandard.compress(TEXT[:5000]) + zstandard.compress(TEXT[5000:]),
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "records"


@pytest.mark.parametrize("kind", PACKED)
def test_lines_of_plain_and_packed_files(path: Path, kind: str) -> None:
    path.write_bytes(PACKED[kind])
    items = list(read_lines(options_for(path)))
    assert [item.raw for item in items] == LINES
    assert [item.position for item in items] == list(range(1, 2001))
    assert all(item.problem is None for item in items)


@pytest.mark.parametrize("kind", PACKED)
@pytest.mark.parametrize("at", [0, 777, 1999])
def test_reading_resumes_behind_any_line(path: Path, kind: str, at: int) -> None:
    path.write_bytes(PACKED[kind])
    items = list(read_lines(options_for(path)))
    assert list(read_lines(options_for(path), items[at].cursor)) == items[at + 1 :]


def test_the_mark_of_a_file_is_that_of_its_content(path: Path, tmp_path: Path) -> None:
    path.write_bytes(TEXT)
    copy = tmp_path / "copy"
    copy.write_bytes(TEXT)
    mark = files.mark_of([str(path)])
    assert files.mark_of([str(copy)]) == mark
    copy.write_bytes(TEXT.replace(b"line 1000 ", b"line 1000-"))
    assert files.mark_of([str(copy)]) != mark
    copy.write_bytes(TEXT + b"one more")
    assert files.mark_of([str(copy)]) != mark
    assert files.mark_of([str(path), str(copy)]) != files.mark_of([str(copy), str(path)])


@pytest.mark.parametrize("kind", ["pipe", "folder"])
def test_what_is_no_file_is_refused_without_opening_it(path: Path, kind: str) -> None:
    # Opening a pipe that nobody writes to would wait for ever.
    os.mkfifo(path) if kind == "pipe" else path.mkdir()
    with pytest.raises(SourceError, match=f"is a {kind}.*not a file"):
        files.first_lines(path)


def test_several_files_follow_each_other(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"1\n2\n")
    (tmp_path / "b").write_bytes(gzip.compress(b"3\n4"))
    options = options_for(tmp_path / "a", tmp_path / "b")
    items = list(read_lines(options))
    assert [item.raw for item in items] == [b"1", b"2", b"3", b"4"]
    for at in range(4):
        assert list(read_lines(options, items[at].cursor)) == items[at + 1 :]


@pytest.mark.parametrize("kind", ["gzip", "xz", "zstd"])
def test_an_archive_that_breaks_off_yields_what_it_holds_and_one_problem(path: Path, kind: str) -> None:
    path.write_bytes(PACKED[kind][: -len(PACKED[kind]) // 3])
    *whole, last = read_lines(options_for(path))
    assert [item.raw for item in whole] == LINES[: len(whole)]
    assert last.problem is not None
    assert "breaks off" in last.problem
    assert list(read_lines(options_for(path), last.cursor)) == []


def test_a_damaged_archive_ends_its_file_with_a_problem(path: Path) -> None:
    damaged = bytearray(PACKED["gzip"])
    damaged[len(damaged) // 2] ^= 0xFF
    path.write_bytes(damaged)
    *_, last = read_lines(options_for(path))
    assert last.problem is not None
    assert "damaged" in last.problem


def test_a_line_without_end_is_set_aside_and_the_next_one_read(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_LINE", 100_000)
    path.write_bytes(b"first\n" + b"x" * 5_000_000 + b"\nlast\n")
    first, long, last = read_lines(options_for(path))
    assert (first.raw, last.raw, last.problem) == (b"first", b"last", None)
    assert long.problem is not None
    assert "longer than" in long.problem
    assert len(long.raw) <= files.KEPT_OF_LONG_LINE
    assert list(read_lines(options_for(path), long.cursor)) == [last]


def test_blank_lines_are_no_records(path: Path) -> None:
    path.write_bytes(b"\n1\n\n \n2")
    assert [item.raw for item in read_lines(options_for(path))] == [b"1", b"2"]


def test_the_limit_counts_items(path: Path) -> None:
    path.write_bytes(TEXT)
    assert len(list(read_lines(options_for(path, limit=12)))) == 12
