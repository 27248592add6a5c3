"""Who may do what, as one table: each line is an act, and the answer that each kind of person gets."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.test import Client
from django.urls import reverse

from profiles import claims, invitations
from profiles.models import Claim, Invitation, User
from tests.factories import PASSWORD, AuthorFactory
from tests.profiles.people import account, ada_lovelace
from works.models import Author

pytestmark = pytest.mark.django_db

LOGIN = "to log in"


@dataclass
class World:
    """An owned record, another with a waiting claim, an invitation to the owner, and one browser per kind of person."""

    author: Author
    wanted: Author
    waiting: Claim
    invitation: Invitation
    browsers: dict[str, Client]
    users: dict[str, User]


@pytest.fixture
def world() -> World:
    author, wanted = ada_lovelace(), AuthorFactory.create(display_name="Grace Hopper")
    users = {
        "reader": account("Rosa Reader"),
        "owner": account("Ada Lovelace"),
        "claimant": account("Grace Hopper"),
        "sender": account("Sven Sender"),
        "staff": account("Sam Staff", is_staff=True),
        "staff without rights": account("Stan Staff"),
    }
    User.objects.filter(pk=users["staff without rights"].pk).update(is_staff=True)
    claims.approve(claims.request_claim(users["owner"], author, "").claim, users["staff"])
    waiting = claims.request_claim(users["claimant"], wanted, "").claim
    invitation = invitations.invite(users["sender"], author, "Shall we?")
    browsers = {"anonymous": Client()}
    for who, user in users.items():
        browsers[who] = Client()
        browsers[who].force_login(user)
    return World(author, wanted, waiting, invitation, browsers, users)


def outcome(browser: Client, method: str, address: str, data: dict[str, str]) -> int | str:
    answer = browser.post(address, data) if method == "POST" else browser.get(address)
    if answer.status_code == 302 and "/login/" in answer["Location"]:
        return LOGIN
    return answer.status_code


@pytest.mark.parametrize(
    ("method", "place", "data", "expected"),
    [
        ("GET", "page", {}, {"anonymous": 200, "reader": 200, "owner": 200, "staff": 200}),
        ("POST", "page", {}, {"anonymous": 405, "reader": 405}),
        ("POST", "follow", {}, {"anonymous": LOGIN, "reader": 302, "owner": 302}),
        ("GET", "claim", {}, {"anonymous": LOGIN, "reader": 200, "owner": 200, "claimant": 200}),
        ("POST", "claim", {"statement": "Me"}, {"anonymous": LOGIN, "claimant": 409, "owner": 409, "reader": 302}),
        ("POST", "invite", {"message": "Hello"}, {"anonymous": LOGIN, "owner": 409, "sender": 409, "reader": 302}),
        ("GET", "me", {}, {"anonymous": LOGIN, "reader": 200, "staff": 200}),
        ("GET", "settings", {}, {"anonymous": LOGIN, "reader": 200, "owner": 200}),
        ("GET", "end", {}, {"anonymous": LOGIN, "reader": 404, "claimant": 200, "owner": 200, "staff": 404}),
        ("POST", "answer", {"answer": "accept"}, {"anonymous": LOGIN, "reader": 404, "sender": 404, "owner": 302}),
        ("POST", "withdraw", {}, {"anonymous": LOGIN, "reader": 404, "owner": 404, "sender": 302}),
        ("GET", "queue", {}, {"anonymous": LOGIN, "reader": LOGIN, "staff without rights": 403, "staff": 200}),
        ("GET", "one claim", {}, {"anonymous": LOGIN, "claimant": LOGIN, "staff without rights": 403, "staff": 200}),
    ],
)
def test_each_act_answers_each_person(
    world: World, method: str, place: str, data: dict[str, str], expected: dict[str, int | str]
) -> None:
    of_author = [world.author.pk, world.author.slug]
    address = {
        "page": world.author.get_absolute_url(),
        "follow": reverse("researcher-follow", args=of_author),
        "claim": reverse("researcher-claim", args=of_author),
        "invite": reverse("researcher-invite", args=of_author),
        "me": reverse("me"),
        "settings": reverse("me-settings"),
        "end": reverse("claim-end"),
        "answer": reverse("invitation-answer", args=[world.invitation.pk]),
        "withdraw": reverse("invitation-withdraw", args=[world.invitation.pk]),
        "queue": reverse("admin:profiles_claim_changelist"),
        "one claim": reverse("admin:profiles_claim_change", args=[world.waiting.pk]),
    }[place]
    assert {who: outcome(world.browsers[who], method, address, data) for who in expected} == expected


def test_the_admin_has_no_log_in_of_its_own(world: World) -> None:
    """The site's log in has rate limits and asks for the second factor."""
    answer = world.browsers["anonymous"].get("/admin/", follow=True)
    assert answer.redirect_chain[-1][0].startswith(reverse("account_login"))
    assert world.browsers["reader"].get("/admin/", follow=True).status_code == 403


@pytest.mark.parametrize("who", ["anonymous", "reader", "claimant", "staff without rights"])
def test_only_staff_with_the_right_decide(world: World, who: str) -> None:
    world.browsers[who].post(
        reverse("admin:profiles_claim_changelist"), {"action": "approve", "_selected_action": [world.waiting.pk]}
    )
    world.waiting.refresh_from_db()
    assert world.waiting.is_pending


def test_staff_who_may_only_look_cannot_decide(world: World) -> None:
    from django.contrib.auth.models import Permission

    looker = world.users["staff without rights"]
    looker.user_permissions.add(Permission.objects.get(codename="view_claim"))
    browser = world.browsers["staff without rights"]
    assert browser.get(reverse("admin:profiles_claim_changelist")).status_code == 200
    browser.post(
        reverse("admin:profiles_claim_changelist"), {"action": "approve", "_selected_action": [world.waiting.pk]}
    )
    world.waiting.refresh_from_db()
    assert world.waiting.is_pending


def test_claims_cannot_be_added_or_deleted_by_hand(world: World) -> None:
    staff = world.browsers["staff"]
    assert staff.get(reverse("admin:profiles_claim_add")).status_code == 403
    assert staff.post(reverse("admin:profiles_claim_delete", args=[world.waiting.pk])).status_code == 403


def test_an_account_switched_off_is_signed_out(world: World) -> None:
    User.objects.filter(pk=world.users["owner"].pk).update(is_active=False)
    assert outcome(world.browsers["owner"], "GET", reverse("me"), {}) == LOGIN
    assert not Client().login(email=world.users["owner"].email, password=PASSWORD)
