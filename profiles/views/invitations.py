"""Invitations: writing one from a profile page, answering and withdrawing from ``/me/``."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from profiles import invitations
from profiles.access import of_researcher, received_invitation, sent_invitation, sign_in_first
from profiles.claims import owner_claim
from profiles.forms import InvitationForm
from profiles.heads import ResearcherHead
from profiles.requests import SignedInRequest


@sign_in_first
@require_http_methods(["GET", "HEAD", "POST"])
@of_researcher
def invite(request: SignedInRequest, head: ResearcherHead) -> HttpResponse:
    """The form; without an owner the page says why it is locked."""
    author = head.author
    form = InvitationForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            invitations.invite(request.user, author, form.cleaned_data["message"])
        except invitations.InvitationError as problem:
            form.add_error(None, str(problem))
            status = 409
        else:
            messages.success(
                request, f"Your invitation waits for {author.display_name}. The answer appears on your page."
            )
            return redirect("me")
    context = {"author": author, "form": form, "is_owned": owner_claim(author) is not None}
    return render(request, "profiles/invite.html", context, status=status)


@sign_in_first
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: SignedInRequest, invitation_id: int) -> HttpResponse:
    """POST ``answer=accept`` or ``answer=decline``, by the recipient only."""
    invitation = received_invitation(request.user, invitation_id)
    choice = request.POST.get("answer")
    if request.method == "POST" and choice in ("accept", "decline"):
        done = "You accepted the invitation." if choice == "accept" else "You declined the invitation."
        _try(request, lambda: invitations.answer(invitation, accept=choice == "accept"), done)
    return redirect("me")


@sign_in_first
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: SignedInRequest, invitation_id: int) -> HttpResponse:
    """POST takes the invitation back, by its sender only."""
    invitation = sent_invitation(request.user, invitation_id)
    if request.method == "POST":
        _try(request, lambda: invitations.withdraw(invitation), "Your invitation is withdrawn.")
    return redirect("me")


def _try(request: SignedInRequest, step: Callable[[], None], done: str) -> None:
    try:
        step()
    except invitations.InvitationError as problem:
        messages.warning(request, str(problem))
    else:
        messages.success(request, done)
