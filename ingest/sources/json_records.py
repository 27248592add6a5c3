"""Records in JSON files: one object a line, one array of objects, or answers of a service saved as they came.

Lines are read as ``ingest.sources.files`` reads them. Other files are cut into their objects while they stream, so an
array of any length costs no more memory than its longest object.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from ingest.sources.base import NOT_JSON, Cursor, RawItem, SourceError, SourceOptions
from ingest.sources.files import MAX_LINE, first_lines, read_lines, uncompressed_chunks

Unwrap = Callable[[bytes], list[bytes]]
"""The records inside one object: the object itself, or the items of a saved answer."""

_decode = msgspec.json.Decoder().decode
_scan = json.JSONDecoder().raw_decode


def require_records(path: Path, is_record: Callable[[dict[str, object]], bool], unwrap: Unwrap, kind: str) -> None:
    """Refuse a file whose first objects are none of the wanted ones. Raises ``SourceError`` in one clear line."""
    for item in read_json_records(SourceOptions(inputs=(str(path),), limit=20), None, unwrap):
        value = _value(item.raw)
        if isinstance(value, dict) and is_record(value):
            return
    raise SourceError(f"{path.name} holds no {kind}")


def read_json_records(options: SourceOptions, cursor: Cursor | None, unwrap: Unwrap) -> Iterator[RawItem]:
    """All records of ``options.inputs``, or what follows ``cursor``."""
    if all(_is_lines(Path(name), unwrap) for name in options.inputs):
        yield from read_lines(options, cursor)
        return
    done = (cursor or {}).get("position")
    position = 0
    for name in options.inputs:
        for raw, problem in _objects(uncompressed_chunks(Path(name))):
            for record in unwrap(raw) if problem is None else [raw]:
                position += 1
                if isinstance(done, int) and position <= done:
                    continue
                if options.limit is not None and position > options.limit:
                    return
                yield RawItem(position, record, {"position": position}, problem)


def _is_lines(path: Path, unwrap: Unwrap) -> bool:
    """True when the first line is a whole record: not an array, not a saved answer, not spread over lines."""
    first = first_lines(path, 1)[0]
    return isinstance(_value(first), dict) and unwrap(first) == [first]


def _value(raw: bytes) -> object:
    try:
        return _decode(raw)
    except NOT_JSON:
        return None


def _objects(chunks: Iterator[bytes]) -> Iterator[tuple[bytes, str | None]]:
    """The objects of an array or a sequence, each as its own bytes; the last one with a problem when it is cut."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")("replace")
    buffer = ""
    for chunk in chunks:
        buffer += decoder.decode(chunk)
        while True:
            buffer = buffer.lstrip(" \t\r\n,[]")
            if not buffer:
                break
            try:
                _, end = _scan(buffer)
            except ValueError:
                break
            except RecursionError:
                yield buffer[:10_000].encode(), "The file holds JSON that is nested too deeply"
                return
            yield buffer[:end].encode(), None
            buffer = buffer[end:]
        if len(buffer) > MAX_LINE:
            yield buffer[:10_000].encode(), "The file holds no JSON objects, or one without end"
            return
    if buffer.strip(" \t\r\n,[]"):
        yield buffer[:10_000].encode(), "The file breaks off in the middle of an object"
