"""What allauth says in messages of its own, in the words of this site."""

from __future__ import annotations

from typing import ClassVar

from allauth.account.adapter import DefaultAccountAdapter


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc] # allauth ships no types
    error_messages: ClassVar[dict[str, str]] = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "This e-mail and this password do not belong together.",
        "duplicate_email": "Your account has this address already.",
        "email_taken": "Another account has this address.",
        "enter_current_password": "This is not your present password.",
        "incorrect_code": "This code is not right.",
        "incorrect_password": "This password is not right.",
        "max_email_addresses": "An account has at most %d addresses.",
        "too_many_login_attempts": "Too many attempts. Wait a few minutes, then try again.",
        "unverified_primary_email": "Confirm an address before you make it your main one.",
    }
