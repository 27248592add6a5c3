"""Why a work is on a page, in the words of ``works.attribution.reasons``."""

from __future__ import annotations

from works.attribution.catalogue import read_works
from works.attribution.reasons import sentences
from works.models import Attribution


def told(attribution: Attribution) -> list[str]:
    """The stored evidence of one attribution as sentences, strongest first; ``authorship`` should be loaded with it.

    Two queries: the evidence is kept as hashes, which only the facts of the work turn back into words.
    """
    read = read_works("w.id = ANY (%s)", "a.work_id = ANY (%s)", [attribution.work_id])
    for _work_id, facts, _affiliations, _modified_at in read:
        return sentences(attribution.reasons, facts, attribution.authorship.affiliations)
    return []
