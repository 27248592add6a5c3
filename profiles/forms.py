"""Forms of people: signing up, claiming, inviting, settings, and the controls of a list of published work."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import HttpRequest

from profiles.models import User

LONGEST_TEXT = 2000


class SignupForm(forms.Form):
    """What sign-up asks beside e-mail and password."""

    name = forms.CharField(
        max_length=150,
        label="Your name",
        help_text="As on your papers: a claim is compared with it.",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    field_order = ("name", "email", "password1", "password2")

    def signup(self, request: HttpRequest, user: User) -> None:
        user.name = self.cleaned_data["name"].strip()
        user.save(update_fields=["name"])


class ClaimForm(forms.Form):
    """What a person says who claims a page."""

    statement = forms.CharField(
        required=False,
        max_length=LONGEST_TEXT,
        label="Why this page is yours",
        help_text="Anything that staff can check: your institution, your homepage, your ORCID iD, which of the works "
        "are yours. Only staff read it.",
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, is_dispute: bool = False) -> None:
        """A dispute needs the statement: it is all that staff have to decide by."""
        super().__init__(data)
        statement = self.fields["statement"]
        statement.required = is_dispute
        if is_dispute:
            statement.label = f"{statement.label} (required)"
            statement.error_messages["required"] = "Say why this page is yours, so that staff can decide."


class InvitationForm(forms.Form):
    """The message of an invitation."""

    message = forms.CharField(
        max_length=LONGEST_TEXT,
        label="What you would like to work on together",
        help_text="The researcher sees your name and this message, and your e-mail address only after accepting.",
        widget=forms.Textarea(attrs={"rows": 5}),
    )


class SettingsForm(forms.Form):
    """What a person may change about the account itself; e-mail, password and two-factor login have their own pages."""

    name = forms.CharField(
        max_length=150,
        label="Your name",
        help_text="Other signed-in people see it. Changing it does not change any author record.",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )


class DeleteAccountForm(forms.Form):
    """The last question before an account goes."""

    email = forms.CharField(
        max_length=254,
        label="Your e-mail address, to be sure",
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, user: User, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        self.address = user.email

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        if email.lower() != self.address.lower():
            raise forms.ValidationError("This is not the address that mail of your account goes to.")
        return email


class OwnerForm(forms.Form):
    """What the owner of a page decides about it."""

    is_open_to_collaborate = forms.BooleanField(
        required=False, label="Open to collaborate", help_text="Signed-in people can send you an invitation."
    )
