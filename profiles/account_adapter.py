"""What this site decides for allauth: its words, who a visitor is by address, how many wrong passwords are too many."""

from __future__ import annotations

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core.internal import ratelimit
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp
from django.conf import settings
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils import timezone

from profiles.addresses import site_of
from profiles.aftermath import follow_up
from profiles.models import User
from profiles.tasks import send_letter
from profiles.verification import review_owner

LIMITS = "allauth.account"
"""Where allauth looks for ``ACCOUNT_RATE_LIMITS``."""


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

    def get_client_ip(self, request: HttpRequest) -> str:
        """The visitor's address as the outermost of our own proxies saw it.

        What stands left of it in ``X-Forwarded-For`` the visitor wrote. A chain shorter than the proxies did not come
        through them, so whoever connected is the visitor.
        """
        chain = request.headers.get("X-Forwarded-For", "").split(",")
        if settings.ALLAUTH_TRUSTED_PROXY_COUNT and len(chain) < settings.ALLAUTH_TRUSTED_PROXY_COUNT:
            return str(request.META["REMOTE_ADDR"])
        return str(super().get_client_ip(request))

    def is_safe_url(self, url: str | None) -> bool:
        """Whether ``next`` leads to this site; what is no address at all (``http://[``) does not."""
        try:
            return bool(super().is_safe_url(url))
        except ValueError:
            return False

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """A confirmed address can raise the level of the page that the account owns."""
        is_confirmed = bool(super().confirm_email(request, email_address))
        if is_confirmed:
            follow_up(request, review_owner(email_address.user, email_address.user))
        return is_confirmed

    def send_notification_mail(
        self, template_prefix: str, user: User, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """Tell the account that something about it changed, at its main address or at ``email``.

        The workers send it: the change is made, whether or not the mail server answers.
        """
        email = email or EmailAddress.objects.get_primary_email(user)
        if not email:
            return
        facts = {
            "timestamp": timezone.now(),
            "ip": self.get_client_ip(self.request),
            "reset_url": site_of(self.request) + reverse("account_reset_password"),
            "contact": settings.CONTACT_EMAIL,
        }
        letter = self.render_mail(template_prefix, email, facts | (context or {}))
        send_letter.delay(letter.subject, letter.body, email)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count an attempt, which ``authenticate`` takes back when the password is right.

        By account and address together first: whoever is refused there counts no further, so that guessing from one
        address locks nobody out who is elsewhere, nor those behind the same address.
        """
        account = self._get_login_attempts_cache_key(request, **credentials)
        here = ratelimit.consume(request, app=LIMITS, action="wrong_password_here", key=self._here(request, account))
        anywhere = here and ratelimit.consume(request, app=LIMITS, action="wrong_password", key=account)
        if not here or not anywhere:
            raise self.validation_error("too_many_login_attempts")
        self._login_failed_rl_usage = ratelimit.RateLimitUsage([*here.usage, *anywhere.usage])

    def _delete_login_attempts_cached_email(self, request: HttpRequest, **credentials: Any) -> None:
        """Whoever chose a new password by mail may use it at once."""
        account = self._get_login_attempts_cache_key(request, **credentials)
        ratelimit.clear(request, app=LIMITS, action="wrong_password_here", key=self._here(request, account))
        ratelimit.clear(request, app=LIMITS, action="wrong_password", key=account)

    def _here(self, request: HttpRequest, account: str) -> str:
        return f"{account} {ratelimit.get_ip(request)}"


class NotSetUpError(SocialApp.DoesNotExist, Http404):  # type: ignore[misc] # allauth ships no types
    """A service without keys: its addresses are unknown, and a page that names it goes on without."""


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc] # allauth ships no types
    def get_app(self, request: HttpRequest, provider: str, client_id: str | None = None) -> SocialApp:
        """The keys of another service, or NotSetUpError."""
        try:
            return super().get_app(request, provider, client_id)
        except SocialApp.DoesNotExist:
            raise NotSetUpError(f"No keys of {provider} are set.") from None
