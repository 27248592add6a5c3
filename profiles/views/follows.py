"""Following and unfollowing: a button on the profile page that htmx swaps, and the same as plain pages."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods
from django.views.decorators.vary import vary_on_headers

from profiles import follows
from profiles.access import of_researcher, sign_in_first
from profiles.heads import ResearcherHead
from profiles.models import Follow
from profiles.requests import SignedInRequest
from works.models import Author


@sign_in_first
@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
@of_researcher
def follow(request: SignedInRequest, head: ResearcherHead) -> HttpResponse:
    """GET asks (this is where a person arrives after log in); POST follows."""
    author = head.author
    if request.method != "POST":
        is_following = Follow.objects.filter(user=request.user, author=author).exists()
        context = {"author": author, "is_following": is_following, "followers": head.followers}
        return render(request, "profiles/follow.html", context)
    if follows.follow(request.user, author):
        return _answer(request, author, f"You follow {author.display_name}. New work appears in your feed.")
    return _answer(request, author, f"You follow {author.display_name} already.")


@sign_in_first
@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
@of_researcher
def unfollow(request: SignedInRequest, head: ResearcherHead) -> HttpResponse:
    """POST unfollows; GET leads to the page that shows both choices."""
    author = head.author
    if request.method != "POST":
        return redirect("researcher-follow", author.pk, author.slug)
    follows.unfollow(request.user, author)
    return _answer(request, author, f"You do not follow {author.display_name} any more.")


def _answer(request: SignedInRequest, author: Author, message: str) -> HttpResponse:
    if not request.htmx:
        messages.success(request, message)
        return redirect(author)
    context = {
        "author": author,
        "is_following": Follow.objects.filter(user=request.user, author=author).exists(),
        "followers": Follow.objects.filter(author=author).count(),
        "said": message,
    }
    return render(request, "profiles/_follow.html", context)
