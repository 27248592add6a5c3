"""What our middleware adds to a request, for the type checker."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from profiles.models import User


class PageRequest(HttpRequest):
    """A request of anyone."""

    htmx: HtmxDetails
    user: User | AnonymousUser


class SignedInRequest(HttpRequest):
    """A request behind ``sign_in_first``."""

    htmx: HtmxDetails
    user: User


def viewer_of(request: PageRequest) -> User | None:
    """The signed-in person, or None."""
    return request.user if isinstance(request.user, User) else None
