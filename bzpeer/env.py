"""Typed reading of environment variables: one line for each kind of value, one clear error for a wrong one."""

from __future__ import annotations

import os
import secrets
from collections.abc import Collection
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.core.exceptions import ImproperlyConfigured
from psycopg.conninfo import conninfo_to_dict

TRUE = {"1", "true", "yes", "on"}
SECRET_BYTES = 48
FALSE = {"0", "false", "no", "off", ""}
# More digits are out of every range, and Python refuses to read thousands of them.
LONGEST_NUMBER = 18
LONGEST_QUOTE = 60
HIGHEST_PORT = 65_535
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


def text(name: str, default: str = "") -> str:
    """The variable as written, without surrounding space; ``default`` when unset."""
    return os.environ.get(name, default).strip()


def flag(name: str, default: bool = False) -> bool:
    """True for 1/true/yes/on, false for 0/false/no/off or an empty value."""
    value = os.environ.get(name)
    if value is None:
        return default
    lowered = value.strip().lower()
    if lowered in TRUE:
        return True
    if lowered in FALSE:
        return False
    raise ImproperlyConfigured(f"{name} must be true or false, not {value!r}")


def integer(name: str, default: int, *, most: int, least: int = 1) -> int:
    """A whole number in a range."""
    value = text(name)
    if not value:
        return default
    if (number := whole_number(value)) is None or not least <= number <= most:
        raise ImproperlyConfigured(f"{name} must be a whole number from {least} to {most}, not {_shown(value)}")
    return number


def flag_or_number(name: str, *, most: int) -> int:
    """How many of something there are: a number, or true for one; 0 when false or unset."""
    value = text(name)
    if (number := whole_number(value)) is not None and number <= most:
        return number
    try:
        return int(flag(name))
    except ImproperlyConfigured:
        raise ImproperlyConfigured(
            f"{name} must be true, false or a number up to {most}, not {_shown(value)}"
        ) from None


def whole_number(value: str) -> int | None:
    """The number in plain digits that the text is, ``None`` when it is anything else."""
    return int(value) if value.isascii() and value.isdigit() and len(value) <= LONGEST_NUMBER else None


def _shown(value: str) -> str:
    """A wrong value as a message quotes it."""
    return repr(value if len(value) <= LONGEST_QUOTE else f"{value[:LONGEST_QUOTE]}...")


def log_level(name: str, default: str) -> str:
    """One of the levels of ``logging``, in any case."""
    value = text(name).upper() or default
    if value not in LOG_LEVELS:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(LOG_LEVELS)}, not {text(name)!r}")
    return value


def web_address(name: str) -> str:
    """The address of a site without a slash at its end; empty when unset."""
    value = text(name).rstrip("/")
    if value and not _is_address(value, ("http", "https")):
        raise ImproperlyConfigured(f"{name} must be an address such as https://people.example, not {_shown(value)}")
    return value


def redis_address(name: str) -> str:
    """The address of a Redis server, by network or unix socket; empty when unset. It may hold a password."""
    value = text(name)
    if value and not (_is_address(value, ("redis", "rediss")) or value.startswith("unix://")):
        raise ImproperlyConfigured(f"{name} must be an address such as redis://host:6379/0")
    return value


def _is_address(value: str, schemes: Collection[str]) -> bool:
    try:
        parts = urlsplit(value)
        return parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:  # brackets without their other half, a port that is none
        return False


def words(name: str, default: str = "") -> list[str]:
    """Comma-separated values, empty ones dropped."""
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


def stored_secret(path: Path) -> str:
    """The secret kept in a file; while there is none, one that lasts as long as this process."""
    try:
        return path.read_text().strip() or secrets.token_urlsafe(SECRET_BYTES)
    except OSError:
        return secrets.token_urlsafe(SECRET_BYTES)


def databases(primary: str, replicas: list[str], *, pool_size: int) -> dict[str, dict[str, Any]]:
    """Django's databases: ``default``, and ``replica1``, ``replica2``, ... with the same rows."""
    found = {"default": database(primary, pool_size=pool_size)}
    for number, url in enumerate(replicas, 1):
        replica = database(url, pool_size=pool_size, variable="DATABASE_REPLICA_URLS")
        found[f"replica{number}"] = {**replica, "TEST": {"MIRROR": "default"}}
    return found


def database(url: str, *, pool_size: int, variable: str = "DATABASE_URL") -> dict[str, Any]:
    """Django's description of the PostgreSQL server behind a libpq URL (``postgresql://user@host/name?...``).

    Connections come from psycopg's pool; ``pool_size`` is the most that one process holds. ``variable`` is to blame
    for a URL that is none.
    """
    try:
        parts: dict[str, Any] = dict(conninfo_to_dict(url))
    except Exception as error:
        # The reason may end with the whole address, and that with a password in it.
        reason = str(error).partition(': "postgres')[0]
        raise ImproperlyConfigured(f"{variable} is not a PostgreSQL URL: {reason}") from None
    # Several hosts may have a port each.
    for port in filter(None, str(parts.get("port", "")).split(",")):
        if not 1 <= (whole_number(port) or 0) <= HIGHEST_PORT:
            raise ImproperlyConfigured(f"{variable} is not a PostgreSQL URL: no port has the number {_shown(port)}")
    return {
        "ENGINE": "bzpeer.database",
        "NAME": parts.pop("dbname", "bzpeer"),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": str(parts.pop("port", "")),
        "CONN_MAX_AGE": 0,
        "OPTIONS": {**parts, "pool": {"min_size": 0, "max_size": pool_size, "timeout": 20}},
    }


def redis_with_database(url: str, number: int) -> str:
    """The same Redis server with another database number, for TCP and for unix-socket URLs."""
    parts = urlsplit(url)
    if parts.scheme == "unix":
        query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
        query.pop("db", None)
        return f"unix://{parts.path}?db={number}"
    return parts._replace(path=f"/{number}").geturl()


def celery_broker(url: str) -> str:
    """The Redis URL in kombu's spelling: unix sockets are ``redis+socket://`` with ``virtual_host``."""
    parts = urlsplit(url)
    if parts.scheme == "unix":
        number = parse_qs(parts.query).get("db", ["0"])[-1]
        return f"redis+socket://{parts.path}?virtual_host={number}"
    return url
