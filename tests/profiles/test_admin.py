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


def test_an_approval_ends_with_a_letter_and_the_trust_goes_back(desk: Client, ada: Author, claimant: User) -> None:
    claim = claims.request_claim(claimant, ada, "").claim
    decide(desk, "approve", claim)
    before = TrustSnapshot.objects.get(author=ada).score
    assert "Say why in the note" in decide(desk, "end", claim)
    assert Author.objects.get(pk=ada.pk).level == 2
    assert "ended, level L1" in decide(desk, "end", claim, "The works name somebody else.")
    letter = mail.outbox[-1]
    assert letter.to == [claimant.email]
    assert "The works name somebody else." in str(letter.body)
    assert TrustSnapshot.objects.get(author=ada).score == before - 10
    browser = Client()
    browser.force_login(claimant)
    page = browser.get(reverse("me")).content.decode()
    assert "Staff ended your claim of" in page
    assert "The works name somebody else." in page


def test_a_refusal_is_taken_back_with_a_letter(desk: Client, ada: Author, claimant: User) -> None:
    claim = claims.request_claim(claimant, ada, "").claim
    decide(desk, "refuse", claim)
    assert "reopened" in decide(desk, "reopen", claim, "We looked again.")
    assert "open again" in mail.outbox[-1].subject
    assert "We looked again." in str(mail.outbox[-1].body)
    history = desk.get(f"{QUEUE}{claim.pk}/change/").content.decode()
    assert "Decision taken back, waiting again" in history


@pytest.mark.parametrize("action", ["approve", "refuse", "end", "reopen"])
def test_nobody_decides_about_oneself(desk: Client, ada: Author, claimant: User, staff: User, action: str) -> None:
    own = claims.request_claim(staff, ada, "Mine").claim
    assert "Another member of staff has to decide" in decide(desk, action, own, "Because")
    claims.approve(own, claimant)
    rival = claims.request_claim(claimant, ada, "No, mine").claim
    assert "Another member of staff has to decide" in decide(desk, action, rival, "Because")
    own.refresh_from_db()
    assert own.is_accepted
    assert Claim.objects.get(pk=rival.pk).is_pending
    assert mail.outbox == []


def test_what_cannot_be_decided_says_why(desk: Client, ada: Author, claimant: User, staff: User) -> None:
    claim = claims.request_claim(claimant, ada, "").claim
    claims.refuse(claim, staff)
    assert "not waiting any more: refused" in decide(desk, "approve", claim)
    assert mail.outbox == []


def test_a_dispute_tells_the_owner(client: Client, ada: Author, claimant: User, staff: User, reader: User) -> None:
    claims.approve(claims.request_claim(claimant, ada, "").claim, staff)
    client.force_login(reader)
    client.post(reverse("researcher-claim", args=[ada.pk, ada.slug]), {"statement": "It is me"})
    [letter] = [each for each in mail.outbox if each.to == [claimant.email]]
    assert "72 hours" in letter.body
    assert reader.email not in letter.body


def test_a_letter_is_sent_once(ada: Author, claimant: User, staff: User) -> None:
    from profiles.tasks import send_claim_letter

    [event] = claims.refuse(claims.request_claim(claimant, ada, "").claim, staff)
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
