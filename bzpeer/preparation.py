"""What must be true before pages are served and records kept: the schema is current, the static files are collected."""

from __future__ import annotations

import hashlib
import os
import secrets
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import django
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from bzpeer import embedded
from bzpeer.env import SECRET_BYTES

STAMP = ".stamp"

# Commands that work on the catalogue of this installation, and those among them that render pages.
ON_CATALOGUE = frozenset({"attribute", "bench", "ingest", "refresh_graph", "runserver"})
WITH_PAGES = frozenset({"bench", "runserver"})


class UnpreparedError(Exception):
    """The database lacks migrations, and is not ours to change unasked; one line for the reader."""


def prepare_for(arguments: Sequence[str]) -> None:
    """Make the folder ready for the management command in ``arguments`` (``sys.argv``).

    The embedded database of a fresh folder is migrated; one that ``DATABASE_URL`` names may serve others, so there
    pending migrations raise UnpreparedError.
    """
    command = arguments[1] if len(arguments) > 1 else ""
    if command not in ON_CATALOGUE or not embedded.needs_engines(arguments):
        return
    django.setup()
    if embedded.postgres_url(settings.VAR) == settings.DATABASE_URL:
        migrate_if_needed(_say_aside)
    elif pending := _pending_migrations():
        raise UnpreparedError(f"the database lacks {pending} migrations; `manage.py migrate` applies them.")
    if command in WITH_PAGES:
        collect_static_files(_say_aside)
    connection.close()


def store_secret(path: Path) -> None:
    """Give this installation a signing key of its own, once; readable by its owner only."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(SECRET_BYTES))


def migrate_if_needed(say: Callable[[str], None]) -> None:
    """Apply pending migrations."""
    if _pending_migrations():
        say("Preparing the database ...")
        call_command("migrate", verbosity=0, interactive=False)


def collect_static_files(say: Callable[[str], None]) -> None:
    """Collect and compress the static files when one of them differs from the last time."""
    stamp = settings.STATIC_ROOT / STAMP
    wanted = _fingerprint()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    say("Collecting static files ...")
    call_command("collectstatic", verbosity=0, interactive=False)
    stamp.write_text(wanted)


def _pending_migrations() -> int:
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _say_aside(line: str) -> None:
    """On stderr: what a command prints may be read by a program."""
    sys.stderr.write(f"{line}\n")


def _fingerprint() -> str:
    """A digest of every static file's name, size and time, and of how they are stored."""
    digest = hashlib.blake2b(digest_size=16)
    digest.update(repr(settings.STORAGES["staticfiles"]).encode())
    for finder in get_finders():
        for path, storage in finder.list([]):
            digest.update(f"{path}:{storage.size(path)}:{storage.get_modified_time(path).timestamp()}\n".encode())
    return digest.hexdigest()
