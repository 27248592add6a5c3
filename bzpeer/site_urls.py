"""Addresses that belong to no app: health, the icon."""

from __future__ import annotations

from django.urls import path

from bzpeer import health, icon

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("favicon.ico", icon.favicon, name="favicon"),
]
