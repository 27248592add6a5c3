from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from profiles import claims
from profiles.letters import compose
from profiles.models import DISPUTE_HOLD, Claim, ClaimEvent, User
from tests.factories import AuthorFactory, ClaimFactory, UserFactory
from tests.profiles.people import account
from works.models import Author

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def test_a_claim_waits_and_leaves_an_event(ada: Author, claimant: User) -> None:
    event = claims.request_claim(claimant, ada, "  I wrote the notes.  ")
    assert event.kind == ClaimEvent.Kind.REQUESTED
    assert (event.claim.state, event.claim.statement) == (Claim.State.PENDING, "I wrote the notes.")
    ada.refresh_from_db()
    assert ada.level == 1


def test_a_second_claim_is_refused_and_names_the_first(ada: Author, claimant: User) -> None:
    claims.request_claim(claimant, ada, "")
    with pytest.raises(claims.ClaimError, match="already"):
        claims.request_claim(claimant, ada, "")
    other = AuthorFactory.create(display_name="Grace Hopper")
    with pytest.raises(claims.ClaimError, match="Ada Lovelace"):
        claims.request_claim(claimant, other, "")
    assert Claim.objects.count() == 1


def test_the_database_itself_keeps_one_claim_per_user(ada: Author, claimant: User) -> None:
    ClaimFactory.create(user=claimant, author=ada)
    with pytest.raises(IntegrityError), transaction.atomic():
        ClaimFactory.create(user=claimant)


def test_two_people_can_wait_for_one_record_but_only_one_gets_it(ada: Author, claimant: User, staff: User) -> None:
    first = claims.request_claim(claimant, ada, "").claim
    second = claims.request_claim(account("A. Lovelace"), ada, "").claim
    claims.approve(first, staff)
    with pytest.raises(claims.ClaimError, match="has an owner"):
        claims.approve(second, staff)


def test_who_gets_a_record_that_others_wait_for_is_told_of_a_dispute(
    client: Client, ada: Author, claimant: User, staff: User
) -> None:
    first = claims.request_claim(claimant, ada, "").claim
    rival = claims.request_claim(account("A. Lovelace"), ada, "").claim
    dispute, approved = claims.approve(first, staff)
    assert (dispute.kind, dispute.claim, approved.claim) == (ClaimEvent.Kind.DISPUTED, rival, first)
    letter = compose(dispute, "http://testserver")
    assert letter is not None
    assert letter.to == [claimant.email]
    client.force_login(claimant)
    assert "Somebody else claims this page too" in client.get(reverse("me")).content.decode()
    claims.refuse(rival, staff)
    assert "Somebody else" not in client.get(reverse("me")).content.decode()


def test_approval_lifts_the_level_when_email_and_name_fit(ada: Author, claimant: User, staff: User) -> None:
    claim = claims.request_claim(claimant, ada, "").claim
    before = Author.objects.get(pk=ada.pk).revision
    [event] = claims.approve(claim, staff, "Welcome")
    claim.refresh_from_db()
    ada.refresh_from_db()
    assert (claim.state, claim.decided_by, claim.decision_note) == (Claim.State.ACCEPTED, staff, "Welcome")
    assert (ada.level, event.level) == (2, 2)
    assert ada.revision > before


@pytest.mark.parametrize(
    ("name", "is_confirmed", "doubt"),
    [
        ("Grace Hopper", True, "does not fit Ada Lovelace"),
        ("", True, "does not fit"),
        ("Ada Lovelace", False, "not confirmed"),
    ],
)
def test_approval_without_proof_stays_at_level_one_and_says_why(
    ada: Author, staff: User, name: str, is_confirmed: bool, doubt: str
) -> None:
    user = account(name) if is_confirmed else UserFactory.create(name=name)
    [event] = claims.approve(claims.request_claim(user, ada, "").claim, staff)
    ada.refresh_from_db()
    assert ada.level == event.level == 1
    assert doubt in event.level_reason


