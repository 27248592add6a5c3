from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.contrib.sessions.models import Session
from django.core import mail
from django.db.models import ProtectedError
from django.test import Client
from django.urls import reverse

from graph.models import TrustSnapshot
from graph.refresh import refresh_authors
from profiles import claims, corrections, follows, invitations, leaving, tickets
from profiles.models import Claim, ClaimEvent, Follow, Invitation, Ticket, User, Vote
from profiles.tasks import clear_sessions
from tests.factories import PASSWORD, FollowFactory
from tests.profiles.people import account
from works.models import Author, Authorship, Decision, EventBatch

pytestmark = pytest.mark.django_db
DELETE = reverse("account-delete")
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def confirmed(user: User) -> Client:
    """A browser in which the person has just given the password."""
    browser = Client()
    browser.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    answer = browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert answer.status_code == 302
    return browser


class TestTheService:
    def test_the_page_is_unclaimed_again(self, owned: Author, claimant: User) -> None:
        revision = owned.revision
        farewell = leaving.delete_account(claimant)
        owned.refresh_from_db()
        assert (owned.level, owned.revision) == (1, revision + 1)
        assert claims.owner_claim(owned) is None
        assert (farewell.email, farewell.pages) == ("ada@example.org", [owned.pk])
        assert not User.objects.filter(pk=claimant.pk).exists()
        assert not EmailAddress.objects.filter(email="ada@example.org").exists()

    def test_a_plain_delete_is_refused_rather_than_leaving_a_level_without_owner(
        self, owned: Author, claimant: User
    ) -> None:
        for delete in (claimant.delete, User.objects.filter(pk=claimant.pk).delete):
            with pytest.raises(ProtectedError, match=r"Claim\.user"):
                delete()
        owned.refresh_from_db()
        assert owned.level == 2

    def test_a_claim_that_waits_goes_and_moves_no_level(self, ada: Author, claimant: User) -> None:
        Author.objects.filter(pk=ada.pk).update(level=2)
        claims.request_claim(claimant, ada, "")
        assert leaving.delete_account(claimant).pages == []
        assert not Claim.objects.exists()
        assert Author.objects.get(pk=ada.pk).level == 2

    def test_staff_leave_their_decisions(self, owned: Author, staff: User) -> None:
        account("Other Staff", is_staff=True)
        leaving.delete_account(staff)
        claim = Claim.objects.get()
        assert (claim.is_accepted, claim.decided_by) == (True, None)
        assert claim.events.get(kind=ClaimEvent.Kind.APPROVED).actor is None

    def test_corrections_stay_without_a_name(self, owned: Author, claimant: User, curator: User) -> None:
        held = Authorship.objects.get(attribution__author=owned, work__title__startswith="Notes")
        wish = corrections.Wish(Ticket.Kind.NOT_MINE, owned, [held])
        batch = corrections.carry_out(wish, claimant, "owner")
        leaving.delete_account(claimant)
        kept = EventBatch.objects.get(pk=batch.pk)
        assert (kept.actor, kept.role) == (None, "owner")
        assert Decision.objects.standing().filter(batch=kept).exists()
        browser = Client()
        browser.force_login(curator)
        for address in (reverse("researcher-history", args=[owned.pk, owned.slug]), reverse("change", args=[kept.pk])):
            assert "(a former member)" in browser.get(address).content.decode()

    def test_follows_go(self, owned: Author, reader: User) -> None:
        FollowFactory.create(user=reader, author=owned)
        leaving.delete_account(reader)
        assert not Follow.objects.exists()

    def test_an_invitation_that_waits_is_closed_for_who_received_it(
        self, owned: Author, claimant: User, reader: User, client: Client
    ) -> None:
        sent = invitations.invite(reader, owned, "A private wish")
        leaving.delete_account(reader)
        sent.refresh_from_db()
        assert (sent.state, sent.sender, sent.message) == (Invitation.State.CLOSED, None, "")
        client.force_login(claimant)
        page = client.get(reverse("me")).content.decode()
        assert "a former member" in page
        assert "Closed: the account was deleted" in page
        assert 'value="accept"' not in page
        answer = client.post(reverse("invitation-answer", args=[sent.pk]), {"answer": "accept"}, follow=True)
        assert "does not wait" in answer.content.decode()

    def test_an_accepted_one_shows_no_address_any_more(
        self, owned: Author, claimant: User, reader: User, client: Client
    ) -> None:
        invitations.answer(invitations.invite(reader, owned, "Hello"), accept=True)
        leaving.delete_account(reader)
        client.force_login(claimant)
        assert "mailto:" not in client.get(reverse("me")).content.decode()

    def test_who_invited_reads_that_the_account_went(
        self, owned: Author, claimant: User, reader: User, client: Client
    ) -> None:
        sent = invitations.invite(reader, owned, "My own words")
        leaving.delete_account(claimant)
        client.force_login(reader)
        page = client.get(reverse("me")).content.decode()
        assert "My own words" in page
        assert "Closed: the account was deleted" in page
        leaving.delete_account(reader)
        assert not Invitation.objects.filter(pk=sent.pk).exists()

    def test_tickets_that_wait_are_withdrawn_and_settled_ones_stay(
        self, owned: Author, reader: User, curator: User, client: Client
    ) -> None:
        held = Authorship.objects.filter(attribution__author=owned).order_by("pk")
        waiting, settled = (
            corrections.open_ticket(corrections.Wish(Ticket.Kind.NOT_MINE, owned, [each]), reader, "Not hers")[0]
            for each in held
        )
        tickets.decide(settled, curator, accept=False, answer="It is hers.")
        leaving.delete_account(reader)
        for ticket, state in ((waiting, Ticket.State.WITHDRAWN), (settled, Ticket.State.REFUSED)):
            ticket.refresh_from_db()
            assert (ticket.state, ticket.reporter, ticket.statement) == (state, None, "Not hers")
        page = client.get(reverse("ticket", args=[settled.pk])).content.decode()
        assert "by a former member" in page

    def test_open_questions_do_not_count_who_is_gone(self, owned: Author, reader: User, claimant: User) -> None:
        held = list(Authorship.objects.filter(attribution__author=owned)[:1])
        ticket, _ = corrections.open_ticket(corrections.Wish(Ticket.Kind.NOT_MINE, owned, held), reader, "")
        tickets.answer_as_owner(ticket, claimant, agrees=False, note="Mine")
        leaving.delete_account(claimant)
        assert not Vote.objects.exists()

    def test_no_address_stays_in_the_log_of_the_admin(self, ada: Author, claimant: User, staff: User) -> None:
        desk = Client()
        desk.force_login(staff)
        claim = claims.request_claim(claimant, ada, "").claim
        desk.post("/admin/profiles/claim/", {"action": "approve", "_selected_action": [claim.pk]})
        desk.post(f"/admin/profiles/user/{claimant.pk}/delete/", {"post": "yes"})
        assert LogEntry.objects.count() == 2
        assert {entry.object_repr for entry in LogEntry.objects.all()} == {"a former member"}

    def test_the_last_who_may_do_everything_stays(self, staff: User) -> None:
        with pytest.raises(leaving.LeavingError, match="last account"):
            leaving.delete_account(staff)
        account("Other Staff", is_staff=True)
        leaving.delete_account(staff)
        assert not User.objects.filter(pk=staff.pk).exists()

    def test_what_is_announced_is_what_there_is(self, owned: Author, claimant: User, reader: User) -> None:
        invitations.invite(reader, owned, "Hello")
        FollowFactory.create(user=claimant)
        said = " ".join(leaving.parting_of(claimant).goes)
        assert "ada@example.org" in said
        assert "page of Ada Lovelace" in said
        assert "followed pages (1)" in said
        assert "Invitations received (1)" in said
        assert "Invitations sent" not in said


