from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.core import mail
from django.test import Client
from django.urls import reverse

from graph.models import TrustSnapshot
from graph.refresh import refresh_authors
from profiles import claims
from profiles.models import Claim, ClaimEvent, User
from tests.profiles.people import account
from works.models import Author

pytestmark = pytest.mark.django_db(transaction=True)  # letters and trust follow a commit
QUEUE = "/admin/profiles/claim/"


def decide(browser: Client, action: str, claim: Claim, note: str = "") -> str:
    answer = browser.post(QUEUE, {"action": action, "_selected_action": [claim.pk], "note": note}, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def desk(client: Client, staff: User) -> Client:
    client.force_login(staff)
    return client


def test_the_queue_says_what_to_know(desk: Client, ada: Author, claimant: User) -> None:
    claims.request_claim(claimant, ada, "")
    claims.request_claim(account("Somebody Else"), ada, "")
    text = desk.get(QUEUE, {"state__exact": "pending"}).content.decode()
    assert "E-mail confirmed, name fits." in text
    assert "does not fit Ada Lovelace" in text


def test_approval_reaches_the_person_and_the_trust(desk: Client, ada: Author, claimant: User, staff: User) -> None:
    refresh_authors([ada.pk])
    before = TrustSnapshot.objects.get(author=ada).score
    claim = claims.request_claim(claimant, ada, "").claim
    assert "approved, level L2" in decide(desk, "approve", claim, "Welcome aboard")
    [letter] = mail.outbox
    assert letter.to == [claimant.email]
    assert "is approved" in letter.subject
    assert f"http://testserver{ada.get_absolute_url()}" in letter.body
    assert "Welcome aboard" in letter.body
    assert TrustSnapshot.objects.get(author=ada).score == before + 10
    assert LogEntry.objects.filter(user=staff, object_id=str(claim.pk)).exists()


def test_refusal_carries_the_note(desk: Client, ada: Author, claimant: User) -> None:
    claim = claims.request_claim(claimant, ada, "").claim
    assert "refused" in decide(desk, "refuse", claim, "The works name another institution.")
    [letter] = mail.outbox
    assert "The works name another institution." in letter.body
    claim.refresh_from_db()
    assert claim.decision_note == "The works name another institution."


def test_what_cannot_be_decided_says_why(desk: Client, ada: Author, claimant: User, staff: User) -> None:
    claim = claims.request_claim(claimant, ada, "").claim
    claims.refuse(claim, staff)
    assert "not waiting any more: refused" in decide(desk, "approve", claim)
    assert mail.outbox == []


def test_a_dispute_tells_the_owner(client: Client, ada: Author, claimant: User, staff: User, reader: User) -> None:
    claims.approve(claims.request_claim(claimant, ada, "").claim, staff)
    client.force_login(reader)
    client.post(reverse("researcher-claim", args=[ada.pk, ada.slug]), {"statement": "It is me"})
    [letter] = mail.outbox
    assert letter.to == [claimant.email]
    assert "72 hours" in letter.body
    assert reader.email not in letter.body


def test_a_letter_is_sent_once(ada: Author, claimant: User, staff: User) -> None:
    from profiles.tasks import send_claim_letter

    event = claims.refuse(claims.request_claim(claimant, ada, "").claim, staff)
    for _ in range(2):
        send_claim_letter(event.pk, "http://testserver")
    assert len(mail.outbox) == 1
    assert ClaimEvent.objects.get(pk=event.pk).notified_at is not None


def test_accounts_are_managed_by_email(desk: Client) -> None:
    answer = desk.post(
        "/admin/profiles/user/add/",
        {
            "email": "new@example.org",
            "name": "Nora New",
            "usable_password": "true",
            "password1": "a long pass phrase",
            "password2": "a long pass phrase",
        },
    )
    assert answer.status_code == 302
    assert User.objects.get(email="new@example.org").name == "Nora New"
    assert desk.get("/admin/profiles/user/", {"q": "new@"}).status_code == 200
