"""Pages that a person's act leaves without a work: their address leads to where the works went."""

from __future__ import annotations

from works.attribution.contradictions import against_joining
from works.attribution.journal import Act
from works.attribution.persist import CLAIMED
from works.models import Attribution, Author


def redirect_emptied(act: Act) -> None:
    """Records that lost their last work in this act redirect to the one that got most of it; undoing brings them back.

    A claimed record stays, and so does one that people hold apart from where its works went.
    """
    went = act.departures()
    emptied = set(went).difference(Attribution.objects.filter(author__in=went).values_list("author_id", flat=True))
    records = Author.objects.filter(pk__in=emptied, status=Author.Status.ACTIVE, level__lt=CLAIMED)
    for record in records.order_by("pk"):
        target = min(went[record.pk], key=lambda to: (-went[record.pk][to], to))
        if not against_joining(record.pk, target):
            act.change_record(record, status=Author.Status.MERGED, merged_into_id=target)