def test_a_decision_is_made_once(ada: Author, claimant: User, staff: User) -> None:
    claim = claims.request_claim(claimant, ada, "").claim
    claims.refuse(claim, staff, "Not you")
    with pytest.raises(claims.ClaimError, match="refused"):
        claims.approve(claim, staff)
    ada.refresh_from_db()
    assert ada.level == 1


def test_a_refused_person_may_ask_again(ada: Author, claimant: User, staff: User) -> None:
    claims.refuse(claims.request_claim(claimant, ada, "").claim, staff)
    assert claims.request_claim(claimant, ada, "More about me").claim.is_pending


def test_withdrawing_frees_the_person(ada: Author, claimant: User) -> None:
    claim = claims.request_claim(claimant, ada, "").claim
    assert claims.withdraw(claim, claimant).kind == ClaimEvent.Kind.WITHDRAWN
    assert claims.current_claim(claimant) is None


def test_giving_up_takes_the_level_back(ada: Author, claimant: User, staff: User) -> None:
    claim = claims.request_claim(claimant, ada, "").claim
    with pytest.raises(claims.ClaimError):
        claims.release(claim, claimant)
    claims.approve(claim, staff)
    claims.release(claim, claimant)
    ada.refresh_from_db()
    assert ada.level == 1
    assert claims.owner_claim(ada) is None


def test_a_merged_record_cannot_be_claimed(ada: Author, claimant: User) -> None:
    old = AuthorFactory.create(status=Author.Status.MERGED, merged_into=ada)
    with pytest.raises(claims.ClaimError, match="no longer in use"):
        claims.request_claim(claimant, old, "")


def test_a_dispute_waits_72_hours_and_then_replaces_the_owner(ada: Author, claimant: User, staff: User) -> None:
    rival = account("Ada Lovelace", email="other@example.org")
    with time_machine.travel(MONDAY, tick=False):
        first = claims.request_claim(claimant, ada, "").claim
        claims.approve(first, staff)
        with pytest.raises(claims.ClaimError, match="Say why"):
            claims.request_claim(rival, ada, "   ")
        event = claims.request_claim(rival, ada, "It is me")
    assert event.kind == ClaimEvent.Kind.DISPUTED
    with time_machine.travel(MONDAY + DISPUTE_HOLD - timedelta(minutes=1)), pytest.raises(claims.ClaimError):
        claims.approve(event.claim, staff)
    with time_machine.travel(MONDAY + DISPUTE_HOLD + timedelta(minutes=1)):
        ended, approved = claims.approve(event.claim, staff)
    assert (ended.kind, ended.claim) == (ClaimEvent.Kind.REPLACED, first)
    assert approved.claim == event.claim
    owner = claims.owner_claim(ada)
    assert owner is not None
    assert owner.user == rival


@pytest.fixture
def owner_claim(ada: Author, claimant: User, staff: User) -> Claim:
    claim = claims.request_claim(claimant, ada, "").claim
    claims.approve(claim, staff, "Welcome")
    return claim


def test_an_approval_can_be_taken_back_with_a_reason(
    ada: Author, claimant: User, staff: User, owner_claim: Claim
) -> None:
    with pytest.raises(claims.ClaimError, match="Say why"):
        claims.end(owner_claim, staff, "  ")
    [event] = claims.end(owner_claim, staff, "The works name somebody else.")
    owner_claim.refresh_from_db()
    ada.refresh_from_db()
    assert (owner_claim.state, owner_claim.decided_by) == (Claim.State.ENDED, staff)
    assert (event.kind, event.note, event.level, ada.level) == ("ended", "The works name somebody else.", 1, 1)
    assert claims.owner_claim(ada) is None
    assert [step.kind for step in owner_claim.events.all()] == ["requested", "approved", "ended"]
    with pytest.raises(claims.ClaimError, match="this one is: ended"):
        claims.end(owner_claim, staff, "Again")


