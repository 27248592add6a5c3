"""The file of scores that ``manage.py evaluate_attribution --figures`` writes is the one that /quality/ reads."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings

from bzpeer.management.commands.evaluate_attribution import GoldByline, GoldWork, keep_figures
from works.attribution.evaluation import Labelled, evaluate
from works.quality import gold_scores


@pytest.mark.django_db
def test_kept_figures_are_those_of_the_quality_page(settings: Settings, tmp_path: Path) -> None:
    settings.BASE_DIR = tmp_path
    path = tmp_path / "docs" / "attribution" / "figures.json"
    people = ["a", "a", "b"]
    gold = [GoldWork(f"w{n}", "A title", [GoldByline("Wei Wang", None, person)]) for n, person in enumerate(people)]
    found = evaluate(Labelled("Wei Wang", person, person) for person in people)
    for name in ("second", "first", "second"):
        keep_figures(path, name, gold, found)
    first, second = gold_scores()
    assert (first.name, second.name) == ("first", "second")
    assert first.authorships == 3
    assert first.b_cubed.f1 == 1.0
    # One record for all three: precision (2/3 + 2/3 + 1/3) / 3, recall 1.
    assert first.baselines["name matching"] == pytest.approx(2 * (5 / 9) / (1 + 5 / 9), abs=1e-4)
