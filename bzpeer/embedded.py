"""The database and the message server that BZPEER brings along, for everybody who has none.

A process asks for a server with ``ensure_postgres`` / ``ensure_valkey``: it runs when the call returns, and goes on
as long as any process that asked for it lives. ``manage.py`` calls ``start_for`` before Django reads its settings.
Addresses are functions of the data folder alone, so reading the settings never starts anything.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bzpeer.engines import Engine, Layout, Postgres, Valkey
from bzpeer.engines.keeper import READY, open_log
from bzpeer.engines.layout import EngineError
from bzpeer.engines.locks import FileLock, keeper_lock, lease, start_lock
from bzpeer.outside import check_outside

__all__ = [
    "EngineError",
    "default_var",
    "ensure_postgres",
    "ensure_valkey",
    "is_kept",
    "postgres_url",
    "release_all",
    "start_for",
    "valkey_url",
]

PROJECT = Path(__file__).resolve().parent.parent
START_SECONDS = 330.0
STOP_SECONDS = 45.0
ANSWER_POLL_SECONDS = 0.02

# Commands that touch neither database nor queue, and `up`, which checks its port before it starts anything.
WITHOUT_ENGINES = frozenset(
    {"check", "collectstatic", "compilemessages", "diffsettings", "findstatic", "help", "makemessages", "spectacular"}
    | {"startapp", "startproject", "up", "version"}
)

_leases: dict[tuple[str, Path], FileLock] = {}


def default_var() -> Path:
    """The data folder: ``BZPEER_VAR``, else ``var`` beside ``manage.py``."""
    return Path(os.environ.get("BZPEER_VAR", "").strip() or PROJECT / "var").absolute()


def postgres_url(var: Path) -> str:
    """Where the embedded PostgreSQL of this folder listens when it runs (a libpq URL, unix socket)."""
    return Postgres(Layout.of(var)).url


def valkey_url(var: Path) -> str:
    """Where the embedded Valkey of this folder listens when it runs (a redis-py URL, unix socket)."""
    return Valkey(Layout.of(var)).url


def ensure_postgres(var: Path, *, scratch: bool = False) -> str:
    """Have PostgreSQL running until this process ends or calls ``release_all``; returns its URL.

    ``scratch`` asks for a server without durability, for data that nobody keeps; the first to ask decides.
    Raises EngineError with one line for the reader. Safe to call twice and from many processes at once.
    """
    return _ensure(Postgres(Layout.of(var), scratch=scratch))


def ensure_valkey(var: Path, *, scratch: bool = False) -> str:
    """The same for Valkey."""
    return _ensure(Valkey(Layout.of(var), scratch=scratch))


def start_for(arguments: Sequence[str], var: Path | None = None) -> None:
    """Start what the management command in ``arguments`` (``sys.argv``) needs and export the addresses.

    ``DATABASE_URL`` / ``REDIS_URL`` that are set name outside servers and stay as they are.
    """
    if needs_engines(arguments):
        use_engines(var or default_var())


def needs_engines(arguments: Sequence[str]) -> bool:
    """Whether a command line of ``manage.py`` reaches the database or the queue."""
    command = arguments[1] if len(arguments) > 1 else "help"
    if command.startswith("-") or {"--help", "-h"} & set(arguments):
        return False
    return command not in WITHOUT_ENGINES


def use_engines(var: Path) -> None:
    """Start the servers that no variable names, both at once, and export their addresses to this process's children.

    Servers that a variable names must answer. Raises EngineError with one line for the reader.
    """
    missing: list[Engine] = []
    outside: dict[str, str] = {}
    layout = Layout.of(var)
    ours: dict[str, Engine] = {"DATABASE_URL": Postgres(layout), "REDIS_URL": Valkey(layout)}
    for variable, engine in ours.items():
        address = os.environ.get(variable, "").strip()
        if address in ("", engine.url):
            os.environ[variable] = engine.url
            missing.append(engine)
        else:
            outside[variable] = address
    check_outside(outside)
    if not missing:
        return
    layout.create()
    starts = [(engine, _begin(engine)) for engine in missing]
    errors = []
    for engine, start in starts:
        try:
            _finish(engine, start)
        except EngineError as error:
            errors.append(error)
    if errors:
        raise errors[0]


def is_kept(var: Path) -> bool:
    """Whether the keepers of every server that this process holds are alive."""
    layout = Layout.of(var)
    return all(_keeper_alive(layout, name) for name, held in _leases if held == layout.var)


def release_all() -> None:
    """Let go of every server. Those that nobody else uses have stopped when this returns."""
    released = list(_leases)
    while _leases:
        _leases.popitem()[1].close()
    for name, var in released:
        _wait_if_last(Layout(var), name)


@dataclass(frozen=True)
class _Start:
    """A server on its way up, while this process holds its start lock.

    ``is_new`` tells that this process did not use the server before.
    """

    lock: FileLock
    launch: _Launch | None
    is_new: bool


@dataclass(frozen=True)
class _Launch:
    """A keeper that this process launches: it reports through ``report`` and detaches from ``launcher``."""

    launcher: subprocess.Popen[bytes]
    report: int


def _ensure(engine: Engine) -> str:
    engine.layout.create()
    _finish(engine, _begin(engine))
    return engine.url


def _begin(engine: Engine) -> _Start:
    """Take a lease and, when no keeper lives, launch one."""
    key = (engine.name, engine.layout.var)
    is_new = key not in _leases
    if is_new:
        share = lease(engine.layout, engine.name)
        share.wait_shared(STOP_SECONDS)
        _leases[key] = share
    lock = start_lock(engine.layout, engine.name)
    lock.wait_exclusive(START_SECONDS)
    if _keeper_alive(engine.layout, engine.name):
        return _Start(lock, None, is_new)
    read, write = os.pipe()
    command = [sys.executable, "-m", "bzpeer.engines.keeper", engine.name, str(engine.layout.var), str(write)]
    with open_log(engine.layout, engine.name) as log:
        launcher = subprocess.Popen(
            [*command, *(["--scratch"] if engine.scratch else [])],
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=[write],
            start_new_session=True,
        )
    os.close(write)
    return _Start(lock, _Launch(launcher, read), is_new)


def _finish(engine: Engine, start: _Start) -> None:
    """Wait until the server answers, then let others look. Raises EngineError with the keeper's one line."""
    try:
        _wait_ready(engine, start.launch)
    except EngineError:
        if start.is_new:
            _leases.pop((engine.name, engine.layout.var)).close()
        raise
    finally:
        start.lock.close()


