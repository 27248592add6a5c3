"""Read files of records line by line: plain, gzip, xz or Zstandard, streamed, every length bounded.

Memory stays at a few chunks whatever the size of the file. What cannot be read becomes an item with its problem:
a line longer than ``MAX_LINE`` is skipped to its end, an archive that breaks off ends its file, not the run.
"""

from __future__ import annotations

import lzma
import os
import zlib
from collections.abc import Callable, Iterator, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO, Protocol

import zstandard

from ingest.sources.base import Cursor, RawItem, SourceError, SourceOptions

MAX_LINE = 8 * 1024 * 1024
"""Bytes. The longest real record (3,303 authors) has 125 kB."""

KEPT_OF_LONG_LINE = 64 * 1024
_CHUNK = 1024 * 1024
# A Zstandard block of four bytes may stand for 128 kB: small pieces bound what one call can return.
_COMPRESSED_PIECE = 4096
_END_OF_FILE = -1
# What is looked at to tell whether a file is still the same: so many bytes at so many places, and at its end.
_MARKED_BYTES = 64 * 1024
_MARKED_PIECES = 15
_XZ_MEMORY = 256 * 1024 * 1024


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, /) -> bytes: ...


class _DamagedError(Exception):
    """The stream cannot be read further; the message says why in plain words."""


_MAGIC: dict[bytes, tuple[str, Callable[[], _Decompressor]]] = {
    b"\x1f\x8b": ("gzip", lambda: zlib.decompressobj(wbits=31)),
    b"\xfd7zXZ\x00": ("xz", lambda: lzma.LZMADecompressor(memlimit=_XZ_MEMORY)),
    b"\x28\xb5\x2f\xfd": ("Zstandard", lambda: zstandard.ZstdDecompressor().decompressobj()),
}
_UNREADABLE_KINDS = {
    b"PK\x03\x04": "a ZIP archive; unpack it first",
    b"BZh": "a bzip2 archive; unpack it first",
    b"%PDF": "a PDF document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"SQLite format 3": "a SQLite database",
    b"7z\xbc\xaf": "a 7-Zip archive; unpack it first",
}


def first_lines(path: Path, count: int = 20) -> list[bytes]:
    """The first non-empty lines of a file, for telling what kind it is.

    Raises ``SourceError`` in one clear line when the file is missing, unreadable, empty or of a kind never read here.
    """
    lines: list[bytes] = []
    for _, line, problem in _lines(path, 0, _Meter()):
        if problem and not lines:
            raise SourceError(f"{path.name}: {problem[0].lower()}{problem[1:]}")
        if line.strip():
            lines.append(line)
        if problem or len(lines) >= count:
            break
    if not lines:
        raise SourceError(f"{path.name} is empty")
    return lines


def read_lines(options: SourceOptions, cursor: Cursor | None = None) -> Iterator[RawItem]:
    """All non-empty lines of ``options.inputs``, in order.

    The cursor names the file, the byte after the line (of the uncompressed text) and the line's number, and says how
    many of all the files' bytes are read.
    """
    cursor = cursor or {}
    first_file, position = _integer(cursor, "file"), _integer(cursor, "position")
    try:
        sizes = [Path(name).stat().st_size for name in options.inputs]
    except OSError as error:
        raise SourceError(f"{error.filename} cannot be read: {error.strerror}") from None
    in_all = sum(sizes)
    for number, name in enumerate(options.inputs):
        if number < first_file:
            continue
        path = Path(name)
        size = sizes[number]
        meter, read_before = _Meter(), sum(sizes[:number])
        offset = _integer(cursor, "offset") if number == first_file else 0
        for end, line, problem in _lines(path, offset, meter):
            if not line.strip() and not problem:
                continue
            if options.limit is not None and position >= options.limit:
                return
            position += 1
            read = size if end == _END_OF_FILE else min(end if meter.is_plain else meter.consumed, size)
            after: Cursor = {"position": position, "read": read_before + read, "of": in_all}
            if end == _END_OF_FILE:
                after |= {"file": number + 1, "offset": 0}
            else:
                after |= {"file": number, "offset": end}
            yield RawItem(position, line, after, problem)


def mark_of(paths: Sequence[str]) -> str:
    """Hexadecimal digits that change when files are replaced: of their lengths, and of pieces from all over each.

    The same files have the same mark on any machine. Raises ``SourceError`` when one cannot be read.
    """
    digest = blake2b(digest_size=16)
    for name in paths:
        with open_file(Path(name)) as stream:
            size = os.fstat(stream.fileno()).st_size
            digest.update(size.to_bytes(8, "big"))
            for part in range(_MARKED_PIECES + 1):
                stream.seek(max(size - _MARKED_BYTES, 0) * part // _MARKED_PIECES)
                digest.update(stream.read(_MARKED_BYTES))
    return digest.hexdigest()


def open_file(path: Path) -> BinaryIO:
    """The file open for reading. Raises ``SourceError`` when it cannot be, and for a pipe, which is read only once."""
    try:
        if path.exists() and not path.is_file():
            raise SourceError(f"{path} is {'a folder' if path.is_dir() else 'a pipe or a device'}, not a file")
        return path.open("rb")
    except FileNotFoundError:
        raise SourceError(f"There is no file {path}") from None
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}") from None


