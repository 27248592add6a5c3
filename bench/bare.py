"""The addresses of the site and one more, of a view that does nothing: what the middleware alone costs."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path

from bzpeer.urls import urlpatterns as site

BARE = "/bare/"


def bare(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("Nothing.")


urlpatterns = [path(BARE[1:], bare), *site]
