"""Anchors: the authorships that stand for the people behind two records in a decision about them.

Record ids can move when works do; what a decision means is "the person who wrote this is (not) the person who wrote
that". When a person takes an anchor off its record, another work of the record takes its place.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Case, IntegerField, Q, Value, When

from works.at_once import among
from works.models import Attribution, Decision


def anchor_of(author: int, without: Collection[int] = ()) -> Attribution | None:
    """The authorship that is surely the author's: one that people decided, else the most confident, oldest first."""
    machine = Q(decided_by=Attribution.DecidedBy.MACHINE)
    rows = Attribution.objects.filter(author=author).exclude(pk__in=among(without)).select_related("authorship")
    by_machine = Case(When(machine, then=Value(1)), default=Value(0), output_field=IntegerField())
    return rows.order_by(by_machine, "-confidence", "pk").first()


def keep_anchors(leaving: Collection[Attribution], *, after: int = 0) -> None:
    """Find other anchors for decisions whose anchor leaves its record; called before the move.

    ``after`` is the act that is taken back: what was decided before it was about the record to which the works return.
    """
    gone = {row.pk: row.author_id for row in leaving}
    pairs = Decision.objects.standing().filter(kind__in=[Decision.Kind.SAME, Decision.Kind.DIFFERENT], batch__gt=after)
    for decision in pairs.filter(Q(authorship__in=among(gone)) | Q(other_authorship__in=among(gone))):
        for column in ("authorship_id", "other_authorship_id"):
            anchor = getattr(decision, column)
            if anchor in gone:
                held = {decision.authorship_id, decision.other_authorship_id}
                substitute = anchor_of(gone[anchor], without=[pk for pk in {*gone, *held} if pk is not None])
                setattr(decision, column, substitute.pk if substitute else None)
        decision.save(update_fields=["authorship", "other_authorship"])
