from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from profiles import claims, invitations
from profiles.models import Follow, Invitation, User
from tests.factories import AuthorFactory, FollowFactory, printed_work
from works.models import Author

pytestmark = pytest.mark.django_db


def test_a_new_account_is_told_what_to_do(signed_in: Client) -> None:
    text = signed_in.get(reverse("me")).content.decode()
    assert "You have not claimed a page" in text
    assert "You follow nobody" in text


def test_the_claim_can_be_followed_and_withdrawn(client: Client, ada: Author, claimant: User) -> None:
    client.force_login(claimant)
    asked = client.post(reverse("researcher-claim", args=[ada.pk, ada.slug]), {"statement": "Me"}, follow=True)
    assert "Staff will decide" in asked.content.decode()
    assert "Waiting for a decision" in client.get(reverse("me")).content.decode()
    assert "Withdraw your claim?" in client.get(reverse("claim-end")).content.decode()
    done = client.post(reverse("claim-end"), follow=True)
    assert "Your claim is withdrawn." in done.content.decode()
    assert claims.current_claim(claimant) is None


def test_a_dispute_marks_its_statement_as_required(
    client: Client, ada: Author, claimant: User, reader: User, staff: User
) -> None:
    client.force_login(reader)
    address = reverse("researcher-claim", args=[ada.pk, ada.slug])
    assert re.search(r"<textarea[^>]* required", client.get(address).content.decode()) is None
    claims.approve(claims.request_claim(claimant, ada, "").claim, staff)
    page = client.get(address).content.decode()
    assert "a dispute needs your reasons" in page
    assert "(required)</label>" in page
    assert re.search(r"<textarea[^>]* required", page)
    assert "Say why this page is yours" in client.post(address, {"statement": " "}).content.decode()
    assert claims.current_claim(reader) is None


def test_a_second_claim_is_refused_kindly(client: Client, ada: Author, claimant: User) -> None:
    claims.request_claim(claimant, ada, "")
    other = AuthorFactory.create(display_name="Grace Hopper")
    client.force_login(claimant)
    answer = client.post(reverse("researcher-claim", args=[other.pk, other.slug]), {"statement": "Also me"})
    assert answer.status_code == 409
    assert "You have asked for the page of Ada Lovelace" in answer.content.decode()
    assert "Withdraw that claim" in answer.content.decode()


def test_a_refusal_shows_the_note(client: Client, ada: Author, claimant: User, staff: User) -> None:
    claims.refuse(claims.request_claim(claimant, ada, "").claim, staff, "Please name your institution.")
    client.force_login(claimant)
    assert "Please name your institution." in client.get(reverse("me")).content.decode()


def test_an_overlong_statement_is_refused_with_a_reason(client: Client, ada: Author, claimant: User) -> None:
    client.force_login(claimant)
    address = reverse("researcher-claim", args=[ada.pk, ada.slug])
    assert "at most 2000" in client.post(address, {"statement": "x" * 2001}).content.decode()
    assert client.post(address, {"statement": "nul \x00"}).status_code == 200
    assert claims.current_claim(claimant) is None


def test_staff_are_told_of_claims_only_when_some_wait(client: Client, ada: Author, claimant: User, staff: User) -> None:
    client.force_login(staff)
    assert "for a decision by staff" not in client.get(reverse("me")).content.decode()
    claims.request_claim(claimant, ada, "")
    assert "1 claim</a> waits for a decision by staff" in client.get(reverse("me")).content.decode()


def test_the_feed_and_the_follows_page_through(signed_in: Client, reader: User) -> None:
    authors = AuthorFactory.create_batch(23)
    for number, author in enumerate(authors):
        FollowFactory.create(user=reader, author=author)
        printed_work([author], title=f"Part {number:03d}")
    for name, pattern in (("me-feed", r">(Part \d{3})<"), ("me-following", r">(Ada Lovelace\d+)<")):
        seen: list[str] = []
        query = ""
        while True:
            text = signed_in.get(reverse(name) + query).content.decode()
            seen += re.findall(pattern, text)
            following = re.search(r'rel="next" href="(\?[^"]+)"', text)
            if not following:
                break
            query = following[1]
        assert len(seen) == len(set(seen)) == 23


