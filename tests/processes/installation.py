"""An installation of its own for fault tests: commands run as processes, engines may be killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import psycopg

from bzpeer import embedded
from ingest.digest import facts_digest

PROJECT = Path(__file__).parents[2]
RECORDS = 400
#: Every so many records one cannot be read.
REJECTED_EACH = 90
BATCH = 25
#: Every commit of a batch takes this long, in seconds, so that a kill finds the import at work.
COMMIT_SECONDS = 0.25
SLOW_COMMITS = f"""
CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM pg_sleep({COMMIT_SECONDS}); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER dawdle AFTER INSERT ON ingest_importbatch
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION dawdle();
"""


def _heed_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Installation:
    """One database on the engines of ``var``; commands run as processes of their own."""

    def __init__(self, var: Path, name: str) -> None:
        self.var = var
        self.name = name
        self.environment = {
            **{key: value for key, value in os.environ.items() if key != "PYTEST_CURRENT_TEST"},
            "BZPEER_VAR": str(var),
            "DATABASE_URL": embedded.postgres_url(var).replace("/bzpeer?", f"/{name}?"),
            "REDIS_URL": embedded.valkey_url(var),
            "REDIS_PREFIX": name,
            "DJANGO_SETTINGS_MODULE": "bzpeer.settings",
            "IMPORT_BATCH_SIZE": str(BATCH),
            "IMPORT_DEAD_AFTER": "6",
            "LOG_LEVEL": "WARNING",
        }
        self._started: list[subprocess.Popen[str]] = []

    def sql(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.environment["DATABASE_URL"], autocommit=True) as connection:
            cursor = connection.execute(query, parameters or None)
            return cursor.fetchall() if cursor.description else []

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a Python command line to its end."""
        return subprocess.run(
            [sys.executable, *arguments], env=self.environment, cwd=PROJECT, capture_output=True, text=True, timeout=90
        )

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a Python command line in a process group of its own."""
        process = subprocess.Popen(
            [sys.executable, *arguments],
            env=self.environment,
            cwd=PROJECT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            # A shell starts its background jobs with Ctrl-C ignored, and every child inherits that.
            preexec_fn=_heed_interrupts,
        )
        self._started.append(process)
        return process

    def ingest(self, path: Path, *more: str) -> list[str]:
        return ["manage.py", "ingest", "arxiv-snapshot", str(path), "--facts-only", *more]

    def seen(self) -> int:
        """Records of the last run that are committed."""
        rows = self.sql("SELECT seen FROM ingest_importrun ORDER BY id DESC LIMIT 1")
        return int(rows[0][0]) if rows else 0

    def counts(self, run: int) -> tuple[Any, ...]:
        query = "SELECT state, seen, created, rejected FROM ingest_importrun WHERE id = %s"
        return self.sql(query, run)[0]

    def digest(self) -> dict[str, str]:
        with psycopg.connect(self.environment["DATABASE_URL"]) as connection:
            return facts_digest(connection.cursor())

    def slow_commits(self) -> None:
        self.sql(SLOW_COMMITS)

    def end(self) -> None:
        for process in self._started:
            # A process that has ended may have left others of its group behind, which keep its output open.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()


def servers(var: Path) -> list[psutil.Process]:
    """The engines' processes: those that have the folder in their command line."""
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if str(var) in " ".join(process.info["cmdline"] or []) and process.pid != os.getpid()
    ]


def server(var: Path, name: str) -> psutil.Process:
    """The engine's own process, not its keeper and none of its children."""
    found = [process for process in servers(var) if process.name().startswith(name) and "-m" not in process.cmdline()]
    return min(found, key=lambda process: float(process.create_time()))
