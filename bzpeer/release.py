"""Which release of the code is running, so that nothing rendered by one release is given out by another."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path

SUFFIXES = frozenset({".py", ".html", ".txt", ".css", ".js", ".svg"})


def digest(folders: Iterable[Path]) -> str:
    """16 hexadecimal digits that change with every file a page is made from; equal on every machine with equal code.

    Contents count, not times: an update by copying may keep the old ones, and machines share a cache.
    """
    found = blake2b(digest_size=8)
    for folder in folders:
        for path in sorted(path for path in folder.rglob("*") if path.suffix in SUFFIXES):
            content = path.read_bytes()
            found.update(f"{path.relative_to(folder.parent).as_posix()}:{len(content)}\n".encode())
            found.update(content)
    return found.hexdigest()
