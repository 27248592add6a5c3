"""Engines whose commits survive a kill, a database for each test, and what an undisturbed import leaves."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from bzpeer import embedded
from tests.processes.installation import PROJECT, RECORDS, REJECTED_EACH, Installation

#: Uses both engines until its input ends; the last user's end stops them.
USER = """
import sys
from pathlib import Path
from bzpeer import embedded
embedded.use_engines(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.read()
embedded.release_all()
"""


@pytest.fixture(scope="session")
def var() -> Iterator[Path]:
    """Engines whose commits survive a kill."""
    folder = Path(tempfile.mkdtemp(prefix="bzpeer-faults-"))
    # With these set, they would name servers from outside.
    environment = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "REDIS_URL")}
    user = subprocess.Popen(
        [sys.executable, "-c", USER, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=PROJECT,
        env=environment,
        text=True,
    )
    assert user.stdout is not None
    assert user.stdout.readline() == "ready\n"
    yield folder
    user.communicate()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def template(var: Path) -> str:
    """A migrated, empty database to copy."""
    first = Installation(var, "bzpeer")
    done = first.run("manage.py", "migrate", "--verbosity", "0")
    assert done.returncode == 0, done.stderr
    return first.name


@pytest.fixture
def installation(var: Path, template: str) -> Iterator[Installation]:
    made = Installation(var, f"faults_{uuid4().hex[:8]}")
    with psycopg.connect(embedded.postgres_url(var).replace("/bzpeer?", "/postgres?"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {made.name} TEMPLATE {template}")
    yield made
    made.end()


@pytest.fixture(scope="session")
def records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of records, some of which are set aside."""
    from tests.ingest.lines import line, write  # Django is not ready when this file is read

    lines = [line(number) if number % REJECTED_EACH else "no record" for number in range(1, RECORDS + 1)]
    return write(tmp_path_factory.mktemp("records") / "records.jsonl", lines)


@pytest.fixture(scope="session")
def undisturbed(var: Path, template: str, records: Path) -> dict[str, str]:
    """The digest of an import that nothing happened to."""
    calm = Installation(var, "undisturbed")
    with psycopg.connect(embedded.postgres_url(var).replace("/bzpeer?", "/postgres?"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {calm.name} TEMPLATE {template}")
    done = calm.run(*calm.ingest(records))
    assert done.returncode == 0, done.stderr
    return calm.digest()
