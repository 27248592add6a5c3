"""Files that staff upload: kept under names of our own, bounded, checked before a run exists, forgotten in time."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath

from django.conf import settings

from ingest.models import ImportRun
from ingest.sources.base import SourceError

#: Uploaded files are kept this long after they came, so that a run can be resumed or done again.
KEPT_SECONDS = 14 * 24 * 3600
#: Endings that tell a reader something; everything else of an uploaded name is forgotten.
_ENDINGS = (".jsonl", ".json", ".gz", ".xz", ".zst", ".html", ".htm", ".txt", ".xml")


@contextmanager
def stored(chunks: Iterable[bytes], given_name: str) -> Iterator[Path]:
    """Write an upload to a fresh file; when the block raises, the file is gone again.

    Raises ``SourceError`` when it is longer than ``IMPORT_UPLOAD_MAX_BYTES`` or cannot be written.
    """
    folder: Path = settings.IMPORT_UPLOADS
    path = folder / f"{secrets.token_hex(12)}{_ending(given_name)}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write(chunks, path)
        yield path
    except SourceError as error:
        path.unlink(missing_ok=True)
        # The person who sent the file knows it by the name that it had.
        raise SourceError(str(error).replace(path.name, PurePath(given_name).name or "The file")) from None
    except OSError as error:
        path.unlink(missing_ok=True)
        raise SourceError(f"The upload cannot be kept: {error.strerror}") from None
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def forget_old() -> int:
    """Delete uploads that are old and that no active run reads; returns how many."""
    active = ImportRun.objects.filter(state__in=ImportRun.ACTIVE).values_list("options", flat=True)
    read = {name for options in active for name in options.get("inputs", [])}
    old = [
        path
        for path in settings.IMPORT_UPLOADS.glob("*")
        if str(path) not in read and time.time() - path.stat().st_mtime > KEPT_SECONDS
    ]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _write(chunks: Iterable[bytes], path: Path) -> None:
    written = 0
    with path.open("xb") as file:
        for chunk in chunks:
            written += len(chunk)
            if written > settings.IMPORT_UPLOAD_MAX_BYTES:
                raise SourceError(f"The file is larger than {settings.IMPORT_UPLOAD_MAX_BYTES // 1024**2} MB")
            file.write(chunk)


def _ending(name: str) -> str:
    """The known endings of a name, at most two: ``.jsonl.gz``."""
    found = [ending for ending in Path(name.lower()).suffixes if ending in _ENDINGS]
    return "".join(found[-2:])
