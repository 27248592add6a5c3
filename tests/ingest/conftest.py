from __future__ import annotations

import pytest

from ingest import heart


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """No network test waits: the seconds that the client would have waited are collected here."""
    waited: list[float] = []
    monkeypatch.setattr("ingest.sources.http.pause", lambda seconds, _stop: waited.append(seconds))
    return waited


@pytest.fixture(autouse=True)
def quiet_hearts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Imports run inside the test's transaction, which no other connection sees: their hearts must not look there."""
    monkeypatch.setattr(heart, "LOOK_SECONDS", 3600.0)
