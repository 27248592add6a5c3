"""How two researchers are connected."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from graph.connections import LONGEST_NAME, candidates, connect, spelled
from works.models import Author


@require_safe
def path(request: HttpRequest) -> HttpResponse:
    """The shortest chains of co-authors between ``from`` and ``to``; each an id, ``researcher:<id>`` or a printed name.

    For a signed-in owner of a record an empty ``from`` means that record: the chain is the way to an introduction.
    """
    own = _own_record(request)
    asked = {end: request.GET.get(end, "").strip()[:LONGEST_NAME] for end in ("from", "to")}
    starts = candidates(asked["from"]) if asked["from"] else ([own] if own else [])
    ends = candidates(asked["to"])
    is_clear = len(starts) == 1 and len(ends) == 1
    context = {
        "asked": asked,
        "fields": {
            "from": spelled(starts[0]) if asked["from"] and len(starts) == 1 else asked["from"],
            "to": spelled(ends[0]) if len(ends) == 1 else asked["to"],
        },
        "own": own,
        "starts": starts,
        "ends": ends,
        "answer": connect(starts[0], ends[0]) if is_clear else None,
        "is_own": is_clear and own == starts[0],
    }
    return render(request, "graph/path.html", context)


def _own_record(request: HttpRequest) -> Author | None:
    """The author record that the signed-in person has claimed."""
    if not request.user.is_authenticated:
        return None
    return Author.objects.public().filter(claims__user=request.user, claims__state="accepted").first()
