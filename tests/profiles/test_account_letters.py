"""An account hears of every change of what protects it, where it was reached before."""

from __future__ import annotations

import re

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.core import mail
from django.core.mail import EmailMessage
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from profiles.models import User
from tests.factories import PASSWORD
from tests.profiles.test_account_wording import code_for

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clean_cache")]

FRESH = "a wholly new pass phrase"
CHANGE = {"oldpassword": PASSWORD, "password1": FRESH, "password2": FRESH}


@pytest.fixture
def at_home(reader: User) -> Client:
    """A browser in which the reader has just given the password."""
    browser = Client(HTTP_USER_AGENT="Click here: https://evil.example")
    browser.post(reverse("account_login"), {"login": reader.email, "password": PASSWORD})
    browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return browser


def the_letter(subject: str) -> EmailMessage:
    [letter] = [each for each in mail.outbox if each.subject == f"[BZPEER] {subject}"]
    body = str(letter.body)
    assert body.startswith("Hello,\n\n")
    assert body.endswith("\n\nBZPEER")
    assert " UTC, from 127.0.0.1." in body
    assert "http://testserver/accounts/password/reset/" in body
    assert "evil" not in body
    return letter


def test_the_former_address_hears_of_the_new_one(at_home: Client, reader: User) -> None:
    former = reader.email
    EmailAddress.objects.create(user=reader, email="new@example.org", verified=True)
    at_home.post(reverse("account_email"), {"email": "new@example.org", "action_primary": ""})
    letter = the_letter("The main address of your account has changed")
    assert letter.to == [former]
    assert f"now goes to new@example.org, no longer to {former}." in str(letter.body)
    mail.outbox.clear()
    at_home.post(reverse("account_email"), {"email": former, "action_remove": ""})
    assert former in str(the_letter("An address was removed from your account").body)


def test_a_new_password(at_home: Client, reader: User) -> None:
    at_home.post(reverse("account_change_password"), CHANGE)
    assert the_letter("Your password has changed").to == [reader.email]


def test_a_password_by_mail(client: Client, reader: User) -> None:
    client.post(reverse("account_reset_password"), {"email": reader.email})
    [link] = re.findall(r"http://testserver(/\S+)", str(mail.outbox[0].body))
    form = client.get(link, follow=True)
    client.post(form.redirect_chain[-1][0], {"password1": FRESH, "password2": FRESH})
    assert "by a link that was sent to you" in str(the_letter("Your password has changed").body)


def test_a_first_password(at_home: Client, reader: User) -> None:
    reader.set_unusable_password()
    reader.save()
    at_home.force_login(reader)
    at_home.post(reverse("account_set_password"), {"password1": FRESH, "password2": FRESH})
    the_letter("Your account has a password")


@pytest.mark.django_db(transaction=True)
def test_the_second_factor(at_home: Client) -> None:
    secret = at_home.get(reverse("mfa_activate_totp")).context["form"].secret
    at_home.post(reverse("mfa_activate_totp"), {"code": code_for(secret)})
    the_letter("Two-factor login is on")
    at_home.post(reverse("mfa_generate_recovery_codes"))
    the_letter("Your recovery codes are new")
    at_home.post(reverse("mfa_deactivate_totp"))
    the_letter("Two-factor login is off")


def test_another_login(at_home: Client, reader: User, settings: Settings) -> None:
    settings.SOCIALACCOUNT_PROVIDERS = {"orcid": {"APPS": [{"client_id": "id", "secret": "secret"}]}}
    connected = SocialAccount.objects.create(user=reader, provider="orcid", uid="0000-0002-1825-0097")
    at_home.post(reverse("socialaccount_connections"), {"account": connected.pk})
    assert "an account of Orcid.org" in str(the_letter("A login was taken off your account").body)


def test_the_change_is_made_though_no_mail_server_answers(
    at_home: Client, reader: User, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    """The letter is for the workers, who try again."""
    settings.CELERY_TASK_EAGER_PROPAGATES = False

    def away(*_args: object) -> int:
        raise ConnectionRefusedError

    monkeypatch.setattr(EmailBackend, "send_messages", away)
    assert at_home.post(reverse("account_change_password"), CHANGE).status_code == 302
    reader.refresh_from_db()
    assert reader.check_password(FRESH)


def test_an_open_page_alone_changes_no_address(client: Client, reader: User) -> None:
    client.force_login(reader)
    asked = client.post(reverse("account_email"), {"email": "thief@example.org", "action_add": ""})["Location"]
    assert asked.startswith(reverse("account_reauthenticate"))
    assert not EmailAddress.objects.filter(email="thief@example.org").exists()
    client.post(asked, {"password": PASSWORD, "next": reverse("account_email")})
    assert mail.outbox[-1].to == ["thief@example.org"]
