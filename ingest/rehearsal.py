"""What a dry run found: what it would create, change and set aside, which name blocks it would touch, with samples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ingest.models import ImportRun
from works.load import Loaded
from works.models import Work

if TYPE_CHECKING:
    from ingest.batches import Refusal, WorkEntry

SAMPLES = 20
#: Name blocks named in the report: those with the most works.
NAMED_BLOCKS = 40


class Rehearsal:
    """The account of a dry run. Every batch is undone, so a work that stands in two batches counts as created twice."""

    def __init__(self) -> None:
        self._created: list[dict[str, Any]] = []
        self._changed: list[dict[str, Any]] = []
        self._reasons: Counter[str] = Counter()
        self._blocks: Counter[str] = Counter()
        self._batches: set[int] = set()

    def add(
        self, batch: int, loaded: Sequence[tuple[Sequence[WorkEntry], Loaded]], refusals: Sequence[Refusal]
    ) -> None:
        """Note one batch; noting it again changes nothing."""
        if batch in self._batches:
            return
        self._batches.add(batch)
        for refusal in refusals:
            self._reasons[refusal.reject.reason] += 1
        for entries, part in loaded:
            self._blocks.update(block for block in part.blocks if block)
            new = set(part.new_works)
            unnamed = set(new)
            for entry, work in zip(entries, part.work_ids, strict=True):
                if work in unnamed and len(self._created) < SAMPLES:
                    unnamed.remove(work)
                    names = [byline.name for byline in entry.record.bylines[:5]]
                    self._created.append({"key": entry.record.key, "title": entry.record.title, "authors": names})
            room = SAMPLES - len(self._changed)
            changed = [(work, fields) for work, fields in part.changes.items() if work not in new]
            self._changed += [{"work": work, "fields": fields} for work, fields in changed[:room]]

    def save(self, run: int) -> None:
        """Write the account into the run's row."""
        titles = Work.objects.in_bulk([sample["work"] for sample in self._changed])
        report = {
            "created": self._created,
            "changed": [
                sample | {"title": titles[sample["work"]].title} for sample in self._changed if sample["work"] in titles
            ],
            "reasons": self._reasons.most_common(),
            "block_count": len(self._blocks),
            "blocks": self._blocks.most_common(NAMED_BLOCKS),
        }
        ImportRun.objects.filter(pk=run).update(report=report)