def uncompressed_chunks(path: Path) -> Iterator[bytes]:
    """The uncompressed bytes of a file in pieces; of an archive that breaks off, those before the break."""
    try:
        yield from _chunks(path, 0, _Meter())
    except _DamagedError:
        return


def _integer(cursor: Cursor, name: str) -> int:
    value = cursor.get(name)
    return value if isinstance(value, int) else 0


class _Meter:
    """How many bytes of a file, as it lies on the disk, are consumed; of a plain file the line's end says it better."""

    consumed = 0
    is_plain = False


def _lines(path: Path, offset: int, meter: _Meter) -> Iterator[tuple[int, bytes, str | None]]:
    """Yield (byte after the line, line without its end, problem) from ``offset`` on.

    ``_END_OF_FILE`` stands for the byte when the file cannot be read further.
    """
    rest = b""
    end = offset
    skipping = False
    try:
        for chunk in _chunks(path, offset, meter):
            *lines, rest_of_chunk = chunk.split(b"\n")
            for line in lines:
                end += len(line) + 1
                if skipping:
                    skipping = False
                    yield end, rest, f"The line is longer than {MAX_LINE // 1024**2} MB"
                else:
                    yield end + len(rest), rest + line, None
                    end += len(rest)
                rest = b""
            if skipping:
                end += len(rest_of_chunk)
                continue
            rest += rest_of_chunk
            if len(rest) > MAX_LINE:
                end += len(rest)
                rest = rest[:KEPT_OF_LONG_LINE]
                skipping = True
    except _DamagedError as damage:
        yield _END_OF_FILE, rest[:KEPT_OF_LONG_LINE], str(damage)
        return
    if skipping:
        yield end, rest, f"The line is longer than {MAX_LINE // 1024**2} MB"
    elif rest:
        yield end + len(rest), rest, None


def _chunks(path: Path, offset: int, meter: _Meter) -> Iterator[bytes]:
    """The uncompressed bytes of a file from ``offset`` on, in pieces."""
    with open_file(path) as stream:
        try:
            head = stream.read(16)
        except OSError as error:
            raise SourceError(f"{path} cannot be read: {error.strerror}") from None
        for magic, kind in _UNREADABLE_KINDS.items():
            if head.startswith(magic):
                raise SourceError(f"{path.name} is {kind}")
        for magic, (kind, decompressor) in _MAGIC.items():
            if head.startswith(magic):
                stream.seek(0)
                yield from _after(offset, _decompressed(stream, kind, decompressor, meter))
                return
        stream.seek(offset)
        meter.is_plain = True
        while chunk := stream.read(_CHUNK):
            yield chunk


def _after(offset: int, chunks: Iterator[bytes]) -> Iterator[bytes]:
    for chunk in chunks:
        if offset >= len(chunk):
            offset -= len(chunk)
            continue
        yield chunk[offset:] if offset else chunk
        offset = 0


def _decompressed(stream: BinaryIO, kind: str, new: Callable[[], _Decompressor], meter: _Meter) -> Iterator[bytes]:
    """Decompress all members of an archive, joined to chunks. Raises ``_DamagedError`` after the last whole piece."""
    decompressor = new()
    parts: list[bytes] = []
    size = 0
    problem = None
    while piece := stream.read(_COMPRESSED_PIECE):
        try:
            while piece:
                if decompressor.eof:
                    piece = piece.lstrip(b"\0") if kind == "xz" else piece
                    if not piece:
                        break
                    decompressor = new()
                part = decompressor.decompress(piece)
                parts.append(part)
                size += len(part)
                piece = decompressor.unused_data if decompressor.eof else b""
        except (zlib.error, lzma.LZMAError, zstandard.ZstdError, EOFError, MemoryError) as error:
            problem = f"The {kind} archive is damaged ({error})"
            break
        if size >= _CHUNK:
            meter.consumed = stream.tell()
            yield b"".join(parts)
            parts, size = [], 0
    meter.consumed = stream.tell()
    if parts:
        yield b"".join(parts)
    if problem:
        raise _DamagedError(problem)
    if not decompressor.eof:
        raise _DamagedError(f"The {kind} archive breaks off before its end")
