from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.db import connection

from ingest import heart
from ingest.heart import Heart
from tests.waiting import eventually


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heart, "LOOK_SECONDS", 0.01)


def test_a_heart_looks_often_and_writes_now_and_then() -> None:
    beats: list[bool] = []

    def beat(write: bool) -> bool:
        beats.append(write)
        return True

    with Heart(beat, every=0.03) as beating:
        eventually(lambda: len(beats) >= 6)
    assert beats[:6] == [False, False, True, False, False, True]
    assert not beating.stopped


def test_work_that_was_taken_away_is_noticed() -> None:
    with Heart(lambda _: False, every=1) as beating:
        eventually(lambda: beating.stopped)


@pytest.mark.django_db(transaction=True)
def test_a_fork_never_shares_the_connection_of_a_heart(tmp_path: Path) -> None:
    def beat(_: bool) -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return bool(cursor.fetchone() == (1,))

    with Heart(beat, every=1) as beating:
        for number in range(5):
            connection.close()
            child = os.fork()
            if not child:
                try:
                    with connection.cursor() as cursor:
                        cursor.execute("SELECT 2")
                        (tmp_path / str(number)).write_text(str(cursor.fetchone()))
                finally:
                    os._exit(0)
            os.waitpid(child, 0)
            assert (tmp_path / str(number)).read_text() == "(2,)"
        assert not beating.stopped
