"""Keeping the researcher page for readers who are not signed in.

Such a page is the same for everyone, so it is rendered once, kept compressed, and found again under a key made from its
head: a change of the record, its trust, its followers or its owner makes another key and shows at once. What the page
borrows from other records (the name under which a co-author's page stands) may be ``SECONDS`` old.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable
from functools import wraps
from hashlib import blake2b

from django.conf import settings
from django.core.cache import cache
from django.http import HttpResponse
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers

from profiles.heads import ResearcherHead
from profiles.requests import PageRequest

SECONDS = 300
KEPT_CONTROLS = frozenset({"sort", "year", "topic", "kind", "cursor"})
"""Query parameters whose pages are kept; others (free text, garbage) would fill the cache with pages asked for once."""
PERSONAL_COOKIES = (settings.SESSION_COOKIE_NAME, "messages")

View = Callable[[PageRequest, ResearcherHead], HttpResponse]


def kept_for_signed_out(view: View) -> View:
    """Serve the page from the cache when nothing about the request is personal; otherwise just call the view."""

    @wraps(view)
    def wrapper(request: PageRequest, head: ResearcherHead) -> HttpResponse:
        if not _is_keepable(request):
            return view(request, head)
        key = _key(request, head)
        unchanged = get_conditional_response(request, etag=f'W/"{key}"')
        if unchanged is not None:
            return _labelled(HttpResponse(status=304), key)
        body: bytes | None = cache.get(f"researcher:{key}")
        if body is None:
            response = view(request, head)
            if response.status_code == 200:
                cache.set(f"researcher:{key}", gzip.compress(response.content, 6), SECONDS)
            return _labelled(response, key)
        if "gzip" in request.headers.get("Accept-Encoding", ""):
            return _labelled(HttpResponse(body, headers={"Content-Encoding": "gzip"}), key)
        return _labelled(HttpResponse(gzip.decompress(body)), key)

    return wrapper


def _is_keepable(request: PageRequest) -> bool:
    if settings.DEBUG or any(name in request.COOKIES for name in PERSONAL_COOKIES):
        return False
    return KEPT_CONTROLS.issuperset(request.GET)


def _key(request: PageRequest, head: ResearcherHead) -> str:
    asked = "\n".join(
        [
            request.scheme or "",
            request.get_host(),
            request.META.get("QUERY_STRING", ""),
            (request.htmx.target or "") if request.htmx and not request.htmx.history_restore_request else "",
            head.cache_key,
        ]
    )
    return blake2b(asked.encode(), digest_size=16).hexdigest()


def _labelled(response: HttpResponse, key: str) -> HttpResponse:
    response["ETag"] = f'W/"{key}"'
    patch_vary_headers(response, ["Accept-Encoding"])
    patch_cache_control(response, public=True, max_age=0, must_revalidate=True)
    return response