def test_a_refusal_and_an_end_can_be_taken_back(ada: Author, claimant: User, staff: User) -> None:
    claim = claims.request_claim(claimant, ada, "").claim
    claims.refuse(claim, staff, "Who are you?")
    [event] = claims.reopen(claim, staff, "We looked again.")
    claim.refresh_from_db()
    assert (claim.state, claim.decided_by, claim.decision_note) == (Claim.State.PENDING, None, "")
    assert (event.kind, event.note) == (ClaimEvent.Kind.REOPENED, "We looked again.")
    claims.approve(claim, staff)
    claims.end(claim, staff, "A mistake")
    claims.reopen(claim, staff)
    claims.approve(claim, staff)
    ada.refresh_from_db()
    assert ada.level == 2
    assert claim.events.count() == 7


@pytest.mark.parametrize("step", [claims.withdraw, claims.release])
def test_what_the_person_did_is_not_for_staff_to_take_back(
    ada: Author, claimant: User, staff: User, step: Callable[[Claim, User], ClaimEvent]
) -> None:
    claim = claims.request_claim(claimant, ada, "").claim
    with pytest.raises(claims.ClaimError, match="waiting for a decision"):
        claims.reopen(claim, staff)
    if step is claims.release:
        claims.approve(claim, staff)
    step(claim, claimant)
    with pytest.raises(claims.ClaimError, match="The person may ask again"):
        claims.reopen(claim, staff)


def test_a_person_with_another_claim_cannot_get_the_first_back(ada: Author, claimant: User, staff: User) -> None:
    first = claims.request_claim(claimant, ada, "").claim
    claims.refuse(first, staff)
    claims.request_claim(claimant, AuthorFactory.create(display_name="Grace Hopper"), "")
    with pytest.raises(claims.ClaimError, match="Grace Hopper"):
        claims.reopen(first, staff)
    first.refresh_from_db()
    assert first.state == Claim.State.REFUSED


def test_a_reopened_claim_on_an_owned_record_is_a_dispute_from_then_on(
    ada: Author, claimant: User, staff: User
) -> None:
    with time_machine.travel(MONDAY, tick=False):
        mine = claims.request_claim(claimant, ada, "").claim
        claims.refuse(mine, staff)
        claims.approve(claims.request_claim(account("A. Lovelace"), ada, "").claim, staff)
    with time_machine.travel(MONDAY + timedelta(days=30), tick=False):
        assert [event.kind for event in claims.reopen(mine, staff)] == ["reopened", "disputed"]
        with pytest.raises(claims.ClaimError, match="has an owner"):
            claims.approve(mine, staff)
    with time_machine.travel(MONDAY + timedelta(days=30) + DISPUTE_HOLD, tick=False):
        assert [event.kind for event in claims.approve(mine, staff)] == ["replaced", "approved"]


def test_an_owner_of_today_has_the_whole_hold_against_an_older_claim(ada: Author, claimant: User, staff: User) -> None:
    with time_machine.travel(MONDAY, tick=False):
        older = claims.request_claim(claimant, ada, "").claim
    with time_machine.travel(MONDAY + timedelta(days=30), tick=False):
        claims.approve(claims.request_claim(account("A. Lovelace"), ada, "").claim, staff)
        with pytest.raises(claims.ClaimError, match="has an owner"):
            claims.approve(older, staff)


def test_a_decided_dispute_can_be_turned_round(ada: Author, claimant: User, staff: User, owner_claim: Claim) -> None:
    rival = account("Ada Lovelace", email="other@example.org")
    with time_machine.travel(MONDAY + timedelta(days=400)):
        won = claims.request_claim(rival, ada, "It is me").claim
    with time_machine.travel(MONDAY + timedelta(days=500)):
        claims.approve(won, staff)
        claims.end(won, staff, "It was not")
        claims.reopen(owner_claim, staff)
        claims.approve(owner_claim, staff)
    owner = claims.owner_claim(ada)
    assert owner is not None
    assert owner.user == claimant
