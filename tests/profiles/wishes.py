"""Wishes for corrections and who may settle them."""

from __future__ import annotations

from django.urls import reverse

from profiles.corrections import Wish
from profiles.models import Claim, Ticket, User
from tests.factories import AuthorFactory, ClaimFactory, CollaborationFactory
from tests.profiles.people import account
from tests.works.attribution.shang import Shangs
from works.models import Author


def co_author(author: Author, name: str, level: int = 3) -> User:
    """A person who owns a record of that level and has a work with the author."""
    record = AuthorFactory.create(display_name=name, level=level)
    low, high = sorted([author, record], key=lambda one: one.pk)
    CollaborationFactory.create(a=low, b=high)
    user = account(name)
    ClaimFactory.create(author=record, user=user, state=Claim.State.ACCEPTED)
    return user


def not_by(shangs: Shangs) -> Wish:
    return Wish(Ticket.Kind.NOT_MINE, shangs.physicist, [shangs.physics[0]])


def page_of(author: Author, what: str) -> str:
    return reverse("researcher-correct", args=[author.pk, author.slug, what])
