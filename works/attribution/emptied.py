"""Pages that a person's act leaves without a work: their address leads to where the works went."""

from __future__ import annotations

from works.attribution.contradictions import against_joining
from works.attribution.journal import Act
from works.attribution.records import heirs
from works.models import Author


def redirect_emptied(act: Act) -> None:
    """Records that lost their last work in this act redirect to the one that got most of it; undoing brings them back.

    Not a record that people hold apart from where its works went.
    """
    redirects = heirs(act.departures())
    for author, record in sorted(Author.objects.in_bulk(redirects).items()):
        if not against_joining(author, redirects[author]):
            act.change_record(record, status=Author.Status.MERGED, merged_into_id=redirects[author])
