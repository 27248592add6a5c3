from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client
from django.urls import reverse

from profiles import claims, waiting_claims
from profiles.models import User
from profiles.tasks import tell_of_waiting_claims
from profiles.throttle import CLAIMS, ThrottledError
from tests.factories import AuthorFactory, ClaimFactory
from tests.profiles.people import account
from works.models import Author

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SITE = "https://bzpeer.example"


def letters_by(day: timedelta) -> int:
    """How many letters there are in all once the hourly look took place that long after Monday."""
    with time_machine.travel(MONDAY + day, tick=False):
        tell_of_waiting_claims(SITE)
    return len(mail.outbox)


@pytest.mark.django_db(transaction=True)
def test_the_first_claim_is_told_at_once(client: Client, ada: Author, claimant: User, staff: User) -> None:
    account("Rosa Reader")
    client.force_login(claimant)
    client.post(reverse("researcher-claim", args=[ada.pk, ada.slug]), {"statement": "Me"})
    [letter] = mail.outbox
    assert letter.to == [staff.email]
    assert letter.subject == "[BZPEER] A claim waits for a decision"
    body = str(letter.body)
    assert "http://testserver/admin/profiles/claim/?state__exact=pending" in body
    assert "Lovelace" not in body
    assert claimant.email not in body


def test_a_flood_is_one_letter_a_day(staff: User) -> None:
    with time_machine.travel(MONDAY, tick=False):
        ClaimFactory.create()
    assert letters_by(timedelta(0)) == 1
    for hour in range(1, 24):
        with time_machine.travel(MONDAY + timedelta(hours=hour), tick=False):
            ClaimFactory.create()
        assert letters_by(timedelta(hours=hour)) == 1
    assert letters_by(timedelta(days=1)) == 2
    assert "24 claims wait" in mail.outbox[-1].subject
    assert "2 March 2026, 09:00 UTC" in str(mail.outbox[-1].body)


def test_the_same_claims_are_named_again_after_a_week(staff: User) -> None:
    with time_machine.travel(MONDAY, tick=False):
        ClaimFactory.create()
    counts = [letters_by(timedelta(days=day)) for day in (0, 1, 3, 6, 7, 8)]
    assert counts == [1, 1, 1, 1, 2, 2]


def test_nothing_that_waits_is_no_letter(ada: Author, claimant: User, staff: User) -> None:
    claims.withdraw(claims.request_claim(claimant, ada, "").claim, claimant)
    assert letters_by(timedelta(0)) == 0


def test_only_who_may_decide_is_told_and_not_about_oneself(ada: Author, staff: User) -> None:
    looker = account("Stan Staff")
    User.objects.filter(pk=looker.pk).update(is_staff=True)
    gone = account("Gone Staff", is_staff=True)
    User.objects.filter(pk=gone.pk).update(is_active=False)
    assert waiting_claims.deciders() == [staff.pk]
    claims.request_claim(staff, ada, "")
    assert letters_by(timedelta(0)) == 0


def test_a_letter_that_the_mail_server_refused_stays_due(
    ada: Author, claimant: User, staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    claims.request_claim(claimant, ada, "")

    def away(*_args: object) -> int:
        raise ConnectionRefusedError

    with monkeypatch.context() as patch:
        patch.setattr(EmailBackend, "send_messages", away)
        with pytest.raises(ConnectionRefusedError):
            waiting_claims.tell(staff.pk, SITE)
    assert waiting_claims.tell(staff.pk, SITE)
    assert not waiting_claims.tell(staff.pk, SITE)
    assert len(mail.outbox) == 1


def test_one_account_asks_a_few_times_a_day(client: Client, ada: Author, claimant: User) -> None:
    for _ in range(CLAIMS.number):
        claims.withdraw(claims.request_claim(claimant, ada, "").claim, claimant)
    with pytest.raises(ThrottledError):
        claims.request_claim(claimant, AuthorFactory.create(), "")
    client.force_login(claimant)
    answer = client.post(reverse("researcher-claim", args=[ada.pk, ada.slug]), {"statement": "Once more"})
    assert answer.status_code == 409
    assert "The next one is possible" in answer.content.decode()
    assert "Once more" in answer.content.decode()
