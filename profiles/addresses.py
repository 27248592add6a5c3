"""This site's own address, for links that leave it: e-mails, feeds, citations, structured data."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def site_of(request: HttpRequest) -> str:
    """``PUBLIC_URL``, or else the address that the request came to; without a slash at the end."""
    return settings.PUBLIC_URL or request.build_absolute_uri("/").rstrip("/")
