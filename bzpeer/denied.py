"""What a page answers to an account that may not see it: the right that it lacks, in words."""

from __future__ import annotations

from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.views.defaults import permission_denied

ADMIN_IS_FOR_STAFF = "The admin is for members of staff: accounts with the mark “Is staff”."
#: Which right a page of the admin asks for, by the end of its address's name; to change takes another one than to look.
ACTS = {"changelist": "view", "history": "view", "change": "view", "add": "add", "delete": "delete"}


def denied(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """403, with the words of the view that refused or, for a page of the admin, the right that it asks for."""
    return permission_denied(request, PermissionDenied(str(exception) or _missing_in_admin(request)))


def _missing_in_admin(request: HttpRequest) -> str:
    match = request.resolver_match
    if match is None or match.namespace != "admin" or not request.user.is_authenticated:
        return ""
    if not request.user.is_staff:
        return ADMIN_IS_FOR_STAFF
    for model in apps.get_models():
        meta = model._meta
        model_part, _, page = (match.url_name or "").rpartition("_")
        if model_part != f"{meta.app_label}_{meta.model_name}" or page not in ACTS:
            continue
        act = "change" if request.method == "POST" and ACTS[page] == "view" else ACTS[page]
        if request.user.has_perm(f"{meta.app_label}.{act}_{meta.model_name}"):
            return f"Nobody can {act} a {meta.verbose_name} here."
        return f"Your account lacks the right “Can {act} {meta.verbose_name_raw}” ({meta.app_config.verbose_name})."
    return ""
