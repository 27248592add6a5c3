"""Who may reach what: one helper for each kind of object, used by every view.

* author record: ``of_researcher`` (anyone; moved, split and hidden records are answered here)
* account: ``confirmed_lately``, ``may_delete_account``, ``may_open_admin``
* claim: ``own_claim``, ``may_decide_claims``, ``may_decide_claim``
* invitation: ``own_invitation``
* corrections: ``is_curator``, ``curators_only``; what a person may do with one ticket: ``profiles.tickets.standing_of``
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import update_wrapper, wraps
from typing import Concatenate, ParamSpec, TypeVar, cast

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django_htmx.http import HttpResponseClientRedirect

from profiles.heads import ResearcherHead, find_head
from profiles.models import Claim, Invitation, User
from profiles.requests import SignedInRequest
from works.attribution.records import people_after_split
from works.models import Author
from works.portraits import portraits

P = ParamSpec("P")
R = TypeVar("R", bound=HttpRequest)


def of_researcher(
    view: Callable[Concatenate[R, ResearcherHead, P], HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """Turn ``(request, author_id, slug)`` into ``(request, head)``, answering for records that are no page any more.

    Merged records and old slugs answer 301 to the same address of the record as it is now (a POST is taken as meant for
    that record), a split record answers 300 with the records that share its name, a hidden one 410, an unknown one 404.
    """

    @wraps(view)
    def wrapper(request: R, author_id: int, slug: str = "", *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        head = find_head(author_id)
        if head is None:
            context = {"query": slug.replace("-", " ").strip()}
            return render(request, "profiles/not_found.html", context, status=404)
        author = head.author
        if author.status == Author.Status.SPLIT:
            return _chooser(request, author)
        if author.status == Author.Status.HIDDEN:
            return render(request, "profiles/hidden.html", status=410)
        if request.method in ("GET", "HEAD") and slug and (author.pk != author_id or author.slug != slug):
            return _permanent_redirect(request, author)
        return view(request, head, *args, **kwargs)

    return wrapper


def _permanent_redirect(request: HttpRequest, author: Author) -> HttpResponse:
    """To the same address with the id and slug of the record as it is now, query string included."""
    match = request.resolver_match
    if match is None or match.url_name is None:
        return HttpResponsePermanentRedirect(author.get_absolute_url())
    address = reverse(match.url_name, kwargs={**match.kwargs, "author_id": author.pk, "slug": author.slug})
    query = request.META.get("QUERY_STRING", "")
    return HttpResponsePermanentRedirect(f"{address}?{query}" if query else address)


def _chooser(request: HttpRequest, author: Author) -> HttpResponse:
    candidates = portraits(people_after_split(author), with_co_authors=True)
    context = {"author": author, "candidates": candidates}
    return render(request, "profiles/chooser.html", context, status=300)


def sign_in_first(view: Callable[Concatenate[SignedInRequest, P], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Send anonymous requests of any method to log in and back to the same address, whose GET page shows what is next.

    An anonymous POST changes nothing, so it needs no CSRF token (pages for anonymous readers carry none and can be
    cached for all); signed-in requests are checked as always. A request whose account is deleted meanwhile, on another
    device, is answered as an anonymous one.
    """
    checked = csrf_protect(view)

    @csrf_exempt
    @wraps(view)
    def wrapper(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.user.is_authenticated:
            account = request.user.pk
            try:
                return checked(cast(SignedInRequest, request), *args, **kwargs)
            except (IntegrityError, User.DoesNotExist):  # what is asked for would refer to an account that is gone
                if User.objects.filter(pk=account).exists():
                    raise
                logout(request)
        to_login = redirect_to_login(request.get_full_path())
        return HttpResponseClientRedirect(to_login.url) if cast(SignedInRequest, request).htmx else to_login

    return wrapper


def confirmed_lately(
    view: Callable[Concatenate[SignedInRequest, P], HttpResponseBase],
) -> Callable[Concatenate[SignedInRequest, P], HttpResponseBase]:
    """Ask for the password, or a code, once more, then go on with what was asked for.

    It is not asked for again for some minutes (``ACCOUNT_REAUTHENTICATION_TIMEOUT``); a log-in does not count. Whoever
    has neither, because they log in by another service, has to have logged in within as long.
    """
    checked = reauthentication_required(view)

    @wraps(view)
    def wrapper(request: SignedInRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        since = timezone.now() - timedelta(seconds=app_settings.REAUTHENTICATION_TIMEOUT)
        is_fresh = request.user.last_login is not None and request.user.last_login > since
        if not is_fresh and not get_adapter().get_reauthentication_methods(request.user):
            logout(request)
            messages.warning(request, "Log in once more, so that it is clear that it is you.")
            return redirect_to_login(request.get_full_path())
        return cast(HttpResponseBase, checked(request, *args, **kwargs))

    return wrapper


def may_delete_account(staff: User, user: User) -> bool:
    """Staff with the right to, in the admin; of those who may do everything only their like, and nobody oneself there.

    One's own account has its page, which asks for the password.
    """
    if staff.pk == user.pk or (user.is_superuser and not staff.is_superuser):
        return False
    return staff.is_active and staff.is_staff and staff.has_perm("profiles.delete_user")


def own_claim(user: User) -> Claim:
    """The user's own claim that waits or was accepted; others' claims are out of reach. Raises Http404."""
    claim = Claim.objects.current().select_related("author").filter(user=user).first()
    if claim is None:
        raise Http404("You have no claim.")
    return claim


def may_open_admin(user: User) -> bool:
    """Staff for whom it holds something: with any right there."""
    return user.is_active and user.is_staff and (user.is_superuser or bool(user.get_all_permissions()))


def may_decide_claims(user: User) -> bool:
    """Staff with the right to change claims decide them, in the admin."""
    return user.is_active and user.is_staff and user.has_perm("profiles.change_claim")


def may_decide_claim(user: User, claim: Claim) -> bool:
    """Nobody decides the own claim, or about the page that they own."""
    if not may_decide_claims(user) or claim.user_id == user.pk:
        return False
    return not Claim.objects.accepted().filter(user=user, author=claim.author_id).exists()


def is_curator(user: User) -> bool:
    """Curators and staff decide corrections of any author record."""
    return user.is_active and (user.is_curator or user.is_staff)


def curators_only(view: Callable[Concatenate[SignedInRequest, P], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Anonymous people log in first; others who are no curators get 403."""

    def wrapper(request: SignedInRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not is_curator(request.user):
            raise PermissionDenied("Corrections are for curators, accounts with the mark “Is curator”, and for staff.")
        return view(request, *args, **kwargs)

    update_wrapper(wrapper, view)
    return sign_in_first(wrapper)


def received_invitation(user: User, invitation_id: int) -> Invitation:
    """An invitation that was sent to the user. Raises Http404."""
    return _invitation(invitation_id, recipient=user)


def sent_invitation(user: User, invitation_id: int) -> Invitation:
    """An invitation that the user sent. Raises Http404."""
    return _invitation(invitation_id, sender=user)


def _invitation(invitation_id: int, **whose: User) -> Invitation:
    invitation = Invitation.objects.filter(pk=invitation_id, **whose).select_related("author", "sender").first()
    if invitation is None:
        raise Http404("No such invitation.")
    return invitation