class TestThePage:
    def test_the_password_is_asked_for_first(self, client: Client, reader: User) -> None:
        client.force_login(reader)
        answer = client.get(DELETE)
        assert answer["Location"] == f"{reverse('account_reauthenticate')}?next={DELETE.replace('/', '%2F')}"
        assert client.post(DELETE, {"email": reader.email}).status_code == 302
        assert User.objects.filter(pk=reader.pk).exists()

    def test_a_wrong_password_deletes_nothing_and_the_right_one_goes_on(self, client: Client, reader: User) -> None:
        client.force_login(reader)
        asked = client.post(DELETE, {"email": reader.email})["Location"]
        assert client.post(asked, {"password": "a wrong one"}).status_code == 200
        assert User.objects.filter(pk=reader.pk).exists()
        done = client.post(asked, {"password": PASSWORD, "next": DELETE}, follow=True)
        assert "Your account is deleted." in done.content.decode()
        assert not User.objects.filter(pk=reader.pk).exists()

    def test_a_password_given_long_ago_does_not_count(self, reader: User) -> None:
        browser = confirmed(reader)
        assert browser.get(DELETE).status_code == 200
        with time_machine.travel(time.time() + 3600):
            assert browser.post(DELETE, {"email": reader.email}).status_code == 302
        assert User.objects.filter(pk=reader.pk).exists()

    def test_who_has_no_password_logs_in_once_more(self, client: Client, reader: User) -> None:
        reader.set_unusable_password()
        reader.save()
        client.force_login(reader)
        assert client.get(DELETE).status_code == 200
        User.objects.filter(pk=reader.pk).update(last_login=LONG_AGO)
        answer = client.post(DELETE, {"email": reader.email}, follow=True)
        assert answer.redirect_chain[-1][0].startswith(reverse("account_login"))
        assert "Log in once more" in answer.content.decode()
        assert User.objects.filter(pk=reader.pk).exists()
        assert client.get(reverse("me")).status_code == 302

    def test_nobody_deletes_without_a_log_in_or_a_token(self, client: Client, reader: User) -> None:
        assert reverse("account_login") in client.post(DELETE, {"email": reader.email})["Location"]
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(reader)
        assert strict.post(DELETE, {"email": reader.email}).status_code == 403
        assert User.objects.filter(pk=reader.pk).exists()

    @pytest.mark.parametrize("email", ["", "staff@example.org", "\x00", "x" * 5000])
    def test_another_address_deletes_nothing(self, reader: User, staff: User, email: str) -> None:
        answer = confirmed(reader).post(DELETE, {"email": email})
        assert answer.status_code == 200
        assert 'class="errorlist"' in answer.content.decode()
        assert User.objects.filter(pk__in=[reader.pk, staff.pk]).count() == 2

    @pytest.mark.django_db(transaction=True)
    def test_it_goes_with_a_last_letter_and_the_trust_follows(
        self, clean_cache: None, owned: Author, claimant: User
    ) -> None:
        refresh_authors([owned.pk])
        before = TrustSnapshot.objects.get(author=owned).score
        browser, elsewhere = confirmed(claimant), Client()
        elsewhere.force_login(claimant)
        done = browser.post(DELETE, {"email": claimant.email.upper()}, follow=True)
        assert done.redirect_chain[-1][0] == reverse("home")
        [letter] = mail.outbox
        assert letter.to == ["ada@example.org"]
        assert "as you asked" in str(letter.body)
        assert TrustSnapshot.objects.get(author=owned).score == before - 10
        for either in (browser, elsewhere):
            assert reverse("account_login") in either.get(reverse("me"))["Location"]
        page = Client().get(owned.get_absolute_url()).content.decode()
        assert "Unclaimed author" in page
        assert "Verification L1" in page

    def test_a_second_click_is_met_with_peace(self, reader: User, monkeypatch: pytest.MonkeyPatch) -> None:
        browser = confirmed(reader)
        delete = leaving.delete_account

        def twice(user: User) -> leaving.Farewell:
            delete(user)
            return delete(user)

        monkeypatch.setattr(leaving, "delete_account", twice)
        done = browser.post(DELETE, {"email": reader.email}, follow=True)
        assert "Your account is deleted." in done.content.decode()

    def test_the_last_superuser_reads_why_not(self, staff: User) -> None:
        browser = confirmed(staff)
        page = browser.get(DELETE).content.decode()
        assert "last account that may do everything" in page
        assert 'name="email"' not in page
        assert browser.post(DELETE, {"email": staff.email}).status_code == 409
        assert User.objects.filter(pk=staff.pk).exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("module", "service", "page"),
    [(follows, "follow", "researcher-follow"), (claims, "request_claim", "researcher-claim")],
)
def test_what_is_asked_for_while_the_account_goes_is_answered_as_signed_out(
    signed_in: Client, ada: Author, reader: User, monkeypatch: pytest.MonkeyPatch, module: Any, service: str, page: str
) -> None:
    step = getattr(module, service)

    def too_late(user: User, *rest: Any) -> Any:
        leaving.delete_account(User.objects.get(pk=user.pk))
        return step(user, *rest)

    monkeypatch.setattr(module, service, too_late)
    address = reverse(page, args=[ada.pk, ada.slug])
    answer = signed_in.post(address, {"statement": "Me"})
    assert (answer.status_code, answer["Location"]) == (302, f"{reverse('account_login')}?next={address}")
    assert "_auth_user_id" not in signed_in.session


