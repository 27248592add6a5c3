from __future__ import annotations

import pytest

from ingest.sources import http


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """No network test waits: the seconds that the client would have waited are collected here."""
    waited: list[float] = []
    monkeypatch.setattr(http.time, "sleep", waited.append)
    return waited
