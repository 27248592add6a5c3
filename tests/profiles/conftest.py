"""Fixtures around ``tests.profiles.people``, which is imported late: Django is set up only after this file is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import Client

if TYPE_CHECKING:
    from profiles.models import User
    from tests.works.attribution.shang import Shangs
    from works.models import Author


@pytest.fixture
def ada(db: None) -> Author:
    from tests.profiles.people import ada_lovelace

    return ada_lovelace()


@pytest.fixture
def reader(db: None) -> User:
    from tests.profiles.people import account

    return account("Rosa Reader")


@pytest.fixture
def claimant(db: None) -> User:
    """Her name fits Ada's record."""
    from tests.profiles.people import account

    return account("Ada Lovelace", email="ada@example.org")


@pytest.fixture
def staff(db: None) -> User:
    from tests.profiles.people import account

    return account("Sam Staff", is_staff=True)


@pytest.fixture
def owned(ada: Author, claimant: User, staff: User) -> Author:
    """Ada's record, owned by the claimant."""
    from profiles import claims

    claims.approve(claims.request_claim(claimant, ada, "").claim, staff)
    ada.refresh_from_db()
    return ada


@pytest.fixture
def signed_in(client: Client, reader: User) -> Client:
    """A browser in which the reader is signed in."""
    client.force_login(reader)
    return client


@pytest.fixture
def curator(client: Client, db: None) -> User:
    """A curator, signed in."""
    from tests.profiles.people import account

    user = account("Cora Curator")
    user.is_curator = True
    user.save()
    client.force_login(user)
    return user


@pytest.fixture
def shangs(db: None) -> Shangs:
    """Two people of one name."""
    from tests.works.attribution.shang import Shangs as World

    return World()


@pytest.fixture
def owner(shangs: Shangs) -> User:
    """Owns the page of the physicist."""
    from profiles.models import Claim
    from tests.factories import ClaimFactory
    from tests.profiles.people import account

    user = account("Yue Shang")
    ClaimFactory.create(author=shangs.physicist, user=user, state=Claim.State.ACCEPTED)
    return user
