"""The embedded PostgreSQL and Valkey: where they live, how they are created, and who keeps them running.

Nothing here imports Django: the servers start before its settings are read. ``bzpeer.embedded`` is the way in.
"""

from __future__ import annotations

from bzpeer.engines.engine import Engine
from bzpeer.engines.layout import Layout
from bzpeer.engines.postgres import Postgres
from bzpeer.engines.valkey import Valkey


def engine_named(name: str, layout: Layout, *, scratch: bool) -> Engine:
    """The engine of this name; KeyError for others."""
    kinds: dict[str, type[Postgres] | type[Valkey]] = {Postgres.name: Postgres, Valkey.name: Valkey}
    return kinds[name](layout, scratch=scratch)


__all__ = ["Engine", "Layout", "Postgres", "Valkey", "engine_named"]
