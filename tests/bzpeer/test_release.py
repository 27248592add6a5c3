from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache

from bzpeer import release


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "templates"
    (made / "works").mkdir(parents=True)
    (made / "works" / "work.html").write_text("<p>A work</p>")
    return made


def test_equal_code_is_one_release_wherever_and_whenever_it_was_copied(folder: Path, tmp_path: Path) -> None:
    copied = tmp_path / "elsewhere" / "templates"
    (copied / "works").mkdir(parents=True)
    (copied / "works" / "work.html").write_text("<p>A work</p>")
    os.utime(copied / "works" / "work.html", (0, 0))
    (copied / "works" / "work.pyc").write_bytes(b"compiled")
    assert release.digest([copied]) == release.digest([folder])


def test_a_file_changed_moved_or_added_is_another_release(folder: Path) -> None:
    seen = {release.digest([folder])}
    path = folder / "works" / "work.html"
    path.write_text("<p>B work</p>")
    seen.add(release.digest([folder]))
    path = path.rename(folder / "work.html")
    seen.add(release.digest([folder]))
    (folder / "more.html").write_text("")
    seen.add(release.digest([folder]))
    assert len(seen) == 4


def test_every_cache_entry_belongs_to_the_release() -> None:
    assert settings.RELEASE in cache.make_key("graph:generation")
