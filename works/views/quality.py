"""The public page about the quality of attribution."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from works.quality import deciders, gold_scores, latest_proof


@require_safe
def quality(request: HttpRequest) -> HttpResponse:
    """The last proof that human decisions hold, who decided what, and the scores on gold sets."""
    proof = latest_proof()
    context = {
        "proof": proof,
        "deciders": deciders(proof) if proof else [],
        "scores": gold_scores(),
    }
    return render(request, "works/quality.html", context)
