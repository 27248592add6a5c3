"""Tickets: the public figures, a person's own tickets, and the page of one ticket where it is settled."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from profiles import tickets
from profiles.access import is_curator, sign_in_first
from profiles.aftermath import follow_correction
from profiles.correction_forms import AnswerForm
from profiles.corrections import CorrectionError
from profiles.models import CannedAnswer, Ticket, User
from profiles.requests import PageRequest, SignedInRequest, viewer_of
from works.attribution.contradictions import DecisionError
from works.models import Attribution, Decision

TICKETS_LISTED = 100


@require_safe
def overview(request: PageRequest) -> HttpResponse:
    """Figures of all tickets for everybody: how many wait, how long decisions take. Nothing about any one of them."""
    viewer = viewer_of(request)
    context = {
        "figures": tickets.figures(),
        "kinds": [(label, tickets.figures(kind)) for kind, label in Ticket.Kind.choices],
        "window": tickets.FIGURES_WINDOW.days,
        "is_curator": viewer is not None and is_curator(viewer),
    }
    return render(request, "profiles/corrections/overview.html", context)


@sign_in_first
@require_safe
def mine(request: SignedInRequest) -> HttpResponse:
    """The person's own tickets, those about the own page, and those on which the person is asked."""
    user = request.user
    rows = Ticket.objects.select_related("author", "other").order_by("-opened_at")
    context = {
        "reported": rows.filter(reporter=user)[:TICKETS_LISTED],
        "about_own_page": tickets.about_page_of(user)
        .select_related("author", "other")
        .order_by("-opened_at")[:TICKETS_LISTED],
        "asked": tickets.asked_of(user).select_related("author", "other").order_by("opened_at")[:TICKETS_LISTED],
    }
    return render(request, "profiles/corrections/mine.html", context)


@sign_in_first
@require_http_methods(["GET", "HEAD", "POST"])
def ticket(request: SignedInRequest, ticket_id: int) -> HttpResponse:
    """One ticket, for those whom it concerns; to all others it does not exist. POST ``do`` takes a step."""
    found = Ticket.objects.select_related("author", "other", "batch", "reporter").filter(pk=ticket_id).first()
    standing = tickets.standing_of(request.user, found) if found else None
    if found is None or standing is None or not standing.may_see:
        raise Http404("No such ticket.")
    form = AnswerForm(request.POST if request.method == "POST" else None)
    status, conflicts = 200, list[Decision]()
    if request.method == "POST" and form.is_valid():
        try:
            messages.success(request, _step(found, request.user, request.POST.get("do", ""), form.text))
            return redirect("ticket", found.pk)
        except (CorrectionError, DecisionError) as problem:
            form.add_error(None, str(problem))
            status = 409
            conflicts = problem.named if isinstance(problem, DecisionError) else []
            found.refresh_from_db()
    said = found.votes.filter(is_owner=False)
    held = Attribution.objects.filter(authorship__tickets=found).select_related("authorship", "work", "author")
    context = {
        "ticket": found,
        "standing": standing,
        "place": tickets.place_of(found),
        "positions": held.defer("work__search").order_by("pk")[:TICKETS_LISTED],
        "agree": said.filter(agrees=True).count(),
        "disagree": said.filter(agrees=False).count(),
        "needed": tickets.VOTES_NEEDED,
        "objections": found.votes.filter(is_owner=True, agrees=False).select_related("user"),
        "notes": said.exclude(note="") if standing.is_curator else [],
        "canned": CannedAnswer.objects.all() if standing.is_curator else [],
        "form": form,
        "conflicts": conflicts,
    }
    return render(request, "profiles/corrections/ticket.html", context, status=status)


def _step(found: Ticket, user: User, do: str, text: str) -> str:
    """Take the step and say what it did."""
    match do:
        case "agree" | "disagree":
            settled = tickets.vote(found, user, agrees=do == "agree", note=text)
        case "owner-agree" | "owner-object":
            settled = tickets.answer_as_owner(found, user, agrees=do == "owner-agree", note=text)
        case "accept" | "refuse":
            settled = tickets.decide(found, user, accept=do == "accept", answer=text)
        case "withdraw":
            settled = tickets.withdraw(found, user)
        case _:
            raise CorrectionError("Choose one of the buttons.")
    if settled.state == Ticket.State.ACCEPTED:
        follow_correction()
        return "Accepted, and done on the page."
    if settled.state == Ticket.State.REFUSED:
        return "Refused. The reporter sees your answer."
    if settled.state == Ticket.State.WITHDRAWN:
        return "The ticket is withdrawn."
    return "Your word is noted; the ticket waits for another one."
