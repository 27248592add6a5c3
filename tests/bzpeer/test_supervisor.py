from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from bzpeer import guard, supervisor
from bzpeer.supervisor import Service, Supervisor
from tests.waiting import eventually

# A service with a helper of its own, as web servers and workers have.
SERVICE = "import subprocess, sys; print('up', flush=True); subprocess.run(['sleep', '600'])"
SUPERVISED = """
import os, sys
from pathlib import Path
from bzpeer.supervisor import Service, Supervisor
folder = Path(sys.argv[1])
both = [Service(name, [sys.executable, "-c", sys.argv[2]], folder / f"{name}.log") for name in ("one", "two")]
supervisor = Supervisor(os.environ, folder, print)
supervisor.start(both)
print(*(running.process.pid for running in supervisor._running), flush=True)
supervisor.watch()
"""


def members(group: int) -> list[int]:
    """The living processes of a process group."""
    found = []
    for process in psutil.process_iter(["status"]):
        try:
            if os.getpgid(process.pid) == group and process.info["status"] != psutil.STATUS_ZOMBIE:
                found.append(process.pid)
        except ProcessLookupError:
            continue
    return found


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def run(tmp_path: Path, said: list[str]) -> Iterator[Callable[..., tuple[Supervisor, threading.Thread]]]:
    """Watch services in the background until the test ends."""
    started: list[tuple[Supervisor, threading.Thread]] = []

    def start(*programs: str) -> tuple[Supervisor, threading.Thread]:
        services = [
            Service(f"s{number}", [sys.executable, "-c", program], tmp_path / f"s{number}.log")
            for number, program in enumerate(programs)
        ]
        watched = Supervisor(os.environ, tmp_path, said.append)
        watched.start(services)
        thread = threading.Thread(target=watched.watch)
        thread.start()
        started.append((watched, thread))
        return started[-1]

    yield start
    for watched, thread in started:
        watched.ask_stop()
        thread.join()
        watched.stop()


def is_up(folder: Path, name: str, times: int = 1) -> bool:
    log = folder / f"{name}.log"
    return log.exists() and log.read_text().count("up") >= times


@pytest.mark.processes
def test_a_stop_ends_services_and_their_helpers(
    run: Callable[..., tuple[Supervisor, threading.Thread]], tmp_path: Path
) -> None:
    watched, thread = run(SERVICE, SERVICE)
    groups = [running.process.pid for running in watched._running]
    eventually(lambda: all(len(members(group)) == 2 for group in groups))
    watched.ask_stop()
    thread.join()
    watched.stop()
    assert not any(members(group) for group in groups)


@pytest.mark.processes
def test_a_service_that_ignores_the_request_is_killed(
    run: Callable[..., tuple[Supervisor, threading.Thread]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "STOP_SECONDS", 0.2)
    watched, thread = run(f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SERVICE}")
    group = watched._running[0].process.pid
    eventually(lambda: is_up(tmp_path, "s0"))
    watched.ask_stop()
    thread.join()
    watched.stop()
    assert not members(group)


@pytest.mark.processes
def test_a_killed_service_is_started_again_and_the_others_stay(
    run: Callable[..., tuple[Supervisor, threading.Thread]], tmp_path: Path, said: list[str]
) -> None:
    watched, _ = run(SERVICE, SERVICE)
    eventually(lambda: is_up(tmp_path, "s0") and is_up(tmp_path, "s1"))
    first, second = (running.process.pid for running in watched._running)
    eventually(lambda: len(members(first)) == 2)
    os.kill(first, signal.SIGKILL)
    eventually(lambda: is_up(tmp_path, "s0", times=2))
    assert not members(first)
    assert members(second)
    assert said == [f"s0 ended (killed by SIGKILL); starting it again. More in {tmp_path / 's0.log'}"]


@pytest.mark.processes
def test_a_service_that_keeps_dying_stops_everything(
    tmp_path: Path, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "RESTART_DELAYS", (0.01, 0.01))
    broken = Service("web", [sys.executable, "-c", "raise SystemExit(3)"], tmp_path / "web.log")
    watched = Supervisor(os.environ, tmp_path, said.append)
    watched.start([broken])
    assert watched.watch() is False
    watched.stop()
    assert said[-1] == f"web keeps ending (exit code 3), so everything stops. The reason is in {tmp_path / 'web.log'}"


@pytest.mark.processes
@pytest.mark.parametrize("kill_guard_first", [False, True], ids=["supervisor", "guard, then supervisor"])
def test_services_end_when_their_supervisor_is_killed(tmp_path: Path, kill_guard_first: bool) -> None:
    killed = subprocess.Popen(
        [sys.executable, "-c", SUPERVISED, str(tmp_path), SERVICE], stdout=subprocess.PIPE, text=True
    )
    assert killed.stdout
    groups = [int(word) for word in killed.stdout.readline().split()]
    eventually(lambda: is_up(tmp_path, "one") and is_up(tmp_path, "two"))
    if kill_guard_first:
        [old] = guards_of(killed.pid)
        old.kill()
        eventually(lambda: [found.pid for found in guards_of(killed.pid)] not in ([], [old.pid]))
    killed.kill()
    killed.communicate()
    eventually(lambda: not any(members(group) for group in groups))


def guards_of(parent: int) -> list[psutil.Process]:
    children = psutil.Process(parent).children()
    return [child for child in children if child.status() != psutil.STATUS_ZOMBIE and guard.__file__ in child.cmdline()]


def test_signalling_a_group_that_is_gone_is_no_error() -> None:
    gone = subprocess.Popen(["true"], start_new_session=True)
    gone.wait()
    assert guard.signal_group(gone.pid, signal.SIGTERM) is False
