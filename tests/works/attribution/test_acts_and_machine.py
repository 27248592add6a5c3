"""A person's act and a resolution at the same moment, each on a connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from tests.waiting import eventually, somebody_waits
from tests.works.attribution.shang import CURATOR, Shangs, author_of, join_everything
from works.attribution.decisions import not_mine
from works.attribution.journal import acting, held_rows
from works.models import EventBatch

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 20


class Beside:
    """Something done in a thread; ``finish`` waits for its end and raises what it raised."""

    def __init__(self, what: Callable[[], object]) -> None:
        self._what = what
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        try:
            self._what()
        except BaseException as error:
            self._error = error
        finally:
            connection.close()

    def start(self) -> None:
        self._thread.start()

    def finish(self) -> None:
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()
        if self._error is not None:
            raise self._error


def test_the_machine_waits_for_an_act_that_holds_records_it_wants() -> None:
    shangs = Shangs()

    def resolve() -> None:
        with transaction.atomic():
            join_everything(shangs)

    machine = Beside(resolve)
    with acting(EventBatch.Kind.NAME, CURATOR, shangs.physicist.pk) as act:
        act.change_record(shangs.physicist, chosen_name="Y. Shang")
        act.change_record(shangs.trader, chosen_name="Yue X. Shang")
        machine.start()
        eventually(somebody_waits)
        act.move(held_rows([row.pk for row in shangs.trade]), shangs.physicist.pk)
    machine.finish()
    assert {author_of(row) for row in shangs.trade} == {shangs.physicist.pk}


def test_an_act_waits_for_a_machine_that_writes() -> None:
    shangs = Shangs()
    taken_off = shangs.physics[0]
    person = Beside(lambda: not_mine([taken_off.pk], shangs.physicist.pk, CURATOR))
    with transaction.atomic():
        join_everything(shangs)
        person.start()
        eventually(somebody_waits)
    person.finish()
    assert author_of(taken_off) != shangs.physicist.pk
    join_everything(shangs)
    assert author_of(taken_off) != shangs.physicist.pk
