"""Middleware of our own: where a page is read from, what may be kept by whom, what is refused and in which words."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.cache import patch_cache_control, patch_vary_headers

from bzpeer import replicas
from profiles.signed_out import PERSONAL_COOKIES


def anonymous_reads(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Let a page that nobody signed in asks for be read from a replica.

    Not the pages of accounts: a link from a mail leads to what was written a moment ago.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        is_anonymous = not any(name in request.COOKIES for name in PERSONAL_COOKIES)
        if is_anonymous and request.method in ("GET", "HEAD") and not request.path.startswith("/accounts/"):
            with replicas.reading_from(replicas.any_replica()):
                return get_response(request)
        return get_response(request)

    return middleware


LONGEST_ADDRESS = 8000
"""Characters; RFC 9110, section 4.1 asks servers to take at least as many octets, and proxies seldom take more."""


def addresses_of_bounded_length(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Refuse longer addresses: no link of ours has one, and a redirect that repeats one would be a fault in the log."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if len(request.get_full_path()) > LONGEST_ADDRESS:
            return HttpResponse(render_to_string("400.html"), status=HTTPStatus.REQUEST_URI_TOO_LONG)
        return get_response(request)

    return middleware


_KEPT_FOR_GOOD = frozenset(
    {HTTPStatus.MULTIPLE_CHOICES, HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.PERMANENT_REDIRECT, HTTPStatus.GONE}
)


def moved_pages_asked_again(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Have browsers ask again where a page moved for good, was split or was hidden; they keep such answers unasked.

    All of it can be taken back: a browser that remembers two ways would go in a circle, or never see the page again.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if response.status_code in _KEPT_FOR_GOOD:
            patch_cache_control(response, no_cache=True)
        return response

    return middleware


def private_pages(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Mark every answer to a signed-in user ``Cache-Control: private`` and every page as varying by cookie."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if request.user.is_authenticated:
            patch_cache_control(response, private=True)
            patch_vary_headers(response, ["Cookie"])
        return response

    return middleware


def wrong_methods_in_words(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Give a page to people who open the address of a button; an empty answer shows as a fault of the browser."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        is_empty = response.status_code == HTTPStatus.METHOD_NOT_ALLOWED and not getattr(response, "content", b"")
        if not is_empty or "text/html" not in request.headers.get("Accept", ""):
            return response
        page = render(request, "405.html", status=response.status_code)
        page["Allow"] = response["Allow"]
        return page

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
