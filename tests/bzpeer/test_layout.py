from __future__ import annotations

import os
from pathlib import Path

import pytest

from bzpeer import embedded
from bzpeer.engines import layout
from bzpeer.engines.layout import EngineError, Layout


def test_addresses_are_known_without_starting_anything(tmp_path: Path) -> None:
    var = tmp_path / "var"
    assert embedded.postgres_url(var).startswith("postgresql://bzpeer@/bzpeer?host=%2F")
    assert embedded.valkey_url(var).startswith("unix:///")
    assert not var.exists()


def test_two_spellings_of_a_folder_are_one(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert Layout.of(tmp_path / "link") == Layout.of(tmp_path / "real" / ".." / "real")


def test_sockets_of_a_deep_folder_fit_into_a_socket_address(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["a-folder-with-a-long-name"] * 8)
    sockets = Layout.of(deep).sockets
    assert len(os.fsencode(sockets / layout.POSTGRES_SOCKET)) <= layout.SOCKET_PATH_BYTES
    assert Layout.of(deep / "other").sockets != sockets


def test_folders_are_private_and_parents_stay_as_they_are(tmp_path: Path) -> None:
    tmp_path.chmod(0o711)
    found = Layout.of(tmp_path / "var")
    found.create()
    assert [folder.stat().st_mode & 0o777 for folder in (found.var, found.locks, found.log)] == [0o700] * 3
    assert tmp_path.stat().st_mode & 0o777 == 0o711


def test_a_file_in_the_way_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("not a folder")
    with pytest.raises(EngineError, match=r"/var is a file, not a folder\..*BZPEER_VAR=DIR") as caught:
        Layout.of(tmp_path / "var").create()
    assert "\n" not in str(caught.value)
    with pytest.raises(EngineError, match=r"/var/deeper: a folder above it is a file\..*BZPEER_VAR=DIR"):
        Layout.of(tmp_path / "var" / "deeper").create()


def test_a_short_socket_folder_of_somebody_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = tmp_path.joinpath(*["a-folder-with-a-long-name"] * 8)
    monkeypatch.setattr(layout, "SHORT_RUNTIME_ROOT", tmp_path)
    found = Layout.of(deep)
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    found.sockets.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(EngineError, match="not private to this user"):
        found.create()


@pytest.mark.parametrize(
    ("arguments", "needed"),
    [
        ("manage.py migrate", True),
        ("manage.py ingest sample --json", True),
        ("manage.py makemigrations --check", True),
        ("manage.py", False),
        ("manage.py --help", False),
        ("manage.py help migrate", False),
        ("manage.py migrate --help", False),
        ("manage.py check --deploy", False),
        ("manage.py collectstatic", False),
        ("manage.py up", False),
    ],
)
def test_only_commands_that_use_the_engines_start_them(arguments: str, needed: bool) -> None:
    assert embedded.needs_engines(arguments.split()) is needed
