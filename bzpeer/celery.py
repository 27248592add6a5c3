"""The Celery application; tasks live in each app's ``tasks.py``."""

from __future__ import annotations

import gc
import os

from celery import Celery
from celery.signals import worker_before_create_process

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bzpeer.settings")

app = Celery("bzpeer")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


def keep_memory_shared(**_: object) -> None:
    """Hide what is loaded from Python's search for cycles, which would give each process a copy of it: 40 MB."""
    gc.collect()
    gc.freeze()


worker_before_create_process.connect(keep_memory_shared)
