"""How good attribution is, for the page that says so: the latest proof and the latest scores on gold sets.

Scores come from ``QualityReport`` rows (``record_gold``), or else from the file that ships with the program,
``docs/attribution/figures.json``: ``{"measured_on": "2026-11-21", "sets": [FIGURES, ...]}`` with the objects that
``manage.py evaluate_attribution --json`` prints: ``gold``, ``b3_precision``, ``b3_recall``, ``b3_f1``,
``pair_precision``, ``pair_recall``, ``pair_f1``, ``macro_b3_f1`` (all 0 to 1), and where known ``groups``, a list of
``{"group": name, "bylines": number, "b3_precision": ..., "b3_recall": ..., "b3_f1": ...}``, and ``baselines``, the
B-cubed F1 by the name of another method.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings

from works.models import QualityReport

MEASURES = {
    "b3_precision": "B³ precision",
    "b3_recall": "B³ recall",
    "b3_f1": "B³ F1",
    "pair_f1": "Pairwise F1",
    "macro_b3_f1": "Macro B³ F1",
}
DECIDERS = {
    "machine": "the machine",
    "owner": "owners of pages",
    "curator": "curators",
    "orcid": "ORCID",
    "coauthor": "verified co-authors",
}


@dataclass(frozen=True, slots=True)
class GoldScore:
    """The score on one gold set. ``values`` follow the order of ``MEASURES``; a measure not taken is None."""

    name: str
    measured_on: date | None
    bylines: int | None
    values: Sequence[float | None]
    groups: Sequence[tuple[str, int, Sequence[float | None]]]
    baselines: Mapping[str, float]


def latest_proof() -> QualityReport | None:
    """The last nightly proof."""
    return QualityReport.objects.filter(kind=QualityReport.Kind.PROOF).order_by("-at").first()


def deciders(proof: QualityReport) -> list[tuple[str, int]]:
    """How many attributions each kind of decider settled, as the proof counted them."""
    counted: dict[str, int] = proof.figures.get("attributions", {})
    return [(DECIDERS.get(decider, decider), number) for decider, number in sorted(counted.items())]


def record_gold(figures: Mapping[str, Any]) -> QualityReport:
    """Keep what an evaluation printed; the page shows the latest of each gold set."""
    return QualityReport.objects.create(
        kind=QualityReport.Kind.GOLD, subject=str(figures["gold"])[:100], figures=dict(figures)
    )


def gold_scores() -> list[GoldScore]:
    """The latest score on each gold set; empty when nothing was measured."""
    rows = QualityReport.objects.filter(kind=QualityReport.Kind.GOLD).order_by("subject", "-at").distinct("subject")
    recorded = [_score(row.figures, row.at.date()) for row in rows]
    return recorded or _shipped(Path(settings.BASE_DIR) / "docs" / "attribution" / "figures.json")


def _shipped(path: Path) -> list[GoldScore]:
    if not path.exists():
        return []
    content = json.loads(path.read_text())
    measured_on = date.fromisoformat(content["measured_on"])
    return [_score(figures, measured_on) for figures in content["sets"]]


def _score(figures: Mapping[str, Any], measured_on: date | None) -> GoldScore:
    return GoldScore(
        name=str(figures["gold"]).removesuffix(".gz").removesuffix(".jsonl"),
        measured_on=measured_on,
        bylines=figures.get("labelled", figures.get("bylines")),
        values=[figures.get(measure) for measure in MEASURES],
        groups=[
            (str(group["group"]), int(group["bylines"]), [group.get(m) for m in ("b3_precision", "b3_recall", "b3_f1")])
            for group in figures.get("groups", [])
        ],
        baselines=figures.get("baselines", {}),
    )
