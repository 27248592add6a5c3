"""The database and the message server that an operator named instead of the embedded ones: whether they answer."""

from __future__ import annotations

from collections.abc import Mapping

import psycopg
import redis

from bzpeer.engines.layout import EngineError

REACH_SECONDS = 5
OLDEST_POSTGRES = 150000


def check_outside(addresses: Mapping[str, str]) -> None:
    """Raise EngineError, with one line for the operator, when a server named by a variable is of no use.

    ``addresses`` holds the outside ones of ``DATABASE_URL`` and ``REDIS_URL``. A database of another kind is left to
    the settings, which name the mistake.
    """
    if database := addresses.get("DATABASE_URL"):
        _check_postgres(database)
    if messages := addresses.get("REDIS_URL"):
        _check_redis(messages)


def _check_postgres(address: str) -> None:
    if not address.startswith(("postgresql://", "postgres://")):
        return
    try:
        with psycopg.connect(address, connect_timeout=REACH_SECONDS) as connection:
            version = connection.info.server_version
    except psycopg.Error as error:
        # Of an address that cannot be read, the reason ends with all of it.
        reason = _first_line(error).partition(': "postgres')[0]
        raise EngineError(f"the database of DATABASE_URL does not answer: {reason}") from None
    if version < OLDEST_POSTGRES:
        raise EngineError(f"the database of DATABASE_URL is PostgreSQL {version // 10000}; 15 or later is needed")


def _check_redis(address: str) -> None:
    try:
        server = redis.Redis.from_url(
            address, socket_connect_timeout=REACH_SECONDS, socket_timeout=REACH_SECONDS, retry=None
        )
    except ValueError:
        raise EngineError("REDIS_URL is not the address of a Redis server: redis://host:6379/0") from None
    try:
        server.ping()
    except (redis.RedisError, OSError) as error:
        raise EngineError(f"the server of REDIS_URL does not answer: {_first_line(error)}") from None
    finally:
        server.close()


def _first_line(error: BaseException) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
