from __future__ import annotations

from django.apps import AppConfig


class BzpeerConfig(AppConfig):
    name = "bzpeer"

    def ready(self) -> None:
        """Make the Celery application the current one, so that tasks of every app find their broker."""
        from bzpeer import celery

        celery.app.set_default()
