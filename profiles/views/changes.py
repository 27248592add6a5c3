"""The log of changes: of a record, of one act, and taking acts back."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from profiles.access import is_curator, of_researcher, sign_in_first
from profiles.aftermath import follow_correction
from profiles.heads import ResearcherHead
from profiles.history import (
    EVENTS_LISTED,
    chosen_names,
    events_of,
    history_of,
    may_undo,
    may_undo_event,
    redirects_of,
    taken_back,
)
from profiles.merging import undo_act
from profiles.models import User
from profiles.requests import PageRequest, SignedInRequest, viewer_of
from works.attribution.contradictions import DecisionError, who
from works.attribution.journal import By
from works.attribution.undoing import Undone, undo_event, undo_join
from works.models import Attribution, Author, AuthorEvent, EventBatch
from works.paging import number_cursor

UNDONE_BY = "Curators take changes back, and owners their own on a page that is still theirs."


@require_safe
@of_researcher
def history(request: PageRequest, head: ResearcherHead) -> HttpResponse:
    """Every change of the record, latest first. Accounts and notes are shown to curators only."""
    viewer = viewer_of(request)
    page = history_of(head.author, request.GET.get("cursor", ""))
    context = {
        "author": head.author,
        "page": page,
        "rows": [(entry, entry.may_undo(viewer)) for entry in page.rows],
        "first_query": "",
        "next_query": urlencode({"cursor": page.next_cursor}) if page.next_cursor else "",
        "is_curator": viewer is not None and is_curator(viewer),
    }
    return render(request, "profiles/corrections/history.html", context)


@require_safe
def change(request: PageRequest, batch_id: int) -> HttpResponse:
    """One act with its lines; who may take back the whole of it or single lines finds the buttons here.

    ``record`` shows the lines of one author record only.
    """
    viewer = viewer_of(request)
    asked = number_cursor(request.GET.get("record", ""), 1)
    record = Author.objects.filter(pk=asked[0]).first() if asked else None
    rows = EventBatch.objects.select_related("author", "other", "actor", "undone_by")
    batch = get_object_or_404(rows, pk=batch_id)
    events = list(events_of(batch, record.pk if record else None))
    context = {
        "batch": batch,
        "who": who(batch.role),
        "record": record,
        "name": chosen_names([batch.pk]).get(batch.pk),
        "took_back": taken_back([batch.pk]).get(batch.pk, []),
        "redirects": redirects_of(batch, viewer, record.pk if record else None),
        "rows": [(event, viewer is not None and may_undo_event(viewer, event)) for event in events],
        "is_cut": len(events) == EVENTS_LISTED,
        "may_undo": viewer is not None and may_undo(viewer, batch),
        "is_curator": viewer is not None and is_curator(viewer),
    }
    return render(request, "profiles/corrections/change.html", context)


@sign_in_first
@require_http_methods(["GET", "HEAD", "POST"])
def undo_change(request: SignedInRequest, batch_id: int) -> HttpResponse:
    """POST takes the whole act back; GET leads to its page, where a person arrives after log in."""
    batch = get_object_or_404(EventBatch.objects.select_related("author"), pk=batch_id)
    if request.method == "POST":
        if batch.undone_by_id is None and not may_undo(request.user, batch):
            raise PermissionDenied(UNDONE_BY)
        _take_back(request, batch, lambda by: undo_act(batch, by))
        if batch.author is not None and request.POST.get("back") == "page":
            return redirect(batch.author)
    return redirect("change", batch.pk)


@sign_in_first
@require_http_methods(["GET", "HEAD", "POST"])
def undo_one(request: SignedInRequest, event_id: int) -> HttpResponse:
    """POST takes one line back, a work or a page that the machine led elsewhere, and leaves the rest of its act."""
    event = AuthorEvent.objects.select_related("batch").filter(pk=event_id).first()
    if event is None:
        raise Http404("No such change.")
    if request.method == "POST":
        if event.undone_by_id is None and not may_undo_event(request.user, event):
            raise PermissionDenied(UNDONE_BY)
        step = undo_event if event.authorship_id is not None else undo_join
        _take_back(request, event.batch, lambda by: step(event, by))
    return redirect("change", event.batch_id)


def _take_back(request: SignedInRequest, batch: EventBatch, step: Callable[[By], Undone]) -> None:
    try:
        undone = step(By(_role(request.user, batch), request.user.pk))
    except DecisionError as problem:
        messages.warning(request, str(problem))
        return
    follow_correction()
    count = undone.restored
    works = f" {count} work{'s are' if count != 1 else ' is'} back where {'they were' if count != 1 else 'it was'}."
    messages.success(request, f"Undone.{works if count else ''}")
    for kept in undone.kept[:5]:
        messages.info(request, f"Left as it is: {kept}")


def _role(user: User, batch: EventBatch) -> str:
    """An owner undoes as the owner; a curator, and what the machine did, as a curator."""
    is_own = batch.actor_id == user.pk and batch.role == Attribution.DecidedBy.OWNER
    return Attribution.DecidedBy.OWNER if is_own else Attribution.DecidedBy.CURATOR
