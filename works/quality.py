"""How good attribution is, for the page that says so: the latest proof and the latest scores on gold sets.

Scores come from ``QualityReport`` rows (``record_gold``), or else from the file that ships with the program,
``docs/attribution/figures.json``::

    {"measured_on": "2026-11-21", "sets": [
        {"gold": "aminer-50", "authorships": 3721, "b_cubed": {"precision": 0.9, "recall": 0.8},
         "pairwise": {"precision": 0.9, "recall": 0.7}, "macro_f1": 0.85, "by_name": {"gupta r": 0.9, ...},
         "bands": [{"least": 2, "names": 9, "authorships": 400, "b_cubed": {"precision": 0.9, "recall": 0.8}}, ...],
         "baselines": {"name matching": 0.475, ...}}]}

A set holds the figures of ``works.attribution.evaluation.Evaluation``; ``baselines`` are B-cubed F1 of other methods.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from django.conf import settings

from works.models import QualityReport

DECIDERS = {
    "machine": "the machine",
    "owner": "owners of pages",
    "curator": "curators",
    "orcid": "ORCID",
    "coauthor": "verified co-authors",
}
LOWEST_SHOWN = 10
"""Names with the lowest scores that the page lists."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Precision, recall and F1, each from 0 to 1."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """Harmonic mean; 0 when both are 0."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


@dataclass(frozen=True, slots=True)
class NameGroups:
    """How B-cubed F1 spreads over groups of one printed name: a tenth of the groups are below ``tenth``."""

    number: int
    tenth: float
    median: float
    lowest: Sequence[tuple[str, float]]


@dataclass(frozen=True, slots=True)
class NameBand:
    """The score of the names that about so many people bear, in words, of a number of names and positions."""

    people: str
    names: int
    authorships: int
    b_cubed: Measured


@dataclass(frozen=True, slots=True)
class GoldScore:
    """The score on one gold set, whose authors are known."""

    name: str
    measured_on: date
    authorships: int
    b_cubed: Measured
    pairwise: Measured
    macro_f1: float
    groups: NameGroups | None
    bands: Sequence[NameBand]
    baselines: Mapping[str, float]


def latest_proof() -> QualityReport | None:
    """The last nightly proof."""
    return QualityReport.objects.filter(kind=QualityReport.Kind.PROOF).order_by("-at").first()


def deciders(proof: QualityReport) -> list[tuple[str, int]]:
    """How many attributions each kind of decider settled, as the proof counted them."""
    counted: dict[str, int] = proof.figures.get("attributions", {})
    return [(DECIDERS.get(decider, decider), number) for decider, number in sorted(counted.items())]


def record_gold(figures: Mapping[str, Any]) -> QualityReport:
    """Keep the figures of one gold set, in the form above; the page shows the latest of each set."""
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


def _score(figures: Mapping[str, Any], measured_on: date) -> GoldScore:
    return GoldScore(
        name=figures["gold"],
        measured_on=measured_on,
        authorships=figures["authorships"],
        b_cubed=Measured(figures["b_cubed"]["precision"], figures["b_cubed"]["recall"]),
        pairwise=Measured(figures["pairwise"]["precision"], figures["pairwise"]["recall"]),
        macro_f1=figures["macro_f1"],
        groups=_groups(figures.get("by_name", {})),
        bands=_bands(figures.get("bands", [])),
        baselines=figures.get("baselines", {}),
    )


def _bands(bands: Sequence[Mapping[str, Any]]) -> list[NameBand]:
    return [
        NameBand(
            _PEOPLE.get(band["least"], f"{band['least']} and more"),
            band["names"],
            band["authorships"],
            Measured(band["b_cubed"]["precision"], band["b_cubed"]["recall"]),
        )
        for band in bands
    ]


#: The bands of ``works.attribution.evaluation.BANDS`` in words, by the least number of people.
_PEOPLE = {1: "one", 2: "2 to 4", 5: "5 to 9"}


def _groups(by_name: Mapping[str, float]) -> NameGroups | None:
    if len(by_name) < 2:
        return None
    lowest = sorted(by_name.items(), key=lambda entry: (entry[1], entry[0]))[:LOWEST_SHOWN]
    tenth = quantiles(by_name.values(), n=10, method="inclusive")[0]
    return NameGroups(len(by_name), tenth, median(by_name.values()), lowest)
