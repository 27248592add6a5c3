"""The forms of log in and account settings with the words of this site; what they do is allauth's."""

from __future__ import annotations

from typing import Any, ClassVar

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from allauth.socialaccount import forms as social
from django import forms


class Worded(forms.Form):
    """Labels by field; a placeholder would only say the label again, and vanish when it is needed."""

    words: ClassVar[dict[str, str]] = {}
    common: ClassVar[dict[str, str]] = {
        "login": "E-mail",
        "email": "E-mail",
        "password": "Password",
        "password1": "Password",
        "password2": "Password again",
        "remember": "Stay logged in on this device",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in {**self.common, **self.words}.items():
            if name in self.fields:
                self.fields[name].label = label
                self.fields[name].widget.attrs.pop("placeholder", None)


class LoginForm(Worded, account.LoginForm):
    """Log in."""


class SignupForm(Worded, account.SignupForm):
    """Sign up with an address and a password."""

    def clean(self) -> dict[str, Any]:
        """Say both when a password is refused and the second one differs; allauth stops at the first."""
        first, second = self.cleaned_data.get("password1"), self.cleaned_data.get("password2")
        super().clean()
        if first and second and first != second and not self.has_error("password2"):
            self.add_error("password2", "You must type the same password each time.")
        return self.cleaned_data


class SocialSignupForm(Worded, social.SignupForm):
    """Sign up by way of another service."""


class AddEmailForm(Worded, account.AddEmailForm):
    """One more address."""


class ResetPasswordForm(Worded, account.ResetPasswordForm):
    """Ask for a link to choose a new password."""


class ReauthenticateForm(Worded, account.ReauthenticateForm):
    """The password once more."""


class ChangePasswordForm(Worded, account.ChangePasswordForm):
    """Another password instead of the present one."""

    words: ClassVar = {
        "oldpassword": "Current password",
        "password1": "New password",
        "password2": "New password again",
    }


class ResetPasswordKeyForm(Worded, account.ResetPasswordKeyForm):
    """A new password by the link of a letter."""

    words: ClassVar = {"password1": "New password", "password2": "New password again"}


class SetPasswordForm(Worded, account.SetPasswordForm):
    """The first password of an account that had none."""


class AuthenticateForm(Worded, mfa.AuthenticateForm):
    """The second step of log in."""

    words: ClassVar = {"code": "Code from your app, or a recovery code"}


class ConfirmByCodeForm(Worded, mfa.ReauthenticateForm):
    """A code once more."""

    words: ClassVar = AuthenticateForm.words


class ActivateTOTPForm(Worded, totp.ActivateTOTPForm):
    """The first code of an authenticator app."""

    words: ClassVar = {"code": "Code that the app shows"}