@pytest.mark.parametrize("cursor", ["abc", "~", "2020-01-01~x", "9" * 40, "\x00"])
@pytest.mark.parametrize("name", ["me-feed", "me-following"])
def test_garbage_cursors_never_fail(signed_in: Client, name: str, cursor: str) -> None:
    assert signed_in.get(reverse(name), {"cursor": cursor}).status_code == 200


def test_the_name_can_be_changed_but_not_emptied(signed_in: Client, reader: User) -> None:
    signed_in.post(reverse("me-settings"), {"name": "  Rosa R. Reader "})
    reader.refresh_from_db()
    assert reader.name == "Rosa R. Reader"
    assert "This field is required" in signed_in.post(reverse("me-settings"), {"name": "   "}).content.decode()


def test_the_owner_decides_about_invitations(client: Client, ada: Author, claimant: User, staff: User) -> None:
    claims.approve(claims.request_claim(claimant, ada, "").claim, staff)
    client.force_login(claimant)
    client.post(reverse("me-settings"), {"name": claimant.name})
    ada.refresh_from_db()
    assert not ada.is_open_to_collaborate
    assert "takes no invitations" in Client().get(ada.get_absolute_url()).content.decode()


def test_somebody_without_a_page_cannot_open_one(signed_in: Client, ada: Author) -> None:
    Author.objects.filter(pk=ada.pk).update(is_open_to_collaborate=False)
    signed_in.post(reverse("me-settings"), {"name": "Rosa", "is_open_to_collaborate": "on"})
    ada.refresh_from_db()
    assert not ada.is_open_to_collaborate


class TestInvitations:
    def test_locked_until_claimed(self, signed_in: Client, ada: Author) -> None:
        address = reverse("researcher-invite", args=[ada.pk, ada.slug])
        assert "Locked: nobody has claimed this record" in signed_in.get(address).content.decode()
        assert signed_in.post(address, {"message": "Hello"}).status_code == 409
        assert not Invitation.objects.exists()

    def test_the_owner_sees_the_message_and_after_accepting_the_address(
        self, signed_in: Client, owned: Author, reader: User, claimant: User
    ) -> None:
        signed_in.post(reverse("researcher-invite", args=[owned.pk, owned.slug]), {"message": "Shall we <b>work</b>?"})
        owner = Client()
        owner.force_login(claimant)
        text = owner.get(reverse("me")).content.decode()
        assert "Shall we &lt;b&gt;work&lt;/b&gt;?" in text
        assert reader.email not in text
        invitation = Invitation.objects.get()
        text = owner.post(
            reverse("invitation-answer", args=[invitation.pk]), {"answer": "accept"}, follow=True
        ).content.decode()
        assert f"mailto:{reader.email}" in text

    def test_one_open_invitation_at_a_time(self, owned: Author, reader: User) -> None:
        first = invitations.invite(reader, owned, "Hello")
        with pytest.raises(invitations.InvitationError, match="still waits"):
            invitations.invite(reader, owned, "Hello again")
        invitations.answer(first, accept=False)
        with pytest.raises(invitations.InvitationError, match="does not wait"):
            invitations.withdraw(first)
        assert invitations.invite(reader, owned, "Once more").state == Invitation.State.PENDING

    def test_not_to_oneself(self, owned: Author, claimant: User) -> None:
        with pytest.raises(invitations.InvitationError, match="your own page"):
            invitations.invite(claimant, owned, "Hello me")

    def test_invitations_and_follows_do_not_move_the_level(self, owned: Author, reader: User) -> None:
        invitations.invite(reader, owned, "Hello")
        Follow.objects.create(user=reader, author=owned)
        owned.refresh_from_db()
        assert owned.level == 2
