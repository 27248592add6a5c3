"""Two imports that bring one work at the same moment, alike only in title and authors.

A batch matches its records against what is committed, so two batches that run beside each other do not see each other's
works. Works with a common identifier meet in its unique constraint. The others are looked at here: batches are
committed one after the other, and before its turn ends a batch looks at what was committed since it matched.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection
from django.db.models import Max

from ingest.models import ImportBatch, ImportRun
from works.load import WorkTakenError
from works.matching import share_title
from works.records import WorkRecord

#: First and second key of the advisory lock under which batches are committed.
LOCK = (7_404, 0)


def newest_batch() -> int:
    """The id of the last batch that was committed, whatever its run. Ids follow the order of commits."""
    return ImportBatch.objects.aggregate(newest=Max("pk"))["newest"] or 0


def require_unmet(run: ImportRun, before: int, records: Sequence[WorkRecord]) -> None:
    """Wait for this batch's turn to be committed, which lasts to the end of the transaction.

    ``before`` is what ``newest_batch`` gave before the batch was matched, ``records`` those that became new works. When
    a batch committed since then made a work of the same title, ``WorkTakenError`` is raised: run again, the batch
    finds that work and decides by the authors.
    """
    # Otherwise they would come with the commit, and the others wait for them.
    connection.check_constraints()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", LOCK)
    since = ImportBatch.objects.filter(pk__gt=before).exclude(new_works=[]).values_list("run__source", "new_works")
    for source, works in since:
        # Records of one source that carry its ids are works of their own.
        rivals = records if source != run.source_id else [record for record in records if not record.identifiers]
        if share_title(rivals, works):
            raise WorkTakenError("a concurrent import took in a work of the same title")
