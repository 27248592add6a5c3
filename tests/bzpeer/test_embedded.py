"""Real engines in folders of their own: started once, shared, stopped with their last user, whatever kills whom."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from bzpeer import embedded
from bzpeer.engines import home
from bzpeer.engines.layout import EngineError, Layout
from bzpeer.engines.postgres import programs
from tests.waiting import PATIENCE_SECONDS, eventually

pytestmark = pytest.mark.processes

USER = """
import sys
from pathlib import Path
from bzpeer import embedded
try:
    embedded.use_engines(Path(sys.argv[1]))
except embedded.EngineError as error:
    sys.exit(f"bzpeer: {error}")
print("ready", flush=True)
sys.stdin.read()
embedded.release_all()
"""


def servers_of(var: Path) -> list[psutil.Process]:
    """The engines' processes and their keepers of one folder."""
    wanted = {str(var), str(var / "postgres"), str(var / "valkey"), str(var / "run" / "valkey.sock")}
    found = []
    for process in psutil.process_iter(["cmdline", "status"]):
        words = set(process.info["cmdline"] or [])
        words |= {word.partition(":")[2] for word in words}
        is_server = "bzpeer.engines.keeper" in words or any("postgres" in w or "valkey" in w for w in words)
        if is_server and words & wanted and process.info["status"] != psutil.STATUS_ZOMBIE:
            found.append(process)
    return found


@pytest.fixture
def var() -> Iterator[Path]:
    """A data folder with a short path; its engines must be gone in the end."""
    folder = Path(tempfile.mkdtemp(prefix="bzv-"))
    yield folder
    eventually(lambda: not servers_of(folder))
    shutil.rmtree(folder)


