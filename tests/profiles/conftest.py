"""Fixtures around ``tests.profiles.people``, which is imported late: Django is set up only after this file is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import Client

if TYPE_CHECKING:
    from profiles.models import User
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
def signed_in(client: Client, reader: User) -> Client:
    """A browser in which the reader is signed in."""
    client.force_login(reader)
    return client


@pytest.fixture
def curator(client: Client, db: None) -> User:
    """A curator, signed in."""
    from profiles.models import User as Users
    from tests.profiles.people import account

    user = account("Cora Curator")
    Users.objects.filter(pk=user.pk).update(is_curator=True)
    client.force_login(user)
    return user
