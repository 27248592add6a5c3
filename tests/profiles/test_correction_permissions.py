"""Who may see and do what with corrections, as one table; tickets are private."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.test import Client
from django.urls import reverse

from profiles import tickets
from profiles.corrections import Wish, carry_out, open_ticket
from profiles.models import Claim, Ticket, User
from tests.factories import AuthorFactory, ClaimFactory, CollaborationFactory
from tests.profiles.people import account
from tests.profiles.test_permissions import LOGIN, outcome
from tests.works.attribution.shang import Shangs
from works.models import EventBatch

pytestmark = pytest.mark.django_db


@dataclass
class World:
    """A ticket on the physicist's owned page, an act of its owner, and one browser for each kind of person."""

    shangs: Shangs
    ticket: Ticket
    act: EventBatch
    browsers: dict[str, Client]
    users: dict[str, User]


@pytest.fixture
def world() -> World:
    shangs = Shangs()
    users = {
        "reporter": account("Rosa Reporter"),
        "reader": account("Rolf Reader"),
        "owner": account("Yue Shang"),
        "co-author": account("Bo Ohm"),
        "weak co-author": account("Wes Weak"),
        "curator": account("Cora Curator"),
        "staff": account("Sam Staff", is_staff=True),
    }
    User.objects.filter(pk=users["curator"].pk).update(is_curator=True)
    ClaimFactory.create(author=shangs.physicist, user=users["owner"], state=Claim.State.ACCEPTED)
    for name, level in (("co-author", 3), ("weak co-author", 2)):
        record = AuthorFactory.create(display_name=users[name].name, level=level)
        CollaborationFactory.create(a=shangs.physicist, b=record)
        ClaimFactory.create(author=record, user=users[name], state=Claim.State.ACCEPTED)
    wish = Wish(Ticket.Kind.NOT_MINE, shangs.physicist, [shangs.physics[0]])
    ticket, _ = open_ticket(wish, users["reporter"], "Secret reason")
    act = carry_out(
        Wish(Ticket.Kind.NOT_MINE, shangs.physicist, [shangs.physics[1]]), users["owner"], "owner", "My note"
    )
    browsers = {"anonymous": Client()}
    for who, user in users.items():
        browsers[who] = Client()
        browsers[who].force_login(user)
    return World(shangs, ticket, act, browsers, users)


def address_of(world: World, place: str) -> str:
    author = world.shangs.physicist
    page = [author.pk, author.slug]
    return {
        "menu": reverse("researcher-corrections", args=page),
        "not mine": reverse("researcher-correct", args=[*page, "not-mine"]),
        "nonsense": reverse("researcher-correct", args=[*page, "nonsense"]),
        "history": reverse("researcher-history", args=page),
        "split": reverse("researcher-split", args=page),
        "figures": reverse("corrections"),
        "own tickets": reverse("corrections-mine"),
        "queue": reverse("corrections-queue"),
        "merge": reverse("corrections-merge"),
        "ticket": reverse("ticket", args=[world.ticket.pk]),
        "change": reverse("change", args=[world.act.pk]),
        "undo": reverse("change-undo", args=[world.act.pk]),
        "undo one": reverse("event-undo", args=[world.act.events.get().pk]),
        "quality": reverse("quality"),
    }[place]


@pytest.mark.parametrize(
    ("method", "place", "data", "expected"),
    [
        ("GET", "menu", {}, {"anonymous": 200, "reader": 200, "owner": 200, "curator": 200}),
        ("GET", "not mine", {}, {"anonymous": LOGIN, "reader": 200, "owner": 200, "curator": 200}),
        ("POST", "not mine", {}, {"anonymous": LOGIN, "reader": 409, "owner": 409}),
        ("GET", "nonsense", {}, {"anonymous": LOGIN, "reader": 404, "curator": 404}),
        ("GET", "history", {}, {"anonymous": 200, "reader": 200}),
        ("GET", "change", {}, {"anonymous": 200, "reader": 200, "owner": 200}),
        ("GET", "figures", {}, {"anonymous": 200, "reader": 200, "curator": 200}),
        ("GET", "quality", {}, {"anonymous": 200, "reader": 200}),
        ("GET", "own tickets", {}, {"anonymous": LOGIN, "reader": 200}),
        ("GET", "queue", {}, {"anonymous": LOGIN, "reader": 403, "owner": 403, "curator": 200, "staff": 200}),
        ("GET", "merge", {}, {"anonymous": LOGIN, "reader": 403, "owner": 403, "curator": 200, "staff": 200}),
        ("GET", "split", {}, {"anonymous": LOGIN, "reader": 403, "owner": 403, "curator": 200, "staff": 200}),
        ("POST", "split", {"do": "split"}, {"anonymous": LOGIN, "owner": 403, "curator": 409}),
        (
            "GET",
            "ticket",
            {},
            {
                "anonymous": LOGIN,
                "reader": 404,
                "weak co-author": 404,
                "reporter": 200,
                "owner": 200,
                "co-author": 200,
                "curator": 200,
                "staff": 200,
            },
        ),
        ("POST", "ticket", {"do": "accept"}, {"reporter": 409, "owner": 409, "co-author": 409, "reader": 404}),
        ("POST", "ticket", {"do": "agree"}, {"reporter": 409, "owner": 409, "curator": 409, "co-author": 302}),
        ("POST", "ticket", {"do": "withdraw"}, {"co-author": 409, "curator": 409, "reporter": 302}),
        ("POST", "ticket", {"do": "nonsense"}, {"curator": 409}),
        ("POST", "undo", {}, {"anonymous": LOGIN, "reader": 403, "reporter": 403, "owner": 302}),
        ("POST", "undo one", {}, {"anonymous": LOGIN, "reader": 403, "co-author": 403, "curator": 302}),
    ],
)
def test_who_may(world: World, method: str, place: str, data: dict[str, str], expected: dict[str, int | str]) -> None:
    address = address_of(world, place)
    found = {who: outcome(world.browsers[who], method, address, data) for who in expected}
    assert found == expected


def test_nothing_of_a_ticket_leaks(world: World) -> None:
    """No public page, and no page of somebody whom it does not concern, holds a word of it."""
    for who in ("anonymous", "reader"):
        for place in ("menu", "history", "change", "figures", "own tickets"):
            answer = world.browsers[who].get(address_of(world, place))
            assert "Secret reason" not in answer.text
            assert f"/corrections/tickets/{world.ticket.pk}/" not in answer.text


def test_the_reporter_is_named_to_curators_only(world: World) -> None:
    address = address_of(world, "ticket")
    assert "Rosa Reporter" in world.browsers["curator"].get(address).text
    for who in ("owner", "co-author"):
        assert "Rosa Reporter" not in world.browsers[who].get(address).text


def test_accounts_and_notes_of_the_log_are_for_curators(world: World) -> None:
    for place in ("history", "change"):
        address = address_of(world, place)
        assert "My note" in world.browsers["curator"].get(address).text
        assert "My note" not in world.browsers["anonymous"].get(address).text


def test_a_ticket_page_is_never_kept_by_shared_caches(world: World) -> None:
    assert "private" in world.browsers["reporter"].get(address_of(world, "ticket"))["Cache-Control"]


def test_tickets_find_whom_they_ask(world: World) -> None:
    assert list(tickets.asked_of(world.users["co-author"])) == [world.ticket]
    assert (
        f"/corrections/tickets/{world.ticket.pk}/" in world.browsers["co-author"].get(reverse("corrections-mine")).text
    )
    assert not tickets.asked_of(world.users["weak co-author"]).exists()
