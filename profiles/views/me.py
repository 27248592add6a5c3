"""A signed-in person's own pages: where they stand, whom they follow, what is new, what they can set."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from profiles import accounts, claims, follows, invitations
from profiles.access import may_decide_claims, sign_in_first
from profiles.aftermath import follow_up
from profiles.forms import OwnerForm, SettingsForm
from profiles.models import Claim, ClaimEvent, Invitation, User
from profiles.requests import SignedInRequest
from profiles.throttle import ThrottledError
from profiles.tickets import waiting_for
from profiles.verification import verdict
from works.items import WorkItem, work_items
from works.paging import Page, encode_cursor, number_cursor
from works.search import listed_page

PAGE_SIZE = 20
RECENT = 5
INVITATIONS_SHOWN = 50


@sign_in_first
@require_safe
def overview(request: SignedInRequest) -> HttpResponse:
    """The claim, the tickets that wait for the person's word, invitations, the newest works of followed researchers.

    For staff also how many claims wait.
    """
    user = request.user
    claim = claims.current_claim(user)
    received = Invitation.objects.filter(recipient=user).select_related("sender", "author")
    sent = Invitation.objects.filter(sender=user).select_related("author")
    context = {
        "claim": claim,
        "verdict": verdict(user, claim.author) if claim and claim.is_accepted else None,
        "dispute": claims.oldest_rival(claim) if claim and claim.is_accepted else None,
        "against": _last_decision_against(user) if claim is None else None,
        "feed": _feed(user, "", RECENT),
        "follows": follows.followed_authors(user)[:RECENT],
        "following": follows.followed_authors(user).count(),
        "received": received[:INVITATIONS_SHOWN],
        "sent": sent[:INVITATIONS_SHOWN],
        "waiting_tickets": waiting_for(user).count(),
        "waiting_claims": Claim.objects.open().count() if may_decide_claims(user) else 0,
    }
    return render(request, "profiles/me.html", context)


@sign_in_first
@require_safe
def feed(request: SignedInRequest) -> HttpResponse:
    """Works of followed researchers, newest first, page by page."""
    page = _feed(request.user, request.GET.get("cursor", ""), PAGE_SIZE)
    return render(request, "profiles/me_feed.html", {"page": page, "next_query": _next_query(page)})


@sign_in_first
@require_safe
def following(request: SignedInRequest) -> HttpResponse:
    """Everyone whom the person follows, latest first, page by page."""
    rows = follows.followed_authors(request.user)
    cursor = number_cursor(request.GET.get("cursor", ""), 1)
    if cursor is not None:
        rows = rows.filter(pk__lt=cursor[0])
    found = list(rows[: PAGE_SIZE + 1])
    more = encode_cursor(found[PAGE_SIZE - 1].pk) if len(found) > PAGE_SIZE else ""
    page = Page(found[:PAGE_SIZE], more, is_continued=cursor is not None)
    return render(request, "profiles/me_following.html", {"page": page, "next_query": _next_query(page)})


@sign_in_first
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: SignedInRequest) -> HttpResponse:
    """The account's name, and for the owner of a page whether it takes invitations."""
    user = request.user
    claim = claims.current_claim(user)
    author = claim.author if claim and claim.is_accepted else None
    data = request.POST if request.method == "POST" else None
    form = SettingsForm(data, initial={"name": user.name})
    owner_form = OwnerForm(data, initial={"is_open_to_collaborate": author.is_open_to_collaborate}) if author else None
    if data is not None and form.is_valid() and (owner_form is None or owner_form.is_valid()):
        try:
            events = accounts.rename(user, form.cleaned_data["name"])
        except ThrottledError as problem:
            form.add_error("name", str(problem))
        else:
            if author and owner_form:
                invitations.set_open(author, owner_form.cleaned_data["is_open_to_collaborate"])
            follow_up(request, events)
            messages.success(request, " ".join(["Your settings are saved.", *map(_new_level, events)]))
            return redirect("me-settings")
    context = {
        "form": form,
        "owner_form": owner_form,
        "owned": author,
        "verdict": verdict(user, author) if author else None,
    }
    return render(request, "profiles/me_settings.html", context)


def _new_level(event: ClaimEvent) -> str:
    return f"The page of {event.claim.author.display_name} is at verification L{event.level} now. {event.level_reason}"


def _feed(user: User, cursor: str, size: int) -> Page[WorkItem]:
    page = listed_page(follows.works_of_followed(user), cursor, size=size)
    return Page(work_items(page.rows), page.next_cursor, page.is_continued)


def _next_query(page: Page[Any]) -> str:
    return urlencode({"cursor": page.next_cursor}) if page.next_cursor else ""


def _last_decision_against(user: User) -> ClaimEvent | None:
    events = ClaimEvent.objects.filter(claim__user=user, kind__in=ClaimEvent.AGAINST_THE_PERSON)
    return events.select_related("claim__author").order_by("-at", "-id").first()
