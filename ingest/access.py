"""Who may see imports: staff only."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from profiles.requests import SignedInRequest

P = ParamSpec("P")


def staff_only(
    view: Callable[Concatenate[SignedInRequest, P], HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """Send others to log in, and answer 403 to those who are logged in without being staff."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path() if request.method == "GET" else "/imports/")
        if not request.user.is_staff:
            raise PermissionDenied
        return view(cast(SignedInRequest, request), *args, **kwargs)

    return guarded
