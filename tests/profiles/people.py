"""The people of these tests: Ada Lovelace with two works, and accounts with confirmed addresses."""

from __future__ import annotations

from datetime import date

from allauth.account.models import EmailAddress

from profiles.models import User
from tests.factories import AuthorFactory, UserFactory, printed_work
from works.models import Author


def ada_lovelace() -> Author:
    """A record with two works, one of them with Charles Babbage."""
    author: Author = AuthorFactory.create(
        display_name="Ada Lovelace", work_count=2, years=[[2020, 1], [2021, 1]], name_forms=[["Ada Lovelace", 2]]
    )
    babbage = AuthorFactory.create(display_name="Charles Babbage")
    printed_work([author, babbage], title="Notes on the analytical engine", topics=["cs.PL"], arxiv="2105.00001")
    printed_work([author], title="On Bernoulli numbers", topics=["math.NT"], submitted=date(2020, 3, 1))
    return author


def account(name: str, *, is_staff: bool = False, **fields: str) -> User:
    """An account whose e-mail address is confirmed."""
    user: User = UserFactory.create(name=name, is_staff=is_staff, is_superuser=is_staff, **fields)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user
