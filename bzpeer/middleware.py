"""Middleware of our own: private pages stay private, and what PostgreSQL cannot hold never reaches it."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBadRequest, HttpResponseBase
from django.utils.cache import patch_cache_control, patch_vary_headers


def private_pages(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Mark every answer to a signed-in user ``Cache-Control: private`` and every page as varying by cookie."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if request.user.is_authenticated:
            patch_cache_control(response, private=True)
            patch_vary_headers(response, ["Cookie"])
        return response

    return middleware


def admin_without_nul(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Refuse NUL in the filters of the admin, which hands them to the database as they are. Our own pages drop it."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.path.startswith("/admin/") and any("\0" in text for text in request.GET.values()):
            return HttpResponseBadRequest("The address holds a character that no record can hold.\n", "text/plain")
        return get_response(request)

    return middleware
