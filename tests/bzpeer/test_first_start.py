from __future__ import annotations

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import authenticate

from bzpeer import first_start
from ingest.models import ImportRun, Source
from ingest.sources import source_slugs
from profiles.models import User

pytestmark = pytest.mark.django_db


def test_the_staff_account_can_log_in_with_the_password_shown_once() -> None:
    account = first_start.create_staff_account()
    assert account is not None
    user = authenticate(username=account.email, password=account.password)
    assert isinstance(user, User)
    assert user.is_staff
    assert user.is_superuser
    assert EmailAddress.objects.get(user=user).verified
    assert account.password not in user.password
    assert first_start.create_staff_account() is None


def test_no_two_installations_share_a_password() -> None:
    assert len({first_start.fresh_password() for _ in range(100)}) == 100


def test_an_installation_that_has_a_superuser_gets_no_other() -> None:
    User.objects.create_superuser("ada@example.org", "long enough")
    assert first_start.create_staff_account() is None


def test_every_source_is_offered() -> None:
    first_start.register_sources()
    first_start.register_sources()
    assert set(Source.objects.values_list("slug", flat=True)) == set(source_slugs())


def test_the_sample_is_queued_once(django_capture_on_commit_callbacks: object) -> None:
    assert first_start.queue_sample()
    run = ImportRun.objects.get()
    assert (run.source.slug, run.state) == ("sample", ImportRun.State.QUEUED)
    assert run.shards.count() >= 1
    assert not first_start.queue_sample()
