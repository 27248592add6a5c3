"""Claiming a page: the form, withdrawing, giving up. Deciding is in the admin."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from profiles import claims
from profiles.access import of_researcher, own_claim, sign_in_first
from profiles.aftermath import follow_up
from profiles.forms import ClaimForm
from profiles.heads import ResearcherHead
from profiles.models import ClaimEvent
from profiles.requests import SignedInRequest
from profiles.throttle import ThrottledError
from profiles.verification import verdict
from works.models import Author


@sign_in_first
@require_http_methods(["GET", "HEAD", "POST"])
@of_researcher
def claim(request: SignedInRequest, head: ResearcherHead) -> HttpResponse:
    """GET shows where the person stands and the form; POST asks for the page."""
    author = head.author
    is_owned = claims.owner_claim(author) is not None
    form = ClaimForm(request.POST if request.method == "POST" else None, is_dispute=is_owned)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            event = claims.request_claim(request.user, author, form.cleaned_data["statement"])
        except (claims.ClaimError, ThrottledError) as problem:
            form.add_error(None, str(problem))
            status = 409
        else:
            follow_up(request, [event])
            messages.success(request, _asked(event, author))
            return redirect(author)
    context = {
        "author": author,
        "form": form,
        "claim": claims.current_claim(request.user),
        "is_owned": is_owned,
        "verdict": verdict(request.user, author),
    }
    return render(request, "profiles/claim.html", context, status=status)


@sign_in_first
@require_http_methods(["GET", "HEAD", "POST"])
def end_claim(request: SignedInRequest) -> HttpResponse:
    """GET asks once more; POST withdraws the person's waiting claim or gives up the page they own."""
    claim = own_claim(request.user)
    if request.method != "POST":
        return render(request, "profiles/claim_end.html", {"claim": claim})
    try:
        event = (claims.withdraw if claim.is_pending else claims.release)(claim, request.user)
    except claims.ClaimError as problem:  # staff decided between the page and the click
        messages.warning(request, str(problem))
        return redirect("me")
    follow_up(request, [event])
    what = "Your claim is withdrawn." if claim.is_pending else "You have given the page up."
    messages.success(request, f"{what} {claim.author.display_name} can be claimed again.")
    return redirect(claim.author)


def _asked(event: ClaimEvent, author: Author) -> str:
    if event.kind == ClaimEvent.Kind.DISPUTED:
        return (
            f"Your dispute about the page of {author.display_name} is noted. The present owner is told and has 72 "
            "hours to answer; then staff decide, and you get an e-mail."
        )
    return f"You have asked for the page of {author.display_name}. Staff will decide; you will get an e-mail."
