"""The canned answers of curators: a list, and a form for each."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from profiles.access import curators_only
from profiles.correction_forms import CannedAnswerForm
from profiles.models import CannedAnswer
from profiles.requests import SignedInRequest


@curators_only
@require_safe
def answers(request: SignedInRequest) -> HttpResponse:
    """All canned answers."""
    kept = CannedAnswer.objects.select_related("changed_by")
    return render(request, "profiles/corrections/answers.html", {"answers": kept})


@curators_only
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: SignedInRequest, answer_id: int | None = None) -> HttpResponse:
    """Write a new one, change one, or with POST ``do=delete`` take it off the list."""
    kept = get_object_or_404(CannedAnswer, pk=answer_id) if answer_id is not None else None
    if kept is not None and request.method == "POST" and request.POST.get("do") == "delete":
        kept.delete()
        messages.success(request, f"“{kept.title}” is no canned answer any more. Tickets keep what they were told.")
        return redirect("canned-answers")
    form = CannedAnswerForm(request.POST if request.method == "POST" else None, instance=kept)
    if form.is_valid():
        form.instance.changed_by = request.user
        form.save()
        messages.success(request, f"“{form.instance.title}” is kept.")
        return redirect("canned-answers")
    status = 409 if form.is_bound else 200
    return render(request, "profiles/corrections/answer.html", {"form": form, "answer": kept}, status=status)
