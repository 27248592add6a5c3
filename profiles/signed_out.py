"""Keeping the researcher page for readers who are not signed in.

Such a page is the same for everyone, so it is rendered once and kept compressed in two places:

* in the cache, under a key made from the release of the code and the version of the record
  (``profiles.heads.page_version``): an update, or a change of the record, its trust, its followers or its owner makes
  another key, and the next reader gets a new page. What the page borrows from other records (the name under which a
  co-author's page stands, the title of a work) may be ``SECONDS`` old, and no older: the entity tag is that of the page
  itself, so a reader who has the old one is sent the new one;
* in this process, for ``settings.SIGNED_OUT_PAGE_SECONDS``, without asking for the version: a page that many people
  read at the same moment costs hardly more than an empty one.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from hashlib import blake2b
from time import monotonic

from django.conf import settings
from django.core.cache import cache
from django.http import HttpResponse, HttpResponseBase

from profiles.heads import page_version
from profiles.requests import PageRequest
from works.models.catalogue import slug_of

SECONDS = 300
KEPT_CONTROLS = frozenset({"sort", "year", "topic", "kind", "cursor"})
"""Query parameters whose pages are kept; others (free text, garbage) would fill the cache with pages asked for once."""
PERSONAL_COOKIES = (settings.SESSION_COOKIE_NAME, "messages")
MOST_RECENT = 256
"""Pages held in this process, some 10 to 25 kB each; when there are more, all are let go."""

View = Callable[..., HttpResponseBase]


@dataclass(frozen=True, slots=True)
class Kept:
    """A compressed page, its entity tag, and until when (monotonic seconds) it is given out unasked."""

    etag: str
    body: bytes
    until: float


_recent: dict[str, Kept] = {}


def kept_for_signed_out(view: View) -> View:
    """Serve the page kept when nothing about the request is personal; otherwise just call the view.

    The view answers ``(request, author_id, slug)``; only whole answers (200) to the right address are kept.
    """

    @wraps(view)
    def wrapper(request: PageRequest, author_id: int, slug: str) -> HttpResponseBase:
        if not _is_keepable(request):
            return view(request, author_id, slug)
        address = _address(request)
        recent = _recent.get(address)
        if recent is not None and monotonic() < recent.until:
            return _answer(request, recent)
        version = page_version(author_id)
        if version is None or slug_of(version.display_name, "researcher") != slug:
            return view(request, author_id, slug)
        key = _digest(f"{settings.RELEASE}\n{address}\n{version.stamp}".encode())
        body: bytes | None = cache.get(f"researcher:{key}")
        if body is None:
            response = view(request, author_id, slug)
            if not isinstance(response, HttpResponse) or response.status_code != 200:
                return response
            body = gzip.compress(response.content, 6, mtime=0)
            cache.set(f"researcher:{key}", body, SECONDS)
        kept = Kept(f'W/"{_digest(body)}"', body, monotonic() + settings.SIGNED_OUT_PAGE_SECONDS)
        if len(_recent) >= MOST_RECENT:
            forget()
        _recent[address] = kept
        return _answer(request, kept)

    return wrapper


def _digest(text: bytes) -> str:
    return blake2b(text, digest_size=16).hexdigest()


def forget() -> None:
    """Let go of the pages held in this process; those in the cache stay."""
    _recent.clear()


def _is_keepable(request: PageRequest) -> bool:
    if settings.DEBUG or any(name in request.COOKIES for name in PERSONAL_COOKIES):
        return False
    return request.method in ("GET", "HEAD") and KEPT_CONTROLS.issuperset(request.GET)


def _address(request: PageRequest) -> str:
    """What was asked for: the whole address, and which part of the page if htmx asks for one."""
    part = request.htmx.target if request.htmx and not request.htmx.history_restore_request else ""
    return f"{part or ''}\n{request.build_absolute_uri()}"


def _answer(request: PageRequest, kept: Kept) -> HttpResponse:
    if request.headers.get("If-None-Match") == kept.etag:
        response = HttpResponse(status=304)
    elif "gzip" in request.headers.get("Accept-Encoding", ""):
        response = HttpResponse(kept.body, headers={"Content-Encoding": "gzip"})
    else:
        response = HttpResponse(gzip.decompress(kept.body))
    response["ETag"] = kept.etag
    response["Vary"] = "Accept-Encoding, Cookie, HX-Request, HX-Target"
    response["Cache-Control"] = "public, max-age=0, must-revalidate"
    return response
