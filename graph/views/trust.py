"""The trust receipt: why a score is what it is, as a page and as signed JSON."""

from __future__ import annotations

import base64

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from graph import focus, receipt
from graph.evidence import evidence_of, standing_evidence
from graph.models import TrustChange, TrustSnapshot
from graph.standing import DAMPING, MAXIMUM_AUTHORS, STEPS
from graph.trust import LEVELS
from works.models import Author

CHANGES_SHOWN = 50


@require_safe
def page(request: HttpRequest, author_id: int, slug: str) -> HttpResponse:
    """Every term of the score, what would raise it, and how it came to be."""
    try:
        author = focus.author(author_id)
    except focus.Moved as moved:
        return redirect("researcher-trust", moved.author.pk, moved.author.slug, permanent=True)
    if slug != author.slug:
        return redirect("researcher-trust", author.pk, author.slug, permanent=True)
    snapshot = TrustSnapshot.objects.filter(author=author).first()
    context = {
        "author": author,
        "snapshot": snapshot,
        "trust": snapshot.computed if snapshot else None,
        "evidence": evidence_of(snapshot) if snapshot else {},
        "standing": standing_evidence(author.pk) if snapshot else None,
        "changes": TrustChange.objects.filter(author=author).order_by("-at")[:CHANGES_SHOWN],
        "levels": LEVELS,
        "method": {"steps": STEPS, "damping": DAMPING, "authors": MAXIMUM_AUTHORS},
    }
    return render(request, "graph/trust.html", context)


@require_safe
def signed(request: HttpRequest, author_id: int, slug: str) -> HttpResponse:
    """The receipt as signed JSON."""
    try:
        author = focus.author(author_id)
    except focus.Moved as moved:
        return redirect("researcher-trust-json", moved.author.pk, moved.author.slug, permanent=True)
    snapshot = TrustSnapshot.objects.filter(author=author).first()
    if snapshot is None:
        raise Http404("The trust of this researcher has not been worked out yet.")
    document = receipt.sign(_payload(request, author, snapshot), receipt.signing_key(settings.SECRET_KEY))
    response = JsonResponse(document, json_dumps_params={"ensure_ascii": False, "indent": 2})
    response["Content-Disposition"] = f'inline; filename="trust-{author.pk}.json"'
    return response


@require_safe
def key(request: HttpRequest) -> HttpResponse:
    """The public key of this installation, which checks its receipts."""
    public = receipt.signing_key(settings.SECRET_KEY).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return JsonResponse({"algorithm": "Ed25519", "public_key": base64.b64encode(public).decode()})


def _payload(request: HttpRequest, author: Author, snapshot: TrustSnapshot) -> dict[str, object]:
    return receipt.payload(
        author_id=author.pk,
        name=author.display_name,
        url=request.build_absolute_uri(author.get_absolute_url()),
        trust=snapshot.computed,
        flow=snapshot.flow,
        computed_at=snapshot.computed_at,
        evidence=evidence_of(snapshot),
        standing=standing_evidence(author.pk),
    )
