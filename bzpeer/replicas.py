"""Reading from copies of the database, where an operator has some.

Only pages that a reader without a session asks for are read from a replica, chosen at random for each request. All
else stays on the primary: whoever signs in, posts, or runs a task or a command reads what they wrote a moment ago.
A replica may lag behind; statements given to ``django.db.connection`` directly go to the primary always.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import Model

ON_PRIMARY = frozenset({"sessions", "django_celery_beat"})
"""Apps whose rows are always read where they are written."""

_chosen: ContextVar[str] = ContextVar("replica", default=DEFAULT_DB_ALIAS)


def any_replica() -> str:
    """A replica at random; the primary where there is none."""
    found = [alias for alias in connections if alias != DEFAULT_DB_ALIAS]
    return secrets.choice(found) if found else DEFAULT_DB_ALIAS


@contextmanager
def reading_from(alias: str) -> Iterator[None]:
    """Let the router send what is read in this block to a database."""
    token = _chosen.set(alias)
    try:
        yield
    finally:
        _chosen.reset(token)


class Router:
    """Django's database router: reads go where the request says, writes and migrations to the primary."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str:
        if model._meta.app_label in ON_PRIMARY or connection.in_atomic_block:
            return DEFAULT_DB_ALIAS
        return _chosen.get()

    def db_for_write(self, model: type[Model], **hints: Any) -> str:
        return DEFAULT_DB_ALIAS

    def allow_relation(self, one: Model, other: Model, **hints: Any) -> bool:
        """Every database holds the same rows."""
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db == DEFAULT_DB_ALIAS
