"""Pages and letters of allauth speak as the rest of the site does: sentence case, log in, e-mail."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.totp.internal.auth import hotp_value, yield_hotp_counters_from_time
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from profiles.models import User
from tests.factories import PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clean_cache")]

PARTS = re.compile(r"<(h1|h2|label|legend|button)\b.*?</\1>|<a class=\"btn.*?</a>", re.DOTALL)
STRANGE = re.compile("sign.?in|email|verif", re.IGNORECASE)
OWN_NAMES = re.compile(r"ORCID|BZPEER|Rosa Reader|QR")


def strange_words(page: str) -> list[str]:
    """Headings, labels and buttons of the account part in which a word after the first has a capital letter."""
    main = page[page.index("<main") : page.index("</main>")]
    texts = [" ".join(strip_tags(OWN_NAMES.sub("", match[0])).split()) for match in PARTS.finditer(main)]
    assert texts
    return [text for text in texts if re.search(r"\S [A-Z][a-z]", text) or STRANGE.search(text)]


def code_for(secret: str) -> str:
    return f"{hotp_value(secret, next(iter(yield_hotp_counters_from_time()))):06}"


@pytest.mark.parametrize(
    "path",
    [
        reverse("account_login"),
        reverse("account_signup"),
        reverse("account_reset_password"),
        reverse("account_reset_password_done"),
        reverse("account_reset_password_from_key_done"),
        reverse("account_reset_password_from_key", args=["1", "bad-token"]),
        reverse("account_confirm_email", args=["no-such-key"]),
        reverse("account_email_verification_sent"),
        reverse("account_inactive"),
        reverse("socialaccount_login_cancelled"),
        reverse("socialaccount_login_error"),
    ],
)
def test_pages_before_log_in(client: Client, path: str) -> None:
    assert strange_words(client.get(path).content.decode()) == []


@pytest.mark.parametrize("name", ["account_email", "account_change_password", "socialaccount_connections"])
def test_pages_of_the_account(signed_in: Client, name: str) -> None:
    assert strange_words(signed_in.get(reverse(name)).content.decode()) == []


def test_the_link_of_a_letter(client: Client, reader: User) -> None:
    client.post(reverse("account_reset_password"), {"email": reader.email})
    [letter] = mail.outbox
    assert letter.subject == "[BZPEER] Choose a new password"
    [link] = re.findall(r"http://testserver(/\S+)", str(letter.body))
    page = client.get(link, follow=True).content.decode()
    assert "Choose a new password" in page
    assert strange_words(page) == []


def test_letters_and_messages_of_signing_up(client: Client, reader: User) -> None:
    wanted = {"name": "<b>Pat O'Neil", "password1": "cobalt-river-42x", "password2": "cobalt-river-42x"}
    page = client.post(reverse("account_signup"), {**wanted, "email": "pat@example.org"}, follow=True).content.decode()
    assert "We have sent an e-mail to pat@example.org." in page
    again = client.post(reverse("account_signup"), {**wanted, "email": reader.email}, follow=True).content.decode()
    assert "We have sent an e-mail to" in again
    confirm, known = mail.outbox
    for letter in (confirm, known):
        assert str(letter.body).startswith("Hello,\n\nsomebody, perhaps you, ")
        assert str(letter.body).endswith("\n\nBZPEER")
        assert not re.search(r"\bemail\b|testserver|Neil", re.sub(r"http\S+", "", str(letter.body)))
    [link] = re.findall(r"http://testserver(/\S+)", str(confirm.body))
    assert "Confirm your address" in client.get(link).content.decode()
    assert "pat@example.org is confirmed." in client.post(link, follow=True).content.decode()


def test_a_wrong_password(client: Client, reader: User) -> None:
    page = client.post(reverse("account_login"), {"login": reader.email, "password": "another"}).content.decode()
    assert "This e-mail and this password do not belong together." in page


def test_two_factor_login_from_setting_up_to_turning_off(client: Client, reader: User) -> None:
    client.post(reverse("account_login"), {"login": reader.email, "password": PASSWORD})
    asked_again = client.get(reverse("mfa_activate_totp"), follow=True)
    assert strange_words(asked_again.content.decode()) == []
    setting_up = client.post(asked_again.redirect_chain[-1][0], {"password": PASSWORD}, follow=True)
    assert strange_words(setting_up.content.decode()) == []
    secret = setting_up.context["form"].secret
    assert client.post(reverse("mfa_activate_totp"), {"code": code_for(secret)}).status_code == 302
    for name in ("mfa_index", "mfa_view_recovery_codes", "mfa_generate_recovery_codes", "mfa_deactivate_totp"):
        assert strange_words(client.get(reverse(name)).content.decode()) == [], name
    codes = client.get(reverse("mfa_view_recovery_codes")).context["unused_codes"]

    client.logout()
    second_step = client.post(reverse("account_login"), {"login": reader.email, "password": PASSWORD}, follow=True)
    assert strange_words(second_step.content.decode()) == []
    assert client.post(reverse("mfa_authenticate"), {"code": codes[0]}).status_code == 302
    assert strange_words(client.get(reverse("mfa_reauthenticate")).content.decode()) == []
    assert client.post(reverse("mfa_reauthenticate"), {"code": codes[1]}).status_code == 302
    assert client.post(reverse("mfa_deactivate_totp")).status_code == 302
    assert "your password alone opens your account" in client.get(reverse("mfa_index")).content.decode()


def test_too_many_requests(client: Client, reader: User) -> None:
    answers = [client.post(reverse("account_reset_password"), {"email": reader.email}) for _ in range(12)]
    assert answers[-1].status_code == 429
    assert "Too many requests of this kind" in answers[-1].content.decode()
