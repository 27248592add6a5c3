"""A scratch database on the configured server, for measuring without touching anybody's data."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from works.connections import close_connections


@contextmanager
def scratch_database(purpose: str) -> Iterator[str]:
    """Create, migrate and use a database named after the purpose and this process; it is dropped at the end.

    Inside, the default connection of this process and ``DATABASE_URL`` of its children lead to the scratch database.
    Yields its name.
    """
    settings = connection.settings_dict
    before = os.environ.get("DATABASE_URL")
    settings["TEST"]["NAME"] = f"bzpeer_{purpose}_{os.getpid()}"
    original = settings["NAME"]
    close_connections()  # a pool that is already open would keep leading to the original database
    name = connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    if before:
        os.environ["DATABASE_URL"] = before.replace(f"/{original}?", f"/{name}?", 1)
    try:
        yield name
    finally:
        close_connections()
        connection.creation.destroy_test_db(original, verbosity=0)
        if before:
            os.environ["DATABASE_URL"] = before
