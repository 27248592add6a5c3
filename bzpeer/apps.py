from __future__ import annotations

from django.apps import AppConfig


class BzpeerConfig(AppConfig):
    name = "bzpeer"
