"""What an account of staff sees and may do with the rights that it has, and the words where one is missing."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from io import StringIO

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from ingest import runs
from ingest.models import Source
from profiles import claims
from profiles.models import Claim, User
from tests.profiles.people import account, ada_lovelace
from works.models import Author

pytestmark = pytest.mark.django_db
QUEUE = "/admin/profiles/claim/"


@pytest.fixture
def source() -> Source:
    return runs.ensure_source("arxiv-oai")


@pytest.fixture
def ada() -> Author:
    return ada_lovelace()


def staff_with(*rights: str) -> tuple[User, Client]:
    """A member of staff with these rights, written ``app.codename``, and the browser of that person."""
    user = account("Stan Staff")
    User.objects.filter(pk=user.pk).update(is_staff=True)
    for right in rights:
        label, codename = right.split(".")
        user.user_permissions.add(Permission.objects.get(content_type__app_label=label, codename=codename))
    browser = Client()
    browser.force_login(user)
    return user, browser


def words(browser: Client, address: str, status: int = 403) -> str:
    answer = browser.get(address)
    assert answer.status_code == status
    return answer.content.decode()


def test_staff_without_rights_see_only_what_they_may_do(source: Source, ada: Author) -> None:
    _, browser = staff_with()
    claims.request_claim(account("Ada Lovelace"), ada, "")
    page = words(browser, "/imports/", 200) + words(browser, ada.get_absolute_url(), 200)
    for address in (f"/admin/ingest/source/{source.pk}/", reverse("admin:index"), QUEUE):
        assert address not in page
    assert reverse("imports") in page
    assert reverse("corrections-queue") in page


def test_what_is_missing_is_said_in_words(source: Source, ada: Author) -> None:
    _, browser = staff_with()
    assert "lacks the right “Can view claim”" in words(browser, QUEUE)
    assert "lacks the right “Can view source”" in words(browser, f"/admin/ingest/source/{source.pk}/change/")
    _, looker = staff_with("profiles.view_claim", "ingest.view_source")
    answer = looker.post(f"/admin/ingest/source/{source.pk}/change/", {})
    assert "lacks the right “Can change source”" in answer.content.decode()
    superuser = Client()
    superuser.force_login(account("Sam Staff", is_staff=True))
    assert "Nobody can add a claim here." in words(superuser, f"{QUEUE}add/")


def test_everybody_else_hears_for_whom_it_is(client: Client) -> None:
    client.force_login(account("Rosa Reader"))
    assert "for members of staff" in words(client, "/imports/")
    assert "for curators" in words(client, reverse("corrections-queue"))
    refused = client.get("/admin/", follow=True)
    assert refused.status_code == 403
    assert "for members of staff" in refused.content.decode()


def test_the_ready_group_is_enough_for_daily_work(source: Source, ada: Author) -> None:
    """What the migration made is gone after a test that empties the tables: it is made here as it is there."""
    import_module("ingest.migrations.0009_staff_group").make_group(apps, None)
    claim = claims.request_claim(account("Ada Lovelace"), ada, "").claim
    user, browser = staff_with()
    user.groups.add(Group.objects.get(name="Staff"))
    menu = words(browser, "/imports/", 200)
    assert f"/admin/ingest/source/{source.pk}/" in menu
    assert reverse("admin:index") in menu
    assert browser.get(f"/admin/ingest/source/{source.pk}/change/").status_code == 200
    browser.post(QUEUE, {"action": "approve", "_selected_action": [claim.pk], "note": ""})
    assert Claim.objects.get().is_accepted
    assert browser.get("/admin/profiles/user/").status_code == 200
    assert browser.get("/admin/profiles/user/add/").status_code == 403


def test_who_may_change_accounts_cannot_take_more_rights() -> None:
    user, browser = staff_with("profiles.view_user", "profiles.change_user")
    boss = account("Sam Staff", is_staff=True)
    values = {"email": user.email, "name": "Stan", "is_active": "on", "is_superuser": "on", "is_curator": "on"}
    assert browser.post(f"/admin/profiles/user/{user.pk}/change/", values).status_code == 302
    user.refresh_from_db()
    assert (user.name, user.is_superuser, user.is_curator, user.is_staff) == ("Stan", False, False, True)
    assert browser.post(f"/admin/profiles/user/{boss.pk}/change/", values | {"email": boss.email}).status_code == 403
    assert browser.get(f"/admin/profiles/user/{boss.pk}/password/").status_code == 403


@pytest.mark.parametrize("waiting", [0, 1, 3])
def test_the_menu_counts_claims_for_who_decides_them(ada: Author, waiting: int) -> None:
    for number in range(waiting):
        claims.request_claim(account(f"Ada{number} Lovelace"), ada, "")
    _, browser = staff_with("profiles.view_claim", "profiles.change_claim")
    page = browser.get("/topics/").content.decode()
    assert f"{QUEUE}?state__exact=pending" in page
    for text in (f'{waiting}<span class="visually-hidden"> waiting', f"{waiting}<span"):
        assert (text in page) == bool(waiting)


def test_the_menu_costs_readers_nothing(client: Client) -> None:
    client.force_login(account("Rosa Reader"))
    client.get("/topics/")
    with CaptureQueriesContext(connection) as captured:
        client.get("/topics/")
    assert [
        query["sql"] for query in captured if "profiles_claim" in query["sql"] or "permission" in query["sql"]
    ] == []


def test_the_queue_begins_with_the_claim_that_waits_longest(ada: Author) -> None:
    boss = account("Sam Staff", is_staff=True)
    made = [claims.request_claim(account(f"Ada{number} Lovelace"), ada, "").claim for number in range(4)]
    for days, claim in zip((4, 2, 9, 1), made, strict=True):
        Claim.objects.filter(pk=claim.pk).update(waiting_since=timezone.now() - timedelta(days=days))
    claims.refuse(Claim.objects.get(pk=made[2].pk), boss)
    claims.refuse(Claim.objects.get(pk=made[3].pk), boss)
    browser = Client()
    browser.force_login(boss)
    shown = [claim.pk for claim in browser.get(QUEUE).context["cl"].result_list]
    assert shown == [made[0].pk, made[1].pk, made[3].pk, made[2].pk]


def test_a_lost_password_is_set_anew_by_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    user = account("Sam Staff", is_staff=True)
    monkeypatch.setattr("getpass.getpass", lambda prompt: "another long pass phrase")
    call_command("changepassword", user.email, stdout=StringIO())
    user.refresh_from_db()
    assert user.check_password("another long pass phrase")


def test_the_tables_of_the_scheduler_are_not_edited_by_hand(admin_client: Client) -> None:
    assert "django_celery_beat" not in words(admin_client, "/admin/", 200)
    assert admin_client.post("/admin/django_celery_beat/periodictask/add/", {}).status_code == 404
