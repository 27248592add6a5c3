"""The end of an account, by the person it belongs to."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from profiles import leaving
from profiles.access import confirmed_lately, sign_in_first
from profiles.aftermath import follow_deletion
from profiles.forms import DeleteAccountForm
from profiles.requests import SignedInRequest


@sign_in_first
@require_http_methods(["GET", "HEAD", "POST"])
@confirmed_lately
def delete(request: SignedInRequest) -> HttpResponse:
    """GET says what goes and what stays; POST with the account's address deletes it."""
    user = request.user
    form = DeleteAccountForm(user, request.POST if request.method == "POST" else None)
    problem, status = leaving.hindrance(user), 200
    if form.is_valid():
        try:
            farewell = leaving.delete_account(user)
            follow_deletion(farewell, by_staff=False)
        except leaving.GoneError:  # the second click of two
            pass
        except leaving.LeavingError as hindrance:
            problem, status = str(hindrance), 409
        if not problem:
            logout(request)
            messages.success(request, "Your account is deleted.")
            return redirect("home")
    context = {"form": form, "parting": leaving.parting_of(user), "hindrance": problem}
    return render(request, "profiles/me_delete.html", context, status=status)
