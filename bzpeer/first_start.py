"""What a fresh installation gets, once: a staff account, the sources, the sample corpus."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction

from ingest import runs
from ingest.models import ImportRun
from ingest.sources import source_slugs
from ingest.sources.base import SourceOptions
from ingest.tasks import enqueue
from profiles.models import User

STAFF_EMAIL = "staff@localhost"
# Letters and digits that nobody takes for one another when copying from a screen: 5 bits each.
EASY_CHARACTERS = "abcdefghijkmnpqrstuvwxyz23456789"
PASSWORD_GROUPS = 4


@dataclass(frozen=True)
class NewAccount:
    """Log-in facts to show once; the password is stored nowhere in the clear."""

    email: str
    password: str


def fresh_password() -> str:
    """80 random bits as four groups of four characters."""
    groups = ("".join(secrets.choice(EASY_CHARACTERS) for _ in range(4)) for _ in range(PASSWORD_GROUPS))
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


def register_sources() -> None:
    """A row for every source module, so that staff find them all on the import page."""
    for slug in source_slugs():
        runs.ensure_source(slug)


@transaction.atomic
def queue_sample() -> bool:
    """Hand the sample corpus to the workers, unless any import was ever started here; whether it was handed over.

    It goes the way of every import: a run in the database, its shards worked off by Celery.
    """
    if ImportRun.objects.exists():
        return False
    enqueue(runs.start_run("sample", SourceOptions(), shards=settings.IMPORT_SHARDS))
    return True
