"""Addresses that belong to no app."""

from __future__ import annotations

from django.urls import path

from bzpeer import icon

urlpatterns = [
    path("favicon.ico", icon.favicon, name="favicon"),
]
