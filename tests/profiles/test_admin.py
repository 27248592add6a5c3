from __future__ import annotations

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
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


def offered(browser: Client, claim: Claim) -> tuple[list[str], str]:
    """The decisions that the claim's own page offers, and its text."""
    text = browser.get(f"{QUEUE}{claim.pk}/change/").content.decode()
    return re.findall(r'name="decision" value="(\w+)"', text), text


def press(browser: Client, claim: Claim, decision: str, note: str = "") -> str:
    address = f"{QUEUE}{claim.pk}/change/"
    answer = browser.post(address, {"decision": decision, "note": note}, follow=True)
    assert answer.redirect_chain == [(address, 302)]
    return answer.content.decode()


def test_a_claim_is_decided_on_its_own_page(desk: Client, ada: Author, claimant: User) -> None:
    claim = claims.request_claim(claimant, ada, "It is me").claim
    names, text = offered(desk, claim)
    assert names == ["approve", "refuse"]
    assert "It is me" in text
    assert 'name="_save"' not in text
    assert 'name="_continue"' not in text
    assert "The claim of ada@example.org on Ada Lovelace: approved, level L2" in press(desk, claim, "approve", "Hello")
    assert "Hello" in mail.outbox[-1].body
    assert offered(desk, claim)[0] == ["end"]
    assert "Say why in the note" in press(desk, claim, "end")
    assert "ended, level L1" in press(desk, claim, "end", "It is somebody else.")
    assert offered(desk, claim)[0] == ["reopen"]
    press(desk, claim, "reopen")
    press(desk, claim, "refuse", "Which works are yours?")
    claim.refresh_from_db()
    assert (claim.state, claim.decision_note) == (Claim.State.REFUSED, "Which works are yours?")
    assert len(mail.outbox) == 4
    assert LogEntry.objects.filter(object_id=str(claim.pk)).count() == 4


def test_the_page_of_a_claim_says_why_nothing_can_be_decided(
    desk: Client, ada: Author, claimant: User, staff: User, reader: User
) -> None:
    claims.approve(claims.request_claim(claimant, ada, "").claim, staff)
    dispute = claims.request_claim(reader, ada, "It is me").claim
    names, text = offered(desk, dispute)
    assert names == ["refuse"]
    assert "A dispute can be approved from" in text
    assert "A dispute can be approved from" in press(desk, dispute, "approve")
    claims.withdraw(dispute, reader)
    names, text = offered(desk, dispute)
    assert names == []
    assert "The person may ask again." in text
    own = claims.request_claim(staff, ada, "Mine").claim
    names, text = offered(desk, own)
    assert names == []
    assert "Another member of staff has to decide" in text
    press(desk, own, "refuse")
    assert Claim.objects.get(pk=own.pk).is_pending


@pytest.mark.parametrize("form", [{}, {"decision": "crown"}, {"_save": "Save", "state": "accepted"}])
def test_what_is_no_decision_changes_nothing(desk: Client, ada: Author, claimant: User, form: dict[str, str]) -> None:
    claim = claims.request_claim(claimant, ada, "").claim
    address = f"{QUEUE}{claim.pk}/change/"
    assert desk.post(address, form).status_code == 302
    assert desk.get(address, {"decision": "approve"}).status_code == 200
    assert desk.post(f"{QUEUE}9999/change/", {"decision": "approve"}).status_code == 302
    assert Claim.objects.get(pk=claim.pk).is_pending
    assert claim.events.count() == 1


def test_the_page_of_a_claim_checks_rights_and_token(client: Client, ada: Author, claimant: User, staff: User) -> None:
    claim = claims.request_claim(claimant, ada, "").claim
    clerk = account("Clara Clerk")
    User.objects.filter(pk=clerk.pk).update(is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(codename="view_claim"))
    client.force_login(clerk)
    names, text = offered(client, claim)
    assert names == []
    assert "Deciding takes the right to change claims" in text
    address = f"{QUEUE}{claim.pk}/change/"
    assert client.post(address, {"decision": "approve"}).status_code == 403
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(staff)
    assert strict.post(address, {"decision": "approve"}).status_code == 403
    assert Claim.objects.get(pk=claim.pk).is_pending


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
