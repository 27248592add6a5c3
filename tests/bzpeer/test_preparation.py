"""Commands in a folder where nothing was prepared: they prepare it, or say in one line what is missing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bzpeer import embedded, preparation
from tests.waiting import PATIENCE_SECONDS


@pytest.fixture
def var() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="bzp-"))
    yield folder
    shutil.rmtree(folder)


def manage(var: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    own = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "REDIS_URL")}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=embedded.PROJECT,
        env=own | {"BZPEER_VAR": str(var)},
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )


@pytest.mark.processes
@pytest.mark.xdist_group("up")
def test_an_import_and_a_measurement_work_in_a_fresh_folder(var: Path) -> None:
    imported = manage(var, "ingest", "sample", "--limit", "20", "--json")
    assert imported.returncode == 0, imported.stderr
    assert json.loads(imported.stdout.splitlines()[-1])["created"] == 20
    measured = manage(var, "bench", "--json", "--sample", "2", "pages")
    assert measured.returncode == 0, measured.stderr
    assert json.loads(measured.stdout.splitlines()[-1])["works"] == 20


@pytest.mark.parametrize("arguments", [["manage.py"], ["manage.py", "check"], ["manage.py", "ingest", "--help"]])
def test_commands_without_records_prepare_nothing(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparation, "_pending_migrations", lambda: pytest.fail("looked at the database"))
    preparation.prepare_for(arguments)


@pytest.mark.django_db
def test_a_database_of_somebody_else_is_not_migrated_unasked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparation, "_pending_migrations", lambda: 3)
    monkeypatch.setattr(embedded, "postgres_url", lambda var: "postgresql://ours")
    with pytest.raises(preparation.UnpreparedError, match=r"lacks 3 migrations; `manage.py migrate`"):
        preparation.prepare_for(["manage.py", "ingest", "sample"])
