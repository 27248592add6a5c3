"""One run: its progress, what it changed, and stopping, resuming, repeating it."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from ingest import runs
from ingest.access import staff_only
from ingest.models import ImportBatch, ImportRun, WorkChange
from ingest.run_page import progress_of
from ingest.sources.base import SourceError
from ingest.tasks import enqueue
from profiles.requests import SignedInRequest
from works.models import Work
from works.paging import Page, number_cursor

CHANGES_ON_PAGE = 25


@staff_only
@require_safe
def run_page(request: SignedInRequest, run_id: int) -> HttpResponse:
    """The page of a run; htmx asks for its moving part every few seconds while it is active."""
    run = get_object_or_404(ImportRun.objects.select_related("source", "started_by"), pk=run_id)
    template = "ingest/_run.html" if request.htmx else "ingest/run.html"
    response = render(request, template, {"run": run, "progress": progress_of(run)})
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
    """The works that a run changed, fact by fact, then those that it created."""
    run = get_object_or_404(ImportRun.objects.select_related("source"), pk=run_id)
    after = number_cursor(request.GET.get("after", ""), 1)
    found = WorkChange.objects.filter(run=run).select_related("work").order_by("id")
    if after:
        found = found.filter(pk__gt=after[0])
    shown = list(found[: CHANGES_ON_PAGE + 1])
    page: Page[WorkChange] = Page(shown[:CHANGES_ON_PAGE], is_continued=after is not None)
    context = {
        "run": run,
        "page": page,
        "next_query": f"after={page.rows[-1].pk}" if len(shown) > CHANGES_ON_PAGE else "",
        "created": [] if after else _first_created(run),
    }
    return render(request, "ingest/changes.html", context)


def _first_created(run: ImportRun) -> QuerySet[Work]:
    batches = ImportBatch.objects.filter(run=run, created__gt=0).order_by("number").values_list("new_works", flat=True)
    first = batches.first()
    return Work.objects.filter(pk__in=(first or [])[:CHANGES_ON_PAGE]).order_by("pk")
