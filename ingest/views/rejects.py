"""Records that were set aside: read, mend, try again."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ingest import retry
from ingest.access import staff_only
from ingest.forms import MendForm, ReasonForm
from ingest.models import ImportRun, RejectedRecord
from ingest.run_page import reasons_of
from ingest.tasks import finish_import, retry_rejects
from profiles.requests import SignedInRequest
from works.paging import Page, number_cursor
from works.templatetags.works_text import counted

REJECTS_ON_PAGE = 20
RAW_SHOWN = 1500
"""Characters of raw text shown in a list; a reject's own page has all of it."""


@staff_only
@require_safe
def rejects(request: SignedInRequest, run_id: int) -> HttpResponse:
    """The rejects of a run, all or those of one reason."""
    run = get_object_or_404(ImportRun.objects.select_related("source"), pk=run_id)
    reason = request.GET.get("reason", "").replace("\0", "")
    found = RejectedRecord.objects.filter(run=run).order_by("position")
    if reason:
        found = found.filter(reason=reason)
    after = number_cursor(request.GET.get("after", ""), 1)
    if after:
        found = found.filter(position__gt=after[0])
    shown = list(found[: REJECTS_ON_PAGE + 1])
    page: Page[RejectedRecord] = Page(shown[:REJECTS_ON_PAGE], is_continued=after is not None)
    query = request.GET.copy()
    query.pop("after", None)
    first_query = query.urlencode()
    if len(shown) > REJECTS_ON_PAGE:
        query["after"] = str(page.rows[-1].position)
    context = {
        "run": run,
        "reason": reason,
        "reasons": reasons_of(run),
        "page": page,
        "first_query": first_query,
        "next_query": query.urlencode() if "after" in query else "",
        "raw_shown": RAW_SHOWN,
    }
    return render(request, "ingest/rejects.html", context)


@staff_only
@require_POST
def retry_reason(request: SignedInRequest, run_id: int) -> HttpResponse:
    """Try all open rejects of a reason again, in a worker."""
    run = get_object_or_404(ImportRun, pk=run_id, is_dry_run=False)
    form = ReasonForm(request.POST)
    if form.is_valid():
        retry_rejects.delay_on_commit(run.pk, form.cleaned_data["reason"])
        messages.success(
            request, "The records are handed to a worker. Reload in a moment: what is refused again stays here."
        )
    return redirect(run)


@staff_only
@require_POST
def set_aside(request: SignedInRequest, run_id: int) -> HttpResponse:
    """Give up on all open rejects of a reason."""
    run = get_object_or_404(ImportRun, pk=run_id, is_dry_run=False)
    form = ReasonForm(request.POST)
    if form.is_valid():
        count = retry.set_aside(RejectedRecord.objects.filter(run=run, reason=form.cleaned_data["reason"]))
        messages.success(request, f"{counted(count, 'record is,records are')} set aside for good.")
    return redirect("import-rejects", run.pk)


@staff_only
@require_POST
def reopen(request: SignedInRequest, run_id: int) -> HttpResponse:
    """Take up again all rejects of a reason that were given up."""
    run = get_object_or_404(ImportRun, pk=run_id, is_dry_run=False)
    form = ReasonForm(request.POST)
    if form.is_valid():
        count = retry.reopen(run, RejectedRecord.objects.filter(reason=form.cleaned_data["reason"]))
        messages.success(request, f"{counted(count, 'record is,records are')} open again.")
    return redirect("import-rejects", run.pk)


@staff_only
@require_POST
def set_aside_one(request: SignedInRequest, reject_id: int) -> HttpResponse:
    """Give up on one reject."""
    found = _reject_or_404(reject_id)
    if retry.set_aside(RejectedRecord.objects.filter(pk=found.pk)):
        messages.success(request, "The record is set aside for good.")
    return redirect("import-reject", found.pk)


@staff_only
@require_POST
def reopen_one(request: SignedInRequest, reject_id: int) -> HttpResponse:
    """Take up one reject again."""
    found = _reject_or_404(reject_id)
    if retry.reopen(found.run, RejectedRecord.objects.filter(pk=found.pk)):
        messages.success(request, "The record is open again.")
    return redirect("import-reject", found.pk)


def _reject_or_404(reject_id: int) -> RejectedRecord:
    """A reject of a real run; those of a dry run are gone with it."""
    return get_object_or_404(RejectedRecord.objects.select_related("run"), pk=reject_id, run__is_dry_run=False)


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def reject(request: SignedInRequest, reject_id: int) -> HttpResponse:
    """One reject with its whole raw text; POST tries it again as corrected."""
    found = get_object_or_404(RejectedRecord.objects.select_related("run__source"), pk=reject_id)
    can_mend = found.state == RejectedRecord.State.OPEN and not found.run.is_dry_run
    form = MendForm(request.POST if request.method == "POST" else None, initial={"raw": found.raw})
    status = 200
    if request.method == "POST" and can_mend:
        status = 422
        if form.is_valid():
            retried = retry.retry_with(found, form.cleaned_data["raw"])
            if retried.fixed:
                finish_import.delay_on_commit(found.run_id)
                messages.success(request, f"Record {found.position} is taken in.")
                return redirect(found.run)
            form.add_error(
                "raw", f"Not taken in. {retried.why}" if retried.why else "Somebody else settled it meanwhile."
            )
        found.refresh_from_db()
    context = {
        "reject": found,
        "form": form,
        "can_mend": can_mend,
        "can_reopen": found.state == RejectedRecord.State.IGNORED and not found.run.is_dry_run,
    }
    return render(request, "ingest/reject.html", context, status=status)
