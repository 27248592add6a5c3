"""The programs that make up a running BZPEER besides its engines: web server, task workers, scheduler."""

from __future__ import annotations

import os
import signal
import socket
import sys
from pathlib import Path

import psutil
from django.conf import settings

from bzpeer import env, metrics
from bzpeer.supervisor import Service

WEB_THREADS = 4
# Requests one web process takes in at once; more wait in the kernel's queue instead of in its memory.
WEB_BACKPRESSURE = 64
# Tasks of minutes at most (mail, schedules, what follows claims) that run at once, whatever harvests are under way.
SHORT_TASKS = 2
CELERY = [sys.executable, "-m", "celery", "-A", "bzpeer"]
WILDCARDS = ("0.0.0.0", "::")  # noqa: S104 -- compared with, not bound to


def web(bind: str, port: int, logs: Path) -> Service:
    """The web server, with its log under ``logs``."""
    granian = ["granian", "--interface", "wsgi", "--host", bind, "--port", str(port), "--no-ws"]
    granian += ["--workers", processes(), "--blocking-threads", str(WEB_THREADS)]
    granian += ["--backpressure", str(WEB_BACKPRESSURE), "--log-level", "warning"]
    granian += ["--respawn-failed-workers", "--workers-kill-timeout", "3"]
    return Service("web", [sys.executable, "-m", *granian, "bzpeer.wsgi:application"], logs / "web.log")


def background(logs: Path) -> list[Service]:
    """The scheduler, the worker of most tasks, and that of imports, which may keep all its processes busy for hours."""
    beat = [*CELERY, "beat", "--loglevel", env.log_level("LOG_LEVEL", "INFO"), "--pidfile="]
    return [
        _worker("worker", settings.CELERY_TASK_DEFAULT_QUEUE, str(settings.IMPORT_HARVESTS + SHORT_TASKS), logs),
        _worker("imports", settings.IMPORTS_QUEUE, processes(), logs),
        Service("beat", beat, logs / "beat.log"),
    ]


def _worker(name: str, queue: str, concurrency: str, logs: Path) -> Service:
    command = [*CELERY, "worker", "--hostname", f"{name}@%h", "--queues", queue, "--concurrency", concurrency]
    command += ["--loglevel", env.log_level("LOG_LEVEL", "INFO")]
    command += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    # SIGQUIT: finish or hand back running tasks within CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT; SIGTERM waits for all.
    return Service(name, command, logs / f"{name}.log", stop_signal=signal.SIGQUIT)


def processes() -> str:
    """How many processes serve pages, and how many work on imports."""
    return str(min(max(os.cpu_count() or 1, 2), 4))


def environment(bind: str, locks: Path) -> dict[str, str]:
    """This process's environment for the services, with the names under which an open bind address may be called.

    Their figures for ``/metrics`` are kept below ``locks``.
    """
    values = {**os.environ, "DJANGO_SETTINGS_MODULE": "bzpeer.settings", "PYTHONUNBUFFERED": "1"}
    values.setdefault(metrics.FOLDER_VARIABLE, str(metrics.fresh_folder(locks)))
    values.setdefault("ALLOWED_HOSTS", ",".join(["localhost", "127.0.0.1", "[::1]", *_names_of(bind)]))
    return values


def _names_of(bind: str) -> list[str]:
    """The host names and addresses that lead to ``bind`` from outside."""
    if bind not in WILDCARDS:
        return [f"[{bind}]" if ":" in bind else bind]
    families = (socket.AF_INET, socket.AF_INET6)
    found = [entry for card in psutil.net_if_addrs().values() for entry in card if entry.family in families]
    addresses = [entry.address.partition("%")[0] for entry in found]
    return [socket.gethostname(), *(f"[{address}]" if ":" in address else address for address in addresses)]
