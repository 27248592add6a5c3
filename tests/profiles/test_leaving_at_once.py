from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction

from profiles import claims, leaving
from profiles.claim_steps import ClaimError
from profiles.models import Claim, User
from tests.profiles.people import account
from tests.waiting import eventually, somebody_waits
from works.models import Author

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.mark.django_db(transaction=True)
class TestAtTheSameMoment:
    """One step holds its locks while the other begins; whoever comes second finds what the first one left."""

    @contextmanager
    def meanwhile(self, step: Step) -> Iterator[None]:
        """Begin the step elsewhere inside the transaction that is open here, and let it end after that one."""
        waiter = threading.Thread(target=step.run)
        with transaction.atomic():
            yield
            waiter.start()
            eventually(somebody_waits)
        waiter.join(20)

    def test_a_decision_comes_first(self, ada: Author, claimant: User, staff: User) -> None:
        claim = claims.request_claim(claimant, ada, "").claim
        step = Step(lambda: leaving.delete_account(claimant))
        with self.meanwhile(step):
            claims.approve(claim, staff)
        assert step.problem is None
        assert Author.objects.get(pk=ada.pk).level == 1
        assert not Claim.objects.exists()

    def test_the_deletion_comes_first(self, ada: Author, claimant: User, staff: User) -> None:
        claim = claims.request_claim(claimant, ada, "").claim
        step = Step(lambda: claims.approve(claim, staff))
        with self.meanwhile(step):
            leaving.delete_account(claimant)
        assert isinstance(step.problem, ClaimError)
        assert "account was deleted" in str(step.problem)
        assert Author.objects.get(pk=ada.pk).level == 1

    def test_a_dispute_is_won_while_the_owner_leaves(self, owned: Author, claimant: User, staff: User) -> None:
        rival = claims.request_claim(account("Ada Lovelace", email="rival@example.org"), owned, "It is me").claim
        Claim.objects.filter(pk=rival.pk).update(waiting_since=LONG_AGO)
        Claim.objects.accepted().update(decided_at=LONG_AGO)
        step = Step(lambda: claims.approve(rival, staff))
        with self.meanwhile(step):
            leaving.delete_account(claimant)
        assert step.problem is None
        owner = claims.owner_claim(owned)
        assert owner is not None
        assert (owner.pk, Author.objects.get(pk=owned.pk).level) == (rival.pk, 2)

    def test_of_the_last_two_who_may_do_everything_one_stays(self, staff: User) -> None:
        other = account("Other Staff", is_staff=True)
        step = Step(lambda: leaving.delete_account(other))
        with self.meanwhile(step):
            leaving.delete_account(staff)
        assert isinstance(step.problem, leaving.LeavingError)
        assert User.objects.get() == other


class Step:
    """One call in a thread of its own, and what it raised."""

    def __init__(self, call: Callable[[], object]) -> None:
        self.call = call
        self.problem: Exception | None = None

    def run(self) -> None:
        try:
            self.call()
        except Exception as problem:
            self.problem = problem
        finally:
            connection.close()