class User:
    """Another process that uses the engines of ``var`` until told to leave."""

    def __init__(self, var: Path, **environment: str) -> None:
        own = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "REDIS_URL")}
        self.process = subprocess.Popen(
            [sys.executable, "-c", USER, str(var)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=own | environment,
            cwd=embedded.PROJECT,
            text=True,
        )

    def wait_ready(self) -> None:
        assert self.process.stdout
        assert self.process.stdout.readline() == "ready\n", self.process.communicate()[1]

    def leave(self) -> str:
        """Let it end in good order; what it said on stderr."""
        return self.process.communicate(timeout=PATIENCE_SECONDS)[1]

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def enter(var: Path) -> Iterator[Callable[..., User]]:
    """Start users; those left over end with the test."""
    users: list[User] = []

    def start(**environment: str) -> User:
        users.append(User(var, **environment))
        return users[-1]

    yield start
    for user in users:
        if user.process.returncode is None:
            user.leave()


def store(var: Path, value: int) -> None:
    with psycopg.connect(embedded.postgres_url(var), autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (value int)")
        connection.execute("INSERT INTO kept VALUES (%s)", [value])


def stored(var: Path) -> list[int]:
    with psycopg.connect(embedded.postgres_url(var)) as connection:
        return [row[0] for row in connection.execute("SELECT value FROM kept ORDER BY value")]


def answers(var: Path) -> bool:
    try:
        stored(var)
    except psycopg.Error:
        return False
    return True


def test_servers_are_shared_and_end_with_their_last_user(var: Path, enter: Callable[..., User]) -> None:
    first, second = enter(), enter()
    first.wait_ready()
    second.wait_ready()
    store(var, 1)
    redis.Redis.from_url(embedded.valkey_url(var)).set("kept", "1")
    first.leave()
    assert stored(var) == [1]
    second.leave()
    assert not servers_of(var)

    third = enter()
    third.wait_ready()
    assert stored(var) == [1]
    assert redis.Redis.from_url(embedded.valkey_url(var)).get("kept") == b"1"


def test_servers_end_when_their_user_is_killed(var: Path, enter: Callable[..., User]) -> None:
    user = enter()
    user.wait_ready()
    assert servers_of(var)
    user.kill()
    eventually(lambda: not servers_of(var))


def test_a_killed_postgres_comes_back_with_everything_committed(var: Path, enter: Callable[..., User]) -> None:
    enter().wait_ready()
    store(var, 1)
    os.kill(int((var / "postgres" / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    eventually(lambda: answers(var))
    assert stored(var) == [1]


def test_killing_a_keeper_ends_its_server_and_the_next_user_starts_anew(var: Path, enter: Callable[..., User]) -> None:
    first = enter()
    first.wait_ready()
    store(var, 1)
    for process in servers_of(var):
        if "bzpeer.engines.keeper" in process.cmdline():
            process.kill()
    enter().wait_ready()
    assert stored(var) == [1]


def test_a_stale_lock_file_that_names_a_living_stranger_is_no_obstacle(var: Path, enter: Callable[..., User]) -> None:
    user = enter()
    user.wait_ready()
    store(var, 1)
    lock = (var / "postgres" / "postmaster.pid").read_text()
    user.leave()
    (var / "postgres" / "postmaster.pid").write_text("\n".join([str(os.getpid()), *lock.splitlines()[1:]]))
    enter().wait_ready()
    assert stored(var) == [1]


def test_a_start_that_was_killed_leaves_nothing_half_done(var: Path, enter: Callable[..., User]) -> None:
    half = var / "postgres.new-1"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    enter().wait_ready()
    assert not half.exists()


def test_a_half_made_data_directory_is_one_clear_line(var: Path, enter: Callable[..., User]) -> None:
    (var / "postgres").mkdir(mode=0o700)
    (var / "postgres" / "base").mkdir()
    user = enter()
    error = user.leave()
    assert user.process.returncode == 1
    assert error.startswith(f"bzpeer: {var}/postgres is not a complete PostgreSQL data directory")
    assert error.count("\n") == 1
    assert (var / "postgres" / "base").exists()


def test_data_of_another_release_is_one_clear_line(var: Path, enter: Callable[..., User]) -> None:
    user = enter()
    user.wait_ready()
    user.leave()
    (var / "postgres" / "PG_VERSION").write_text("17\n")
    assert "was made by PostgreSQL 17" in enter().leave()


def test_a_server_that_cannot_start_says_why_in_one_line(var: Path, enter: Callable[..., User]) -> None:
    user = enter()
    user.wait_ready()
    user.leave()
    with (var / "postgres" / "postgresql.conf").open("a") as file:
        file.write("no_such_setting = 1\n")
    error = enter().leave()
    assert error.startswith("bzpeer: PostgreSQL did not start: ")
    assert error.count("\n") == 1


def test_a_deep_folder_works(enter: Callable[..., User], var: Path) -> None:
    deep = var.joinpath(*["a-folder-with-a-long-name"] * 8)
    user = User(deep)
    user.wait_ready()
    store(deep, 1)
    assert stored(deep) == [1]
    user.leave()
    eventually(lambda: not servers_of(deep))
    shutil.rmtree(Layout.of(deep).sockets)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as somebody else")
def test_root_loosens_no_permission(var: Path, enter: Callable[..., User]) -> None:
    def modes() -> list[tuple[str, int, int]]:
        return [(str(p), p.stat().st_mode, p.stat().st_uid) for p in (var, *var.parents)]

    before = modes()
    user = enter()
    user.wait_ready()
    user.leave()
    assert modes() == before
    assert (var / "postgres").stat().st_mode & 0o077 == 0


def test_an_unknown_way_to_run_as_root_is_named(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(home.RUN_AS_VARIABLE, "somebody")
    with pytest.raises(EngineError, match=r"^BZPEER_POSTGRES_AS must be namespace or account, not 'somebody'"):
        home.choose_home(Layout.of(var), programs())


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as somebody else")
def test_without_namespaces_root_uses_an_unprivileged_account(var: Path) -> None:
    folder = home.ACCOUNT_HOMES / f"bzpeer-{Layout.of(var).digest}"
    users: list[User] = []
    try:
        users.append(User(var, **{home.RUN_AS_VARIABLE: "account"}))
        users[0].wait_ready()
        store(var, 1)
        server = psutil.Process(int((folder / "postgres" / "postmaster.pid").read_text().split()[0]))
        assert server.uids().effective != 0
        users[0].leave()
        # Where data is decides from now on.
        users.append(User(var))
        users[1].wait_ready()
        assert stored(var) == [1]
        assert not (var / "postgres").exists()
        users[1].leave()
    finally:
        for user in users:
            user.kill()
        eventually(lambda: not servers_of(var))
        shutil.rmtree(folder, ignore_errors=True)
