"""Correcting a researcher page: the choice of what is wrong, and one form for each kind of correction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from profiles.access import of_researcher, sign_in_first
from profiles.aftermath import follow_correction
from profiles.choices import missing_positions, other_records, positions_here
from profiles.correction_forms import NameForm, StatementForm
from profiles.corrections import CorrectionError, Wish, carry_out, hindrance, open_ticket, role_towards
from profiles.heads import ResearcherHead
from profiles.models import Ticket
from profiles.previews import work_groups
from profiles.requests import PageRequest, SignedInRequest, viewer_of
from profiles.throttle import ThrottledError
from works.attribution.contradictions import DecisionError
from works.models import Author, Authorship, Decision, EventBatch
from works.paging import number_cursor
from works.query_terms import clean_query

Kind = Ticket.Kind
KINDS = {
    "not-mine": Kind.NOT_MINE,
    "also-mine": Kind.ALSO_MINE,
    "two-people": Kind.TWO_PEOPLE,
    "same-person": Kind.SAME_PERSON,
    "name": Kind.NAME_FORM,
}
"""By the word in the address."""


@require_safe
@of_researcher
def menu(request: PageRequest, head: ResearcherHead) -> HttpResponse:
    """What can be wrong, each with its form; ``work`` names the work that a person came from."""
    asked = number_cursor(request.GET.get("work", ""), 1)
    position = Authorship.objects.filter(work=asked[0], attribution__author=head.author).first() if asked else None
    viewer = viewer_of(request)
    context = {
        "author": head.author,
        "head": head,
        "position": position,
        "role": role_towards(viewer, head.author) if viewer else None,
    }
    return render(request, "profiles/corrections/menu.html", context)


@sign_in_first
@require_http_methods(["GET", "HEAD", "POST"])
@of_researcher
def correct(request: SignedInRequest, head: ResearcherHead, what: str) -> HttpResponse:
    """GET shows the form; POST acts at once for who may, and opens a ticket for others. Nothing typed is ever lost."""
    kind, author = _kind(what), head.author
    data = request.POST if request.method == "POST" else None
    form = NameForm(author, data) if kind == Kind.NAME_FORM else StatementForm(data)
    status, conflicts = 200, list[Decision]()
    if data is not None and form.is_valid():
        try:
            wish = _wish(kind, author, data, form.cleaned_data.get("name", ""))
            return _carry_out_or_ask(request, wish, form.cleaned_data["statement"])
        except ThrottledError as problem:
            form.add_error(None, str(problem))
            status = 429
        except (CorrectionError, DecisionError) as problem:
            form.add_error(None, str(problem))
            status = 409
            conflicts = problem.named if isinstance(problem, DecisionError) else []
    context = {
        "author": author,
        "kind": kind,
        "what": what,
        "form": form,
        "conflicts": conflicts,
        "role": role_towards(request.user, author),
        "is_owned": head.is_owned,
        **_choices(kind, author, data or request.GET),
    }
    return render(request, "profiles/corrections/correct.html", context, status=status)


def _kind(what: str) -> str:
    kind = KINDS.get(what)
    if kind is None:
        raise Http404("No such correction.")
    return kind


def _wish(kind: str, author: Author, data: QueryDict, name: str) -> Wish:
    ids = _numbers(data.getlist("position"))
    match kind:
        case Kind.NOT_MINE | Kind.TWO_PEOPLE:
            return Wish(kind, author, positions_here(author, ids))
        case Kind.ALSO_MINE:
            return Wish(kind, author, list(Authorship.objects.filter(pk__in=ids[:1], is_group=False)))
        case Kind.SAME_PERSON:
            chosen = _numbers(data.getlist("other"))
            return Wish(kind, author, other=Author.objects.public().filter(pk__in=chosen[:1]).first())
        case _:
            return Wish(kind, author, name=name)


def _carry_out_or_ask(request: SignedInRequest, wish: Wish, statement: str) -> HttpResponse:
    role = role_towards(request.user, wish.author)
    why_not = hindrance(wish, role)
    if role is not None and not why_not:
        batch = carry_out(wish, request.user, role, statement)
        follow_correction()
        messages.success(request, _done(wish, batch))
        return redirect(batch.author or wish.author)
    ticket, is_new = open_ticket(wish, request.user, statement)
    if not is_new:
        messages.info(request, "You have asked for this before; here is your ticket.")
    elif role is not None:
        messages.info(request, f"{why_not} So this is a ticket now, for others to settle.")
    else:
        messages.success(request, "Your ticket is open. Only you and those who settle it see it.")
    return redirect("ticket", ticket.pk)


def _done(wish: Wish, batch: EventBatch) -> str:
    name = wish.author.display_name
    match wish.kind:
        case Kind.NOT_MINE:
            count = len(wish.authorships)
            what = f"“{wish.authorships[0].work}” is" if count == 1 else f"{count} works are"
            return f"{what} off the page of {name}."
        case Kind.ALSO_MINE:
            return f"“{wish.authorships[0].work}” is on the page of {name}."
        case Kind.TWO_PEOPLE:
            return f"{len(wish.authorships)} works of the other person have a record of their own."
        case Kind.SAME_PERSON:
            return f"Both records are one: the old page of {batch.other} leads here."
        case _:
            return f"The page shows the name {wish.name}."


def _choices(kind: str, author: Author, data: QueryDict) -> dict[str, Any]:
    """What the form offers: works here in groups, works elsewhere, other records."""
    query = clean_query(data.get("q", ""))
    match kind:
        case Kind.NOT_MINE | Kind.TWO_PEOPLE:
            return {"groups": work_groups(author), "chosen": set(_numbers(data.getlist("position")))}
        case Kind.ALSO_MINE:
            return {"query": query, "found": missing_positions(author, query) if query else []}
        case Kind.SAME_PERSON:
            return {"query": query, "records": other_records(author, query)}
        case _:
            return {}


def _numbers(texts: Sequence[str]) -> list[int]:
    return [found[0] for text in texts if (found := number_cursor(text, 1))]
