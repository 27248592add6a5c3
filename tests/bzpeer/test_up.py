"""The whole application as a person starts it: ``manage.py up`` in a folder of its own."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
from django.core.management import CommandError, call_command

from bzpeer import embedded
from tests.waiting import PATIENCE_SECONDS, eventually

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("up")]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def processes_of(var: Path) -> list[psutil.Process]:
    """Every living process that was started for this folder: its environment or command line names it."""
    found = []
    for process in psutil.process_iter(["status"]):
        try:
            names_it = str(var) in process.environ().get("BZPEER_VAR", "") or str(var) in " ".join(process.cmdline())
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
        if names_it and process.info["status"] != psutil.STATUS_ZOMBIE and process.pid != os.getpid():
            found.append(process)
    return found


class Up:
    """One ``manage.py up``; ``output`` is what it has said so far."""

    def __init__(self, var: Path, *options: str, port: int | None = None) -> None:
        self.var = var
        self.port = port or free_port()
        own = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "REDIS_URL")}
        self.log = var / f"said-{self.port}.txt"
        with self.log.open("wb") as said:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "up", "--port", str(self.port), *options],
                cwd=embedded.PROJECT,
                env=own | {"BZPEER_VAR": str(var)},
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                start_new_session=True,
            )

    @property
    def output(self) -> str:
        return self.log.read_text()

    def wait_ready(self) -> None:
        def said_so() -> bool:
            assert self.process.poll() is None, self.output
            return self.output.rstrip().endswith("(Ctrl-C stops it)")

        eventually(said_so)

    def get(self, path: str) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=30) as answer:
            return str(answer.read().decode())

    def end(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_SECONDS)


@pytest.fixture
def var() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="bzu-"))
    yield folder
    eventually(lambda: not processes_of(folder))
    shutil.rmtree(folder)


@pytest.fixture
def up(var: Path) -> Iterator[Callable[..., Up]]:
    """Start BZPEER on ``var``; whatever still runs at the end of the test is ended."""
    started: list[Up] = []

    def start(*options: str, port: int | None = None) -> Up:
        started.append(Up(var, *options, port=port))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.end()


def runs(var: Path) -> list[tuple[str, int]]:
    with psycopg.connect(embedded.postgres_url(var)) as connection:
        return connection.execute("SELECT state, created FROM ingest_importrun ORDER BY id").fetchall()


def requests_counted(metrics: str) -> float:
    (line,) = re.findall(r"^django_http_requests_before_middlewares_total (\S+)$", metrics, re.MULTILINE)
    return float(line)


def test_first_start_shows_the_sample_and_a_password_and_the_second_does_not(up: Callable[..., Up], var: Path) -> None:
    first = up()
    first.wait_ready()
    assert re.search(r"e-mail +staff@localhost\n +password +\S{15,}\n", first.output)
    assert "<html" in first.get("/")
    eventually(lambda: runs(var)[0][0] not in ("queued", "running"))
    [(state, created)] = runs(var)
    assert state == "done"
    assert created > 5000
    assert first.end(signal.SIGINT) == 0
    assert not processes_of(var)

    second = up()
    second.wait_ready()
    assert "password" not in second.output
    assert len(runs(var)) == 1
    assert second.end(signal.SIGTERM) == 0
    assert not processes_of(var)


def test_one_runs_on_a_folder_and_nothing_outlives_its_kill(up: Callable[..., Up], var: Path) -> None:
    first = up("--empty")
    first.wait_ready()
    refused = up("--empty")
    assert refused.process.wait(PATIENCE_SECONDS) == 1
    assert refused.output.startswith("CommandError: BZPEER already runs on ")
    assert "<html" in first.get("/")

    # Whichever of the web processes answers, it speaks for all of them.
    counted = [requests_counted(first.get("/metrics")) for _ in range(12)]
    assert counted == sorted(set(counted))

    first.end(signal.SIGKILL)
    eventually(lambda: not processes_of(var))
    second = up("--empty")
    second.wait_ready()
    assert "<html" in second.get("/")
    second.end()


def test_what_stands_in_the_way_is_one_clear_line(up: Callable[..., Up], var: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        refused = up("--empty", port=taken.getsockname()[1])
        assert refused.process.wait(PATIENCE_SECONDS) == 1
    assert re.fullmatch(r"CommandError: cannot listen on 127\.0\.0\.1 port \d+: .*\n", refused.output)


@pytest.mark.parametrize("port", ["0", "-1", "65536", "99999999", "abc", "", "8e3"])
def test_what_no_port_is_called_is_refused_in_one_line(port: str) -> None:
    with pytest.raises(CommandError, match=rf"^a port is a number from 1 to 65535, not {port}\. Choose"):
        call_command("up", "--port", port)
