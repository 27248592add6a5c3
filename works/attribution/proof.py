"""The proof that human decisions hold: every standing decision is compared with the attributions as they are."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from django.db import connection
from django.db.models import Count

from works.attribution.constraints import reattach
from works.attribution.contradictions import describe
from works.attribution.records import present_records
from works.models import Attribution, Author, Decision, QualityReport

KEPT_REPORTS = 400
"""Proofs kept, a year of nights and more."""
LISTED = 100
"""Violations stored with a report; their number is always complete."""


@dataclass(frozen=True, slots=True)
class Violation:
    """A standing decision that the attributions do not follow."""

    decision: int
    what: str


def prove() -> QualityReport:
    """Look for the lost, compare everything, count who decided what, and keep the result."""
    reattached = reattach()
    found = violations()
    standing = Decision.objects.standing()
    report = QualityReport.objects.create(
        kind=QualityReport.Kind.PROOF,
        figures={
            "decisions": _by_kind(),
            "unanchored": standing.filter(authorship=None).count(),
            "reattached": reattached,
            "violations": len(found),
            "listed": [asdict(violation) for violation in found[:LISTED]],
            "attributions": _by_decider(),
        },
    )
    old = QualityReport.objects.filter(kind=QualityReport.Kind.PROOF).order_by("-pk").values_list("pk", flat=True)
    QualityReport.objects.filter(pk__in=list(old[KEPT_REPORTS:])).delete()
    return report


def violations() -> list[Violation]:
    """Every standing decision that does not hold now; empty when attribution keeps its promise."""
    decisions = list(
        Decision.objects.standing()
        .select_related("author", "other", "work", "authorship__attribution", "other_authorship__attribution")
        .order_by("pk")
    )
    named = {pk for decision in decisions for pk in (decision.author_id, decision.other_id) if pk is not None}
    now = present_records(named)
    found = [
        Violation(decision.pk, f"{describe(decision)}: {broken}")
        for decision in decisions
        if (broken := _broken(decision, now))
    ]
    return found + _on_gone_records()


def _broken(decision: Decision, now: dict[int, int]) -> str:
    """What is wrong, in words; empty when the decision holds."""
    author = now[decision.author_id]
    held, other_held = _author_of(decision, "authorship"), _author_of(decision, "other_authorship")
    if decision.kind == Decision.Kind.MINE:
        return f"it is on record {held}" if decision.authorship_id and held != author else ""
    if decision.kind == Decision.Kind.NOT_MINE:
        return "it is on that record" if held == author else ""
    other = now[decision.other_id or 0]
    if decision.kind == Decision.Kind.SAME:
        if author != other:
            return "they are two records"
        return (
            f"their works are on records {held} and {other_held}" if held and other_held and held != other_held else ""
        )
    if author == other:
        return "they are one record"
    return f"works of both are on record {held}" if held and held == other_held else ""


def _author_of(decision: Decision, column: str) -> int | None:
    authorship = getattr(decision, column)
    held: Attribution | None = getattr(authorship, "attribution", None)
    return held.author_id if held else None


def _on_gone_records() -> list[Violation]:
    """Attributions that people decided must be on a page that exists."""
    rows = Attribution.objects.exclude(decided_by=Attribution.DecidedBy.MACHINE).exclude(
        author__status__in=[Author.Status.ACTIVE, Author.Status.HIDDEN]
    )
    return [
        Violation(0, f"Authorship {pk} was decided by a person and is on record {author}, which is no page any more")
        for pk, author in rows.order_by("pk").values_list("pk", "author_id")[:LISTED]
    ]


def _by_kind() -> dict[str, int]:
    rows = Decision.objects.standing().values_list("kind").annotate(n=Count("pk"))
    return dict(rows.order_by("kind"))


def _by_decider() -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT decided_by, count(*) FROM works_attribution GROUP BY decided_by ORDER BY decided_by")
        return dict(cursor.fetchall())
