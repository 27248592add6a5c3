"""One run: its progress, what it changed, and stopping, resuming, repeating it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from ingest import runs, turns
from ingest.access import staff_only
from ingest.models import ImportRun, WorkChange
from ingest.run_page import new_works_of, progress_of
from ingest.sources.base import SourceError
from ingest.tasks import enqueue
from profiles.requests import SignedInRequest
from works.models import Work
from works.paging import Page, encode_cursor, number_cursor

CHANGES_ON_PAGE = 25


@staff_only
@require_safe
def run_page(request: SignedInRequest, run_id: int) -> HttpResponse:
    """The page of a run; htmx asks for its moving part every few seconds while it is active."""
    run = get_object_or_404(ImportRun.objects.select_related("source", "started_by"), pk=run_id)
    template = "ingest/_run.html" if request.htmx else "ingest/run.html"
    context = {"run": run, "progress": progress_of(run), "waits": turns.reasons_to_wait([run]).get(run.pk, "")}
    response = render(request, template, context)
    response["Vary"] = "HX-Request"
    return response


@staff_only
@require_POST
def stop(request: SignedInRequest, run_id: int) -> HttpResponse:
    """Ask a run to stop after the batches in hand."""
    run = get_object_or_404(ImportRun, pk=run_id)
    if not runs.stop_run(run.pk):
        messages.info(request, "The run had ended already.")
    return redirect(run)


@staff_only
@require_POST
def resume(request: SignedInRequest, run_id: int) -> HttpResponse:
    """Let a stopped or failed run go on."""
    run = get_object_or_404(ImportRun, pk=run_id)
    if runs.resume_run(run.pk):
        run.refresh_from_db()
        enqueue(run)
    else:
        messages.info(request, "Only a run that was stopped or failed can go on.")
    return redirect(run)


@staff_only
@require_POST
def carry_out(request: SignedInRequest, run_id: int) -> HttpResponse:
    """Do for good what a dry run tried, with the same input and options."""
    rehearsed = get_object_or_404(ImportRun.objects.select_related("source"), pk=run_id, is_dry_run=True)
    try:
        run = runs.repeat_run(rehearsed, request.user)
    except SourceError as error:
        messages.error(request, str(error))
        return redirect(rehearsed)
    enqueue(run)
    return redirect(run)


@staff_only
@require_safe
def changes(request: SignedInRequest, run_id: int) -> HttpResponse:
    """The works that a run changed, fact by fact, then those that it created; each list goes on in pages of its own."""
    run = get_object_or_404(ImportRun.objects.select_related("source"), pk=run_id)
    changed_after = number_cursor(request.GET.get("after", ""), 1)
    made_after = number_cursor(request.GET.get("new", ""), 2)
    changed: Page[WorkChange] = Page([]) if made_after else _changed(run, changed_after)
    created: Page[Work] = Page([]) if changed_after else _created(run, made_after)
    context = {
        "run": run,
        "changed": changed,
        "created": created,
        "more_changed": f"after={changed.next_cursor}" if changed.next_cursor else "",
        "more_created": f"new={created.next_cursor}" if created.next_cursor else "",
        "goes_on": changed.is_continued or created.is_continued,
    }
    return render(request, "ingest/changes.html", context)


def _changed(run: ImportRun, after: tuple[int, ...] | None) -> Page[WorkChange]:
    found = WorkChange.objects.filter(run=run).select_related("work").order_by("id")
    if after:
        found = found.filter(pk__gt=after[0])
    shown = list(found[: CHANGES_ON_PAGE + 1])
    rows = shown[:CHANGES_ON_PAGE]
    return Page(rows, str(rows[-1].pk) if len(shown) > CHANGES_ON_PAGE else "", is_continued=after is not None)


def _created(run: ImportRun, after: tuple[int, ...] | None) -> Page[Work]:
    found = new_works_of(run, (after[0], after[1]) if after else None, CHANGES_ON_PAGE + 1)
    rows = found[:CHANGES_ON_PAGE]
    # A work may have been merged into another one since.
    works = Work.objects.in_bulk([row.work for row in rows])
    following = encode_cursor(rows[-1].batch, rows[-1].place) if len(found) > CHANGES_ON_PAGE else ""
    return Page([works[row.work] for row in rows if row.work in works], following, is_continued=after is not None)
