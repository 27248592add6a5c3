"""What an address that leads nowhere answers: programs below /api/ get JSON, everybody else the page."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.urls import reverse
from django.views.defaults import page_not_found


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """404 in the form that the asker reads."""
    if not request.path.startswith("/api/"):
        return page_not_found(request, exception)
    words = {"detail": "There is nothing at this address.", "api": request.build_absolute_uri(reverse("api"))}
    return JsonResponse(words, status=HTTPStatus.NOT_FOUND)
