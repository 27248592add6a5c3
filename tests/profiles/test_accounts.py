from __future__ import annotations

import re

import pytest
from allauth.socialaccount.models import SocialAccount
from django.core import mail
from django.test import Client
from django.urls import reverse

from profiles.models import User
from tests.factories import PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clean_cache")]

SIGN_UP = {"name": "Nora New", "email": "nora@example.org", "password1": PASSWORD, "password2": PASSWORD}
SIGNED_OUT = ["account_login", "account_signup", "account_reset_password", "account_email_verification_sent"]
SIGNED_IN = ["account_email", "account_change_password", "account_logout", "mfa_index", "socialaccount_connections"]
INLINE = re.compile(r"""<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\b(?:src=|type="application/(?:ld\+)?json"))""")


@pytest.mark.parametrize("name", SIGNED_OUT)
def test_pages_before_log_in_hold_to_the_security_policy(client: Client, name: str) -> None:
    answer = client.get(reverse(name))
    assert answer.status_code == 200
    assert INLINE.search(answer.content.decode()) is None
    assert 'class="site-header"' in answer.content.decode()


@pytest.mark.parametrize("name", SIGNED_IN)
def test_pages_of_the_account_hold_to_the_security_policy(signed_in: Client, name: str) -> None:
    answer = signed_in.get(reverse(name))
    assert answer.status_code == 200
    assert INLINE.search(answer.content.decode()) is None
    assert "private" in answer["Cache-Control"]


def test_an_installation_without_other_logins_says_so(signed_in: Client) -> None:
    page = signed_in.get(reverse("socialaccount_connections")).content.decode()
    assert "Nothing to connect" in page
    assert "Connect another" not in page


@pytest.mark.parametrize("name", ["orcid_login", "orcid_callback"])
def test_a_service_that_is_not_set_up_has_no_addresses(signed_in: Client, name: str) -> None:
    for browser in (signed_in, Client()):
        assert browser.get(reverse(name)).status_code == 404
        assert browser.post(reverse(name)).status_code == 404


def test_a_service_that_was_set_up_once_breaks_no_page(signed_in: Client, reader: User) -> None:
    SocialAccount.objects.create(user=reader, provider="orcid", uid="0000-0002-1825-0097")
    assert signed_in.get(reverse("socialaccount_connections")).status_code == 200


def test_a_forgotten_password_is_replaced_by_mail(client: Client, reader: User) -> None:
    assert client.post(reverse("account_reset_password"), {"email": reader.email}).status_code == 302
    assert "Look at your mail" in client.get(reverse("account_reset_password_done")).content.decode()
    [letter] = mail.outbox
    [link] = re.findall(r"http://testserver(/\S+)", str(letter.body))
    form = client.get(link, follow=True)
    fresh = {"password1": "a wholly new pass phrase", "password2": "a wholly new pass phrase"}
    assert client.post(form.redirect_chain[-1][0], fresh).status_code == 302
    assert client.login(email=reader.email, password=fresh["password1"])


def test_an_account_needs_its_address_confirmed(client: Client) -> None:
    answer = client.post(reverse("account_signup"), SIGN_UP)
    assert answer["Location"] == reverse("account_email_verification_sent")
    assert User.objects.get(email="nora@example.org").name == "Nora New"
    assert client.get(reverse("me")).status_code == 302
    another_browser = Client()
    assert another_browser.post(_link_of_the_letter())["Location"] == reverse("account_login")
    assert another_browser.get(reverse("me")).status_code == 302
    another_browser.post(reverse("account_login"), {"login": "NORA@example.org", "password": PASSWORD})
    assert another_browser.get(reverse("me")).status_code == 200


def test_who_confirms_where_they_signed_up_goes_on_where_they_were(client: Client) -> None:
    client.post(reverse("account_signup"), SIGN_UP | {"next": "/quality/"})
    link = _link_of_the_letter()
    assert client.get(reverse("me")).status_code == 302
    assert client.post(link)["Location"] == "/quality/"
    assert client.get(reverse("me")).status_code == 200
    assert Client().post(link).status_code == 404


def _link_of_the_letter() -> str:
    [letter] = mail.outbox
    [link] = re.findall(r"http://testserver(/\S+)", str(letter.body))
    return str(link)


def test_sign_up_does_not_tell_who_has_an_account(client: Client, reader: User) -> None:
    known = client.post(reverse("account_signup"), SIGN_UP | {"email": reader.email.upper()})
    unknown = Client().post(reverse("account_signup"), SIGN_UP)
    assert known["Location"] == unknown["Location"]
    assert User.objects.filter(email__iexact=reader.email).count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": "not an address"},
        {"email": "x" * 400 + "@example.org"},
        {"name": "\x00"},
        {"name": "x" * 151},
        {"name": ""},
        {"password2": "another one"},
        {"password1": "1234567890", "password2": "1234567890"},
    ],
)
def test_a_wrong_form_is_shown_again(client: Client, wrong: dict[str, str]) -> None:
    answer = client.post(reverse("account_signup"), SIGN_UP | wrong)
    assert answer.status_code == 200
    assert 'class="errorlist"' in answer.content.decode()
    assert not User.objects.exists()


def test_two_faults_of_a_password_are_told_at_once(client: Client) -> None:
    wrong = {"password1": "1234567890", "password2": "1234567891"}
    answer = client.post(reverse("account_signup"), SIGN_UP | wrong)
    assert answer.context["form"].errors.keys() == {"password1", "password2"}


@pytest.mark.parametrize("name", ["account_login", "account_signup", "account_logout", "admin:login"])
def test_what_is_no_address_is_not_followed(client: Client, reader: User, name: str) -> None:
    page = f"{reverse(name)}?next=http://%5B"
    assert client.get(page).status_code < 500
    client.force_login(reader)
    assert client.get(page).status_code < 500


def test_log_in_never_leaves_the_site(client: Client, reader: User) -> None:
    there = client.post(
        f"{reverse('account_login')}?next=https://elsewhere.example/", {"login": reader.email, "password": PASSWORD}
    )
    assert there["Location"] == "/"