def _wait_ready(engine: Engine, launch: _Launch | None) -> None:
    log = engine.layout.log / f"{engine.name}.log"
    if launch is not None:
        with os.fdopen(launch.report) as pipe:
            said = pipe.read().strip()
        launch.launcher.wait()
        if said != READY:
            raise EngineError(said or f"{engine.title} did not start: see {log}")
    deadline = time.monotonic() + START_SECONDS
    while not engine.answers():
        if time.monotonic() > deadline or not _keeper_alive(engine.layout, engine.name):
            raise EngineError(f"{engine.title} does not answer: see {log}")
        time.sleep(ANSWER_POLL_SECONDS)


def _keeper_alive(layout: Layout, name: str) -> bool:
    probe = keeper_lock(layout, name)
    try:
        return not probe.try_shared()
    finally:
        probe.close()


def _wait_if_last(layout: Layout, name: str) -> None:
    """Wait for the keeper's end, unless others hold the lease."""
    deadline = time.monotonic() + STOP_SECONDS
    while _keeper_alive(layout, name) and time.monotonic() < deadline:
        probe = lease(layout, name)
        try:
            # Shared but not alone: somebody else uses the server. Neither: the keeper is stopping it.
            if not probe.try_exclusive() and probe.try_shared():
                return
        finally:
            probe.close()
        time.sleep(ANSWER_POLL_SECONDS)
