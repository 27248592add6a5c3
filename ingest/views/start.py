"""The dashboard, and starting a run from it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from ingest import runs, turns
from ingest.access import may_schedule, staff_only
from ingest.forms import StartForm
from ingest.models import ImportRun, Source
from ingest.run_page import latest_runs
from ingest.sources import get_source, source_slugs
from ingest.sources.base import SourceError
from ingest.tasks import enqueue
from profiles.requests import SignedInRequest
from works.paging import Page, number_cursor

RUNS_ON_PAGE = 20


@staff_only
@require_safe
def dashboard(request: SignedInRequest) -> HttpResponse:
    """Sources with their schedules, and the runs."""
    cursor = number_cursor(request.GET.get("after", ""), 1)
    found = latest_runs()
    if cursor:
        found = found.filter(pk__lt=cursor[0])
    shown = list(found[: RUNS_ON_PAGE + 1])
    page: Page[ImportRun] = Page(shown[:RUNS_ON_PAGE], is_continued=cursor is not None)
    waits = turns.reasons_to_wait(page.rows)
    context = {
        "sources": _sources(),
        "may_schedule": may_schedule(request.user),
        "page": page,
        "runs": [(run, waits.get(run.pk, "")) for run in page.rows],
        "next_query": f"after={page.rows[-1].pk}" if len(shown) > RUNS_ON_PAGE else "",
        "under_way": sum(run.is_active for run in page.rows),
    }
    template = "ingest/_imports.html" if request.htmx else "ingest/dashboard.html"
    response = render(request, template, context)
    response["Vary"] = "HX-Request"
    return response


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: SignedInRequest, slug: str) -> HttpResponse:
    """The options of a source; POST checks that it can be read, records the run and hands it to the workers."""
    if slug not in source_slugs():
        raise Http404(f"There is no source {slug}")
    is_post = request.method == "POST"
    form = StartForm(slug, request.POST, request.FILES) if is_post else StartForm(slug)
    if is_post and form.is_valid():
        try:
            with form.options() as options:
                run = runs.start_run(
                    slug,
                    options,
                    shards=settings.IMPORT_SHARDS,
                    is_dry_run=form.cleaned_data["is_dry_run"],
                    started_by=request.user,
                    batch_size=settings.IMPORT_BATCH_SIZE,
                    input_name=form.input_name,
                )
        except SourceError as error:
            form.add_error(None, str(error))
        else:
            enqueue(run)
            messages.success(request, f"Run {run.pk} was handed to the workers.")
            return redirect(run)
    context = {"form": form, "source": get_source(slug), "max_megabytes": settings.IMPORT_UPLOAD_MAX_BYTES // 1024**2}
    return render(request, "ingest/start.html", context, status=400 if form.errors else 200)


def _sources() -> list[dict[str, Any]]:
    """Every source module with its row, once it has one, its last run, and whether its schedule waits for a run."""
    rows = {row.slug: row for row in Source.objects.all()}
    last = {
        run.source_id: run
        for run in ImportRun.objects.filter(source__in=rows.values()).order_by("source_id", "-id").distinct("source_id")
    }
    busy = set(
        ImportRun.objects.filter(state__in=ImportRun.ACTIVE, is_dry_run=False).values_list("source_id", flat=True)
    )
    now = timezone.now()
    found: list[dict[str, Any]] = []
    for slug in source_slugs():
        row = rows.get(slug)
        is_due = row is not None and (row.next_run_at is None or row.next_run_at <= now)
        found.append(
            {
                "module": get_source(slug),
                "row": row,
                "last": last.get(row.pk) if row else None,
                "is_due": is_due,
                "is_busy": row is not None and row.pk in busy,
            }
        )
    return found
