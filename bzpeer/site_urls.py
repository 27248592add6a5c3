"""Addresses that belong to no app: health."""

from __future__ import annotations

from django.urls import path

from bzpeer import health

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
