"""The test session's surroundings: private engines, settings for tests, Chromium when there is one.

Every xdist worker has its own data folder, its own Valkey and its own database; PostgreSQL is shared. The engines
start with the first test that needs them and stop with the session.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bzpeer import embedded

# The first process of a session makes the folder; xdist workers find it in the environment.
SESSION_VAR = "BZPEER_TEST_SESSION"
IS_SESSION_OWNER = SESSION_VAR not in os.environ
SHARED = Path(os.environ.setdefault(SESSION_VAR, "") or tempfile.mkdtemp(prefix="bzpeer-tests-"))
OWN = SHARED / os.environ.get("PYTEST_XDIST_WORKER", "main")

# Settings are read from the environment when Django starts, which is after this file: pytest-django finds
# DJANGO_SETTINGS_MODULE only now. Nothing of the caller's own installation may leak in.
OWN.mkdir(exist_ok=True)
(OWN / "static").mkdir(exist_ok=True)  # whitenoise warns when STATIC_ROOT is missing, and warnings fail
os.environ |= {
    SESSION_VAR: str(SHARED),
    "DJANGO_SETTINGS_MODULE": "bzpeer.settings",
    "BZPEER_VAR": str(OWN),
    "DATABASE_URL": embedded.postgres_url(SHARED),
    "DATABASE_REPLICA_URLS": "",
    "REDIS_URL": embedded.valkey_url(OWN),
    # Playwright's synchronous interface runs an event loop in the test's thread; Django would refuse to work there.
    "DJANGO_ALLOW_ASYNC_UNSAFE": "1",
}


def pytest_configure(config: pytest.Config) -> None:
    """Settings that only tests want; pytest-django has not yet read any."""
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    settings.WHITENOISE_USE_FINDERS = True
    settings.SIGNED_OUT_PAGE_SECONDS = 0
    settings.CELERY_TASK_ALWAYS_EAGER = True
    settings.CELERY_TASK_EAGER_PROPAGATES = True


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Hide the settings module from the xdist workers about to start: each must first choose its own folder."""
    if IS_SESSION_OWNER and session.config.getoption("numprocesses", default=None):
        del os.environ["DJANGO_SETTINGS_MODULE"]


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the engines and remove the session's folder."""
    embedded.release_all()
    if IS_SESSION_OWNER:
        shutil.rmtree(SHARED, ignore_errors=True)


@pytest.fixture(scope="session")
def engines() -> None:
    """Both embedded engines, running."""
    embedded.ensure_postgres(SHARED, scratch=True)
    embedded.ensure_valkey(OWN, scratch=True)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None, engines: None) -> None:
    """pytest-django asks for this before it creates the test database."""


@pytest.fixture
def clean_cache(engines: None) -> Iterator[None]:
    """An empty cache before and after."""
    from django.core.cache import cache

    cache.clear()
    yield
    cache.clear()
