"""The public figures of attribution: what was recorded or shipped, and an honest page when nothing was."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from works.models import QualityReport
from works.quality import Measured, gold_scores, record_gold

pytestmark = pytest.mark.django_db


def figures(gold: str, precision: float = 0.9) -> dict[str, Any]:
    return {
        "gold": gold,
        "authorships": 3721,
        "b_cubed": {"precision": precision, "recall": 0.6},
        "pairwise": {"precision": 0.8, "recall": 0.8},
        "macro_f1": 0.7,
        "by_name": {f"name {n}": n / 20 for n in range(1, 21)},
        "bands": [{"least": 2, "names": 20, "authorships": 3721, "b_cubed": {"precision": 0.9, "recall": 0.6}}],
        "baselines": {"name matching": 0.475},
    }


@pytest.fixture
def shipped(settings: Settings, tmp_path: Path) -> Path:
    """Where the file of figures would be; nothing is there at first."""
    settings.BASE_DIR = tmp_path
    path = tmp_path / "docs" / "attribution" / "figures.json"
    path.parent.mkdir(parents=True)
    return path


def test_nothing_measured_is_said(client: Client, shipped: Path) -> None:
    page = client.get(reverse("quality")).text
    assert "Not measured yet" in page
    assert "Not proved yet" in page


def test_shipped_figures_are_shown_until_some_are_recorded(client: Client, shipped: Path) -> None:
    shipped.write_text(json.dumps({"measured_on": "2026-11-21", "sets": [figures("aminer-50")]}))
    page = client.get(reverse("quality")).text
    assert "aminer-50" in page
    assert "0.720" in page, "B-cubed F1 of 0.9 and 0.6"
    assert "name matching 0.475" in page
    assert "21 November 2026" in page
    record_gold(figures("acl-a"))
    assert [score.name for score in gold_scores()] == ["acl-a"]


def test_the_latest_of_each_set_counts(shipped: Path) -> None:
    record_gold(figures("acl-a", 0.5))
    record_gold(figures("acl-a", 0.95))
    record_gold(figures("aminer-50"))
    assert [(score.name, score.b_cubed.precision) for score in gold_scores()] == [("acl-a", 0.95), ("aminer-50", 0.9)]
    assert QualityReport.objects.count() == 3


def test_groups_of_names(shipped: Path) -> None:
    record_gold(figures("acl-a"))
    groups = gold_scores()[0].groups
    assert groups is not None
    assert groups.number == 20
    assert groups.median == pytest.approx(0.525)
    assert groups.tenth == pytest.approx(0.145)
    assert groups.lowest[0] == ("name 1", 0.05)


def test_bands_of_names_are_shown(client: Client, shipped: Path) -> None:
    record_gold(figures("acl-a"))
    assert '<th scope="row">2 to 4</th>' in client.get(reverse("quality")).text


@pytest.mark.parametrize(("precision", "recall", "f1"), [(1.0, 1.0, 1.0), (0.0, 0.0, 0.0), (1.0, 0.0, 0.0)])
def test_f1(precision: float, recall: float, f1: float) -> None:
    assert Measured(precision, recall).f1 == f1
