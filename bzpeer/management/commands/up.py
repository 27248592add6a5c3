"""``manage.py up``: the whole of BZPEER in one terminal."""

from __future__ import annotations

import signal
import socket
import time
import urllib.error
import urllib.request
from argparse import ArgumentParser
from collections.abc import Callable
from functools import partial
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from bzpeer import embedded
from bzpeer.engines.layout import Layout
from bzpeer.engines.locks import FileLock
from bzpeer.env import HIGHEST_PORT, whole_number
from bzpeer.preparation import collect_static_files, migrate_if_needed, store_secret
from bzpeer.services import WILDCARDS, background, environment, web
from bzpeer.supervisor import Supervisor

ENGINE_LOOK_SECONDS = 2.0
PROBE_SECONDS = 1.0
# The first page comes sooner when worker and scheduler do not compete for the processors; they follow it, or this.
BACKGROUND_DELAY_SECONDS = 15.0


class Command(BaseCommand):
    help = "Start BZPEER: engines, migrations, the sample on the first start, then web, worker and scheduler."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", default="8000", help="8000 unless said.")
        parser.add_argument("--bind", default="127.0.0.1", help="127.0.0.1 unless said.")
        parser.add_argument("--empty", action="store_true", help="Do not import the sample corpus.")

    def handle(self, *args: Any, bind: str, empty: bool, **options: Any) -> None:
        port = port_number(options["port"])
        layout = Layout.of(settings.VAR)
        try:
            layout.create()
            alone = FileLock(layout.locks / "up.lock")
            if not alone.try_exclusive():
                raise CommandError(f"BZPEER already runs on {layout.var}; BZPEER_VAR=DIR starts another beside it.")
            check_free(bind, port)
            embedded.use_engines(layout.var)
        except embedded.EngineError as error:
            raise CommandError(str(error)) from None
        store_secret(settings.VAR / "secret.key")
        migrate_if_needed(self._say)
        collect_static_files(self._say)
        connections.close_all()
        kept_alive = self._serve(layout, bind, port, empty)
        embedded.release_all()
        alone.close()
        if not kept_alive:
            raise CommandError("stopped, because a service could not be kept running.")
        self._say("Stopped.")

    def _finish_first_start(self, home: str, empty: bool) -> None:
        """On the first start make the account and queue the sample."""
        # The whole import code comes with it: half a second in which the web server starts already.
        from bzpeer import first_start

        account = first_start.create_staff_account()
        if account is not None:
            self._say("A staff account was made. Its password is shown this once:")
            self._say(f"    e-mail    {account.email}\n    password  {account.password}")
        first_start.register_sources()
        if not empty and first_start.queue_sample():
            self._say(f"The sample corpus is being imported; its progress is at {home}/imports/")
        connections.close_all()

    def _serve(self, layout: Layout, bind: str, port: int, empty: bool) -> bool:
        """Run the services until a signal comes; false when one of them could not be kept alive."""
        supervisor = Supervisor(environment(bind, layout.locks), settings.BASE_DIR, self._say)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, supervisor.ask_stop)
        finish = partial(self._finish_first_start, address(bind, port), empty)
        attendant = Attendant(supervisor, layout, bind, port, self._say, finish)
        supervisor.start([web(bind, port, layout.log)])
        try:
            kept_alive = supervisor.watch(attendant.look)
            self._say("Stopping ...")
        finally:
            supervisor.stop()
        return kept_alive

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


class Attendant:
    """What ``up`` looks after while the services run: the rest of the start, and the engines."""

    def __init__(
        self,
        supervisor: Supervisor,
        layout: Layout,
        bind: str,
        port: int,
        say: Callable[[str], None],
        finish: Callable[[], None],
    ) -> None:
        self.supervisor = supervisor
        self.layout = layout
        self.bind = bind
        self.port = port
        self.say = say
        self.finish = finish
        self.started = self.engines_seen = time.monotonic()
        self.waiting = background(layout.log)
        self.is_announced = False

    def look(self) -> None:
        """Called a few times a second."""
        now = time.monotonic()
        is_new = not self.is_announced and answers(self.bind, self.port)
        if self.waiting and (is_new or now - self.started > BACKGROUND_DELAY_SECONDS):
            self.finish()
            self.supervisor.start(self.waiting)
            self.waiting = []
        if is_new:
            self.is_announced = True
            self.say(f"Logs are in {self.layout.log}")
            self.say(f"BZPEER runs at {address(self.bind, self.port)} (Ctrl-C stops it)")
        if now - self.engines_seen > ENGINE_LOOK_SECONDS:
            self.engines_seen = now
            self.revive_engines()

    def revive_engines(self) -> None:
        """Start engines again whose keeper was killed."""
        if embedded.is_kept(self.layout.var):
            return
        self.say("An engine was stopped from outside; starting it again")
        try:
            embedded.use_engines(self.layout.var)
        except embedded.EngineError as error:
            self.say(str(error))


def port_number(text: str | int) -> int:
    """The port that was asked for. Raises CommandError for anything else, in one line."""
    asked = str(text)
    number = whole_number(asked)
    # For the kernel, 0 is any free port; nobody would know which.
    if number is None or not 1 <= number <= HIGHEST_PORT:
        raise CommandError(f"a port is a number from 1 to {HIGHEST_PORT}, not {asked[:40]}. Choose one with PORT=.")
    return number


def check_free(bind: str, port: int) -> None:
    """Raise CommandError when nothing can listen there, in words that tell the way out."""
    try:
        family = socket.getaddrinfo(bind, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            # As the web server does: an address that only waits for its last connections to fade is free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((bind, port))
    except OSError as error:
        reason = getattr(error, "strerror", None) or str(error).rstrip(".")
        raise CommandError(
            f"cannot listen on {bind} port {port}: {reason}. Choose another with PORT= and BIND=."
        ) from None


def address(bind: str, port: int) -> str:
    """The address to open in a browser on this machine."""
    host = "127.0.0.1" if bind in WILDCARDS else bind
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def answers(bind: str, port: int) -> bool:
    """Whether the web server takes requests."""
    try:
        with urllib.request.urlopen(f"{address(bind, port)}/healthz", timeout=PROBE_SECONDS):  # noqa: S310 -- our own address
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
