"""``/healthz``: the process answers. ``/readyz``: its database and cache answer too.

Programs ask this by whatever address they reach the process, over plain HTTP: a container its own loopback, a balancer
a private address. So it is answered before host names are checked and before readers are sent to HTTPS.
"""

from __future__ import annotations

from collections.abc import Callable

from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase


def probes(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Answer the two addresses; everything else goes on."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.path == "/healthz":
            return _plain("ok")
        if request.path == "/readyz":
            return readiness()
        return get_response(request)

    return middleware


def readiness() -> HttpResponse:
    """503 with the name of what does not answer."""
    for name, probe in (("database", _database), ("cache", _cache)):
        try:
            probe()
        except Exception:
            return _plain(f"{name} does not answer", status=503)
    return _plain("ready")


def _plain(line: str, status: int = 200) -> HttpResponse:
    headers = {"Cache-Control": "no-store"}
    return HttpResponse(f"{line}\n", status=status, content_type="text/plain", headers=headers)


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _cache() -> None:
    cache.get("readyz")
