"""Who may see imports: staff only. Who may schedule them: staff with the right to."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from profiles.models import User
from profiles.requests import SignedInRequest

P = ParamSpec("P")
FOR_STAFF = "Imports are for members of staff: accounts with the mark “Is staff”."


def staff_only(
    view: Callable[Concatenate[SignedInRequest, P], HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """Send others to log in, and answer 403 to those who are logged in without being staff."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path() if request.method == "GET" else "/imports/")
        if not request.user.is_staff:
            raise PermissionDenied(FOR_STAFF)
        return view(cast(SignedInRequest, request), *args, **kwargs)

    return guarded


def may_schedule(user: User) -> bool:
    """Staff with a right to look at the schedules of sources, in the admin, or to change them."""
    return user.is_active and user.is_staff and any(user.has_perm(f"ingest.{act}_source") for act in ("view", "change"))
