from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from pytest_django import Settings

from ingest import uploads
from ingest.models import ImportRun
from ingest.runs import ensure_source
from ingest.sources.base import SourceError


@pytest.fixture
def folder(tmp_path: Path, settings: Settings) -> Path:
    settings.IMPORT_UPLOADS = tmp_path / "uploads"
    return tmp_path / "uploads"


@pytest.mark.parametrize(
    ("given", "ending"),
    [
        ("records.jsonl.gz", ".jsonl.gz"),
        ("../../etc/passwd", ""),
        ("a/../../b.php.txt", ".txt"),
        ("page.HTML", ".html"),
        ("x" * 5000 + ".json", ".json"),
        ("\0.gz", ".gz"),
    ],
)
def test_an_upload_gets_a_name_of_our_own(folder: Path, given: str, ending: str) -> None:
    with uploads.stored([b"one ", b"two"], given) as path:
        assert path.parent == folder
        assert path.name.endswith(ending)
        assert len(path.name) == 24 + len(ending)
        assert path.read_bytes() == b"one two"
    assert path.exists()


def test_two_uploads_of_one_name_are_two_files(folder: Path) -> None:
    with uploads.stored([b"1"], "a.json") as first, uploads.stored([b"2"], "a.json") as second:
        assert first != second


def test_a_refused_upload_is_gone(folder: Path) -> None:
    with pytest.raises(SourceError, match=r"^a\.json is no"), uploads.stored([b"1"], "a.json") as path:
        raise SourceError(f"{path.name} is no snapshot")
    assert list(folder.iterdir()) == []


def test_an_upload_is_bounded(folder: Path, settings: Settings) -> None:
    settings.IMPORT_UPLOAD_MAX_BYTES = 1024 * 1024
    endless = iter(lambda: b"x" * 65_536, b"")
    with pytest.raises(SourceError, match="larger than 1 MB"), uploads.stored(endless, "a.json"):
        pytest.fail("the upload was taken")
    assert list(folder.iterdir()) == []


@pytest.mark.django_db
def test_old_uploads_are_forgotten_unless_a_run_still_reads_them(folder: Path) -> None:
    paths = []
    for _ in range(3):
        with uploads.stored([b"1"], "a.json") as path:
            paths.append(path)
    long_ago = time.time() - uploads.KEPT_SECONDS - 60
    for path in paths[:2]:
        os.utime(path, (long_ago, long_ago))
    ImportRun.objects.create(source=ensure_source("sample"), options={"inputs": [str(paths[0])]})
    assert uploads.forget_old() == 1
    assert [path.exists() for path in paths] == [True, False, True]
