"""The verification level that an owner brings to a record, and why: decided here, and nowhere else.

Approving a claim, a new name, a confirmed address and the nightly check all ask ``verdict``; so does every page that
explains a level to its owner.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.db import transaction

from profiles.claim_steps import LEVEL_CLAIMED, LEVEL_UNCLAIMED, locked, record, set_level
from profiles.models import Claim, ClaimEvent, User
from works.models import Author
from works.names import Agreement, compare_names, parse_name

BATCH = 500
"""Claims that the nightly check reads at once."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The level that a record has with this owner, and what keeps it below L2, one sentence each.

    ``shown`` is the level that pages show at present. It differs from ``level`` only after the record itself changed,
    until the nightly check.
    """

    level: int
    shown: int
    doubts: tuple[str, ...]

    @property
    def reason(self) -> str:
        """Why the level is what it is, in sentences for the owner."""
        if self.level > LEVEL_CLAIMED:
            return "It rests on proofs, whatever the account is called."
        return " ".join(self.doubts) or "The e-mail address is confirmed and the name fits the record."

    @property
    def is_due(self) -> bool:
        """Whether the level that pages show is about to follow."""
        return self.level != self.shown

    @property
    def upon_renaming(self) -> str:
        """What another name of the account would do to the level."""
        if self.level > LEVEL_CLAIMED:
            return "Another name leaves it as it is."
        if self.level == LEVEL_CLAIMED:
            return (
                f"Under a name that does not fit the record it falls to L{LEVEL_UNCLAIMED} at once, and its trust with "
                "it. The page stays yours, and a name that fits brings the level back."
            )
        return f"With a confirmed e-mail address and a name that fits the record it rises to L{LEVEL_CLAIMED} at once."


def verdict(user: User, author: Author) -> Verdict:
    """What owning the record amounts to for this user."""
    doubts = []
    if not EmailAddress.objects.filter(user=user, email__iexact=user.email, verified=True).exists():
        doubts.append("The account's e-mail address is not confirmed.")
    if not name_fits(author, user.name):
        doubts.append(f"The account's name, {user.name or 'left empty'}, does not fit {author.display_name}.")
    level = author.level
    if level <= LEVEL_CLAIMED:
        level = LEVEL_UNCLAIMED if doubts else LEVEL_CLAIMED
    return Verdict(level, author.level, tuple(doubts))


def name_fits(author: Author, name: str) -> bool:
    """Whether a person of this name could be the one on the record, by any printed form of its name."""
    printed = [author.display_name, *(form for form, _works in author.name_forms)]
    return any(are_compatible(name, form) for form in printed)


def are_compatible(one: str, printed_name: str) -> bool:
    """Whether one person could be called both ways. An empty name fits nothing."""
    if not one.strip():
        return False
    return compare_names(parse_name(one), parse_name(printed_name)) > Agreement.CONFLICT


def review(claim: Claim, actor: User | None) -> list[ClaimEvent]:
    """Bring the level of an owned record to what it is by now; one event when it changed, else none."""
    with transaction.atomic():
        claim = locked(claim)
        found = verdict(claim.user, claim.author)
        if not claim.is_accepted or not found.is_due:
            return []
        set_level(claim.author, found.level)
        kind = ClaimEvent.Kind.REVIEWED
        return [record(claim, kind, actor=actor, level=found.level, level_reason=found.reason)]


def review_owner(user: User, actor: User | None) -> list[ClaimEvent]:
    """The same for the record that the user owns, if any: called when the account's name or address changed."""
    claim = Claim.objects.accepted().filter(user=user).first()
    return review(claim, actor) if claim else []


def review_all() -> Iterator[ClaimEvent]:
    """Every owned record, one transaction each: what is printed on a record changes with imports and corrections."""
    owned = Claim.objects.accepted().select_related("user", "author").order_by("pk")
    for claim in owned.iterator(BATCH):
        if verdict(claim.user, claim.author).is_due:
            yield from review(claim, None)