def test_sessions_that_ran_out_leave(reader: User) -> None:
    for days in (0, 15):
        with time_machine.travel(time.time() - days * 86400):
            Client().force_login(reader)
    clear_sessions()
    assert Session.objects.count() == 1


class TestTheAdmin:
    @pytest.fixture
    def helper(self, client: Client) -> User:
        """Staff who may delete accounts, and not everything."""
        user = account("Hanna Helper")
        User.objects.filter(pk=user.pk).update(is_staff=True)
        rights = Permission.objects.filter(codename__in=["view_user", "change_user", "delete_user"])
        user.user_permissions.set(rights)
        client.force_login(user)
        return user

    @pytest.mark.django_db(transaction=True)
    def test_one_account_goes_by_the_same_way(
        self, client: Client, helper: User, owned: Author, claimant: User
    ) -> None:
        address = f"/admin/profiles/user/{claimant.pk}/delete/"
        asked = client.get(address).content.decode()
        assert "The page is unclaimed again" in asked
        assert "cannot delete" not in asked.lower()
        assert client.post(address, {"post": "yes"}).status_code == 302
        assert Author.objects.get(pk=owned.pk).level == 1
        [letter] = mail.outbox
        assert "by staff" in str(letter.body)

    def test_so_do_many(self, client: Client, helper: User, owned: Author, claimant: User, reader: User) -> None:
        form = {"action": "delete_selected", "_selected_action": [claimant.pk, reader.pk], "post": "yes"}
        assert client.post("/admin/profiles/user/", form).status_code == 302
        assert not User.objects.filter(pk__in=[claimant.pk, reader.pk]).exists()
        assert Author.objects.get(pk=owned.pk).level == 1

    def test_neither_oneself_nor_who_may_do_everything(self, client: Client, helper: User, staff: User) -> None:
        account("Other Staff", is_staff=True)
        for user in (helper, staff):
            assert client.post(f"/admin/profiles/user/{user.pk}/delete/", {"post": "yes"}).status_code == 403
            form = {"action": "delete_selected", "_selected_action": [user.pk], "post": "yes"}
            assert client.post("/admin/profiles/user/", form).status_code == 403
            assert User.objects.filter(pk=user.pk).exists()

    def test_without_the_right_nobody(self, client: Client, helper: User, reader: User) -> None:
        helper.user_permissions.remove(Permission.objects.get(codename="delete_user"))
        assert client.post(f"/admin/profiles/user/{reader.pk}/delete/", {"post": "yes"}).status_code == 403
        assert User.objects.filter(pk=reader.pk).exists()
