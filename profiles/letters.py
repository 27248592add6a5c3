"""The e-mail about claims and the end of an account: to whom, about what, in which words."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse

from profiles.claims import owner_claim
from profiles.models import DISPUTE_HOLD, Claim, ClaimEvent, User

SUBJECTS = {
    ClaimEvent.Kind.APPROVED: "Your claim is approved: {name}",
    ClaimEvent.Kind.REFUSED: "Your claim is refused: {name}",
    ClaimEvent.Kind.REPLACED: "Your page has a new owner: {name}",
    ClaimEvent.Kind.DISPUTED: "Somebody else claims your page: {name}",
    ClaimEvent.Kind.ENDED: "Your claim has been ended: {name}",
    ClaimEvent.Kind.REOPENED: "Your claim is open again: {name}",
    ClaimEvent.Kind.REVIEWED: "The verification of your page has changed: {name}",
}
"""Events that cause a letter; the others the person caused and sees at once."""


def compose(event: ClaimEvent, site: str) -> EmailMessage | None:
    """The letter about an event, or None when nobody needs one. ``site`` is this site's address without a slash."""
    subject = SUBJECTS.get(ClaimEvent.Kind(event.kind))
    recipient = _recipient(event)
    if subject is None or recipient is None:
        return None
    author = event.claim.author
    context = {
        "event": event,
        "author": author,
        "recipient": recipient,
        "page": site + author.get_absolute_url(),
        "account": site + reverse("me"),
        "hold_hours": round(DISPUTE_HOLD.total_seconds() / 3600),
    }
    body = render_to_string(f"profiles/mail/claim_{event.kind}.txt", context)
    return EmailMessage("[BZPEER] " + subject.format(name=_one_line(author.display_name)), body, to=[recipient.email])


def farewell(email: str, name: str, *, by_staff: bool) -> EmailMessage:
    """The last letter to an account that was deleted."""
    context = {"name": name, "by_staff": by_staff, "contact": settings.CONTACT_EMAIL}
    body = render_to_string("profiles/mail/farewell.txt", context)
    return EmailMessage("[BZPEER] Your account is deleted", body, to=[email])


def claims_wait(user: User, number: int, oldest: datetime, site: str) -> EmailMessage:
    """That claims wait for staff to decide. It names nobody: the admin shows who asks for what."""
    context = {
        "user": user,
        "number": number,
        "oldest": oldest,
        "queue": f"{site}{reverse('admin:profiles_claim_changelist')}?state__exact={Claim.State.PENDING}",
    }
    what = "A claim waits" if number == 1 else f"{number} claims wait"
    body = render_to_string("profiles/mail/claims_wait.txt", context)
    return EmailMessage(f"[BZPEER] {what} for a decision", body, to=[user.email])


def _recipient(event: ClaimEvent) -> User | None:
    if event.kind == ClaimEvent.Kind.DISPUTED:
        owner = owner_claim(event.claim.author)
        return owner.user if owner else None
    if event.kind == ClaimEvent.Kind.REVIEWED and event.actor_id == event.claim.user_id:
        return None
    return event.claim.user


def _one_line(text: str) -> str:
    return " ".join(text.split())
