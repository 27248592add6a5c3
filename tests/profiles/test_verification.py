from __future__ import annotations

import re

import pytest
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from django.core import mail
from django.test import Client
from django.urls import reverse

from graph.models import TrustSnapshot
from graph.refresh import refresh_authors
from profiles import accounts, claims
from profiles.models import Claim, ClaimEvent, User
from profiles.tasks import review_levels
from profiles.throttle import LEVEL_TURNS, ThrottledError
from profiles.verification import verdict
from tests.factories import ClaimFactory, UserFactory
from tests.profiles.people import account
from works.models import Author

pytestmark = pytest.mark.django_db


@pytest.fixture
def at_home(client: Client, claimant: User) -> Client:
    client.force_login(claimant)
    return client


def level_of(author: Author) -> int:
    return Author.objects.get(pk=author.pk).level


def told(page: str) -> str:
    """What a page says about the level, from the level to the end of its paragraph."""
    found = re.search(r"Verification L.*?</p>", " ".join(page.split()))
    assert found is not None
    return found[0]


def test_a_printed_variant_of_the_name_is_enough(ada: Author) -> None:
    Author.objects.filter(pk=ada.pk).update(name_forms=[["A. A. Lovelace", 1]])
    assert verdict(account("Augusta Ada Lovelace"), Author.objects.get(pk=ada.pk)).doubts == ()


def test_a_name_that_does_not_fit_takes_the_level_and_one_that_fits_brings_it_back(
    owned: Author, claimant: User
) -> None:
    [fallen] = accounts.rename(claimant, "Grace Hopper")
    assert (level_of(owned), fallen.kind, fallen.level) == (1, ClaimEvent.Kind.REVIEWED, 1)
    assert "Grace Hopper, does not fit Ada Lovelace" in fallen.level_reason
    assert accounts.rename(claimant, "Charles Babbage") == []
    [risen] = accounts.rename(claimant, "A. Lovelace")
    assert (level_of(owned), risen.level) == (2, 2)
    assert Claim.objects.accepted().filter(user=claimant).exists()


def test_both_pages_and_the_form_say_the_same_of_a_level(owned: Author, at_home: Client) -> None:
    addresses = [reverse("me"), reverse("me-settings"), reverse("researcher-claim", args=[owned.pk, owned.slug])]
    for name, reason in [("Grace Hopper", "does not fit Ada Lovelace"), ("Ada Lovelace", "the name fits the record")]:
        at_home.post(reverse("me-settings"), {"name": name})
        level = f"Verification L{level_of(owned)}."
        for address in addresses:
            said = told(at_home.get(address).content.decode())
            assert said.startswith(level), address
            assert reason in said, address


def test_the_form_says_what_another_name_does(owned: Author, at_home: Client) -> None:
    assert "does not fit the record it falls to L1" in at_home.get(reverse("me-settings")).content.decode()
    answer = at_home.post(reverse("me-settings"), {"name": "Grace Hopper"}, follow=True).content.decode()
    assert "is at verification L1 now." in answer
    assert "it rises to L2 at once" in answer


def test_somebody_without_a_page_reads_nothing_about_levels(at_home: Client) -> None:
    assert "Verification L" not in at_home.get(reverse("me-settings")).content.decode()


@pytest.mark.django_db(transaction=True)
def test_the_trust_follows_the_name(owned: Author, at_home: Client) -> None:
    refresh_authors([owned.pk])
    before = TrustSnapshot.objects.get(author=owned).score
    at_home.post(reverse("me-settings"), {"name": "Grace Hopper"})
    assert TrustSnapshot.objects.get(author=owned).score == before - 10
    assert mail.outbox == []  # who did it sees it at once


def test_a_name_cannot_swing_a_level_for_ever(owned: Author, at_home: Client, claimant: User) -> None:
    for turn in range(LEVEL_TURNS.number):
        assert accounts.rename(claimant, ("Grace Hopper", "Ada Lovelace")[turn % 2])
    with pytest.raises(ThrottledError):
        accounts.rename(claimant, "Grace Hopper")
    assert "The next one is possible" in at_home.post(reverse("me-settings"), {"name": "Grace"}).content.decode()
    claimant.refresh_from_db()
    assert (claimant.name, level_of(owned)) == ("Ada Lovelace", 2)


@pytest.mark.parametrize("level", [3, 4])
def test_proofs_outweigh_names(owned: Author, claimant: User, level: int) -> None:
    Author.objects.filter(pk=owned.pk).update(level=level)
    assert accounts.rename(claimant, "Grace Hopper") == []
    assert level_of(owned) == level
    assert "proofs" in verdict(claimant, Author.objects.get(pk=owned.pk)).reason


def test_a_confirmed_address_lifts_the_level(client: Client, ada: Author, staff: User) -> None:
    user = UserFactory.create(name="Ada Lovelace")
    address = EmailAddress.objects.create(user=user, email=user.email, primary=True)
    claims.approve(claims.request_claim(user, ada, "").claim, staff)
    assert level_of(ada) == 1
    client.post(reverse("account_confirm_email", args=[EmailConfirmationHMAC(address).key]))
    assert level_of(ada) == 2


def test_staff_who_rename_an_account_move_its_level(owned: Author, client: Client, claimant: User, staff: User) -> None:
    client.force_login(staff)
    form = {"email": claimant.email, "name": "Grace Hopper", "is_active": "on"}
    assert client.post(f"/admin/profiles/user/{claimant.pk}/change/", form).status_code == 302
    assert level_of(owned) == 1
    assert ClaimEvent.objects.filter(kind=ClaimEvent.Kind.REVIEWED, actor=staff).count() == 1


def test_the_nightly_check_follows_the_record_and_tells_the_owner(owned: Author, at_home: Client) -> None:
    Author.objects.filter(pk=owned.pk).update(display_name="Ida Rhodes", name_forms=[["Ida Rhodes", 2]])
    assert "The page itself still shows L2" in at_home.get(reverse("me")).content.decode()
    review_levels()
    assert level_of(owned) == 1
    [letter] = mail.outbox
    assert "does not fit Ida Rhodes" in str(letter.body)
    assert "still shows" not in at_home.get(reverse("me")).content.decode()
    review_levels()
    assert len(mail.outbox) == 1


def test_a_claim_that_waits_moves_no_level(ada: Author, claimant: User) -> None:
    ClaimFactory.create(author=ada, user=claimant)
    assert accounts.rename(claimant, "A. Lovelace") == []
    assert level_of(ada) == 1
