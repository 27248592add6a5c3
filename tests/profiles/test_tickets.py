"""Tickets: opened by readers, settled by co-authors, owners and curators, private, in an order of impact."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from profiles import tickets
from profiles.corrections import CorrectionError, Wish, open_ticket
from profiles.merging import merge_records
from profiles.models import CannedAnswer, Claim, Ticket, User, Vote
from tests.factories import AuthorFactory, ClaimFactory, FollowFactory
from tests.profiles.people import account
from tests.profiles.wishes import co_author, not_by, page_of
from tests.works.attribution.shang import CURATOR, Shangs, author_of, works_of
from works.attribution.decisions import different_people, mine
from works.models import Attribution

pytestmark = pytest.mark.django_db
Kind = Ticket.Kind


class TestTicket:
    def test_the_owner_finds_those_about_works_and_joined_pages(
        self, client: Client, shangs: Shangs, reader: User, owner: User
    ) -> None:
        joined, _ = open_ticket(Wish(Kind.NAME_FORM, shangs.trader, name="Yue X. Shang"), reader, "")
        third = AuthorFactory.create(display_name="Yue Shang")
        missing, _ = open_ticket(Wish(Kind.ALSO_MINE, third, [shangs.physics[0]]), reader, "")
        client.force_login(owner)
        merge_records(shangs.physicist, shangs.trader, CURATOR)
        page = client.get(reverse("corrections-mine"))
        for ticket in (joined, missing):
            assert reverse("ticket", args=[ticket.pk]) in page.text
        assert ">2 tickets</a> wait for your word" in client.get(reverse("me")).text
        tickets.answer_as_owner(joined, owner, agrees=False)
        assert ">1 ticket</a> waits for your word" in client.get(reverse("me")).text

    def test_verified_co_authors_hear_of_it(self, client: Client, shangs: Shangs, reader: User) -> None:
        open_ticket(not_by(shangs), reader, "")
        client.force_login(co_author(shangs.physicist, "Bo Ohm"))
        assert ">1 ticket</a> waits for your word" in client.get(reverse("me")).text
        client.force_login(reader)
        assert "for your word" not in client.get(reverse("me")).text

    def test_a_reader_opens_one(self, client: Client, shangs: Shangs, reader: User) -> None:
        client.force_login(reader)
        data = {"position": shangs.physics[0].pk, "statement": "Another Yue Shang."}
        answer = client.post(page_of(shangs.physicist, "not-mine"), data, follow=True)
        assert "Number 1 of 1 in the queue" in answer.text
        assert author_of(shangs.physics[0]) == shangs.physicist.pk, "nothing changes before it is settled"

    def test_the_same_wish_twice_is_one_ticket(self, shangs: Shangs, reader: User) -> None:
        first, is_new = open_ticket(not_by(shangs), reader, "")
        again, is_new_again = open_ticket(not_by(shangs), reader, "Once more")
        assert (is_new, is_new_again) == (True, False)
        assert first == again

    def test_anonymous_people_log_in_and_come_back(self, client: Client, shangs: Shangs) -> None:
        address = page_of(shangs.physicist, "not-mine") + f"?position={shangs.physics[0].pk}"
        answer = client.get(address)
        assert answer.status_code == 302
        assert answer["Location"].startswith(reverse("account_login"))
        assert "not-mine" in answer["Location"]

    def test_two_verified_co_authors_settle_it(self, shangs: Shangs, reader: User) -> None:
        ticket, _ = open_ticket(not_by(shangs), reader, "")
        one, two = (co_author(shangs.physicist, name) for name in ("Bo Ohm", "Dee Volt"))
        assert tickets.vote(ticket, one, agrees=True).is_open
        settled = tickets.vote(ticket, two, agrees=True)
        assert (settled.state, settled.settled_by) == (Ticket.State.ACCEPTED, "coauthor")
        assert author_of(shangs.physics[0]) != shangs.physicist.pk
        assert settled.batch is not None
        assert settled.batch.role == Attribution.DecidedBy.COAUTHORS

    def test_two_who_disagree_refuse_it(self, shangs: Shangs, reader: User) -> None:
        ticket, _ = open_ticket(not_by(shangs), reader, "")
        for name in ("Bo Ohm", "Dee Volt"):
            ticket = tickets.vote(ticket, co_author(shangs.physicist, name), agrees=False)
        assert ticket.state == Ticket.State.REFUSED
        assert author_of(shangs.physics[0]) == shangs.physicist.pk

    def test_who_is_not_verified_or_no_co_author_has_no_word(self, shangs: Shangs, reader: User) -> None:
        ticket, _ = open_ticket(not_by(shangs), reader, "")
        for user in (co_author(shangs.physicist, "Bo Ohm", level=2), account("Nobody")):
            with pytest.raises(CorrectionError):
                tickets.vote(ticket, user, agrees=True)

    def test_one_voice_is_one_voice(self, shangs: Shangs, reader: User) -> None:
        ticket, _ = open_ticket(not_by(shangs), reader, "")
        one = co_author(shangs.physicist, "Bo Ohm")
        tickets.vote(ticket, one, agrees=True)
        with pytest.raises(CorrectionError):
            tickets.vote(ticket, one, agrees=True)
        assert Vote.objects.count() == 1

    def test_an_objection_of_the_owner_leaves_it_to_a_curator(
        self, shangs: Shangs, reader: User, owner: User, curator: User
    ) -> None:
        ticket, _ = open_ticket(not_by(shangs), reader, "")
        tickets.answer_as_owner(ticket, owner, agrees=False, note="It is mine.")
        for name in ("Bo Ohm", "Dee Volt"):
            ticket = tickets.vote(ticket, co_author(shangs.physicist, name), agrees=True)
        assert ticket.is_open
        assert tickets.decide(ticket, curator, accept=False, answer="It fits.").state == Ticket.State.REFUSED

    def test_the_owner_agrees(self, shangs: Shangs, reader: User, owner: User) -> None:
        ticket, _ = open_ticket(not_by(shangs), reader, "")
        assert tickets.answer_as_owner(ticket, owner, agrees=True).state == Ticket.State.ACCEPTED
        assert author_of(shangs.physics[0]) != shangs.physicist.pk

    def test_a_curator_accepts_with_a_canned_answer(
        self, client: Client, shangs: Shangs, reader: User, curator: User
    ) -> None:
        ticket, _ = open_ticket(Wish(Kind.SAME_PERSON, shangs.physicist, other=shangs.trader), reader, "")
        canned = CannedAnswer.objects.create(title="Done", text="Thank you. It is corrected.")
        client.force_login(curator)
        assert "Thank you. It is corrected." in client.get(reverse("ticket", args=[ticket.pk])).text
        answer = client.post(
            reverse("ticket", args=[ticket.pk]), {"do": "accept", "canned": canned.pk, "answer": "Well seen."}
        )
        assert answer.status_code == 302
        ticket.refresh_from_db()
        assert ticket.answer.startswith("Thank you.")
        assert ticket.answer.endswith("Well seen.")
        assert works_of(shangs.physicist) == 5

    def test_a_curator_does_not_settle_the_own_ticket(self, shangs: Shangs, curator: User) -> None:
        ticket, _ = open_ticket(not_by(shangs), curator, "")
        with pytest.raises(CorrectionError, match="Another curator"):
            tickets.decide(ticket, curator, accept=True, answer="")

    def test_a_contradiction_leaves_it_open(self, client: Client, shangs: Shangs, reader: User, curator: User) -> None:
        ticket, _ = open_ticket(Wish(Kind.SAME_PERSON, shangs.physicist, other=shangs.trader), reader, "")
        different_people(shangs.physicist.pk, shangs.trader.pk, CURATOR)
        client.force_login(curator)
        answer = client.post(reverse("ticket", args=[ticket.pk]), {"do": "accept", "answer": ""})
        assert answer.status_code == 409
        assert "is not the same person as" in answer.text
        assert Ticket.objects.get().is_open

    def test_pages_are_joined_while_it_waits(self, shangs: Shangs, reader: User, curator: User) -> None:
        moved, _ = open_ticket(Wish(Kind.NOT_MINE, shangs.trader, [shangs.trade[0]]), reader, "")
        joined, _ = open_ticket(Wish(Kind.SAME_PERSON, shangs.physicist, other=shangs.trader), reader, "")
        merge_records(shangs.physicist, shangs.trader, CURATOR)
        assert tickets.decide(moved, curator, accept=True, answer="").state == Ticket.State.ACCEPTED
        assert author_of(shangs.trade[0]) != shangs.physicist.pk
        with pytest.raises(CorrectionError, match="Both pages are one by now"):
            tickets.decide(joined, curator, accept=True, answer="")

    def test_who_has_a_word_when_pages_were_joined(self, shangs: Shangs, reader: User) -> None:
        ticket, _ = open_ticket(Wish(Kind.NOT_MINE, shangs.trader, [shangs.trade[0]]), reader, "")
        of_the_page_now = [co_author(shangs.physicist, name) for name in ("Bo Ohm", "Dee Volt")]
        assert not tickets.standing_of(of_the_page_now[0], ticket).is_asked
        merge_records(shangs.physicist, shangs.trader, CURATOR)
        owner = account("Yue Shang")
        ClaimFactory.create(author=shangs.physicist, user=owner, state=Claim.State.ACCEPTED)
        assert tickets.standing_of(owner, ticket).is_owner
        assert not tickets.standing_of(owner, ticket).is_asked
        for user in of_the_page_now:
            ticket = tickets.vote(ticket, user, agrees=True)
        assert ticket.state == Ticket.State.ACCEPTED

    def test_an_owner_agrees_when_pages_were_joined(self, shangs: Shangs, reader: User, owner: User) -> None:
        ticket, _ = open_ticket(Wish(Kind.NOT_MINE, shangs.trader, [shangs.trade[0]]), reader, "")
        merge_records(shangs.physicist, shangs.trader, CURATOR)
        assert tickets.answer_as_owner(ticket, owner, agrees=True).state == Ticket.State.ACCEPTED

    def test_works_are_gone_while_it_waits(self, shangs: Shangs, reader: User, curator: User) -> None:
        ticket, _ = open_ticket(not_by(shangs), reader, "")
        mine(shangs.physics[0].pk, shangs.trader.pk, CURATOR)
        with pytest.raises(CorrectionError, match="not on this page any more"):
            tickets.decide(ticket, curator, accept=True, answer="")

    def test_withdrawn_by_the_reporter(self, shangs: Shangs, reader: User, curator: User) -> None:
        ticket, _ = open_ticket(not_by(shangs), reader, "")
        with pytest.raises(CorrectionError):
            tickets.withdraw(ticket, curator)
        assert tickets.withdraw(ticket, reader).state == Ticket.State.WITHDRAWN

    def test_a_work_of_the_page_cannot_be_added_to_it(self, client: Client, shangs: Shangs, reader: User) -> None:
        client.force_login(reader)
        answer = client.post(page_of(shangs.physicist, "also-mine"), {"position": shangs.physics[0].pk})
        assert answer.status_code == 409
        assert "on this page already" in answer.text
        assert not Ticket.objects.exists()

    def test_a_record_cannot_be_the_other_one_of_itself(self, shangs: Shangs, reader: User) -> None:
        with pytest.raises(CorrectionError, match="into itself"):
            open_ticket(Wish(Kind.SAME_PERSON, shangs.physicist, other=shangs.physicist), reader, "")


class TestQueue:
    def test_impact_is_works_that_would_change_times_readers(self, shangs: Shangs, reader: User) -> None:
        wishes = {
            "one work": not_by(shangs),
            "two works": Wish(Kind.TWO_PEOPLE, shangs.physicist, shangs.physics[:2]),
            "join": Wish(Kind.SAME_PERSON, shangs.physicist, other=shangs.trader),
            "name": Wish(Kind.NAME_FORM, shangs.physicist, name="Y. Shang"),
            "followed": Wish(Kind.NOT_MINE, shangs.trader, [shangs.trade[0]]),
        }
        opened = {what: open_ticket(wish, reader, "")[0].pk for what, wish in wishes.items()}
        FollowFactory.create_batch(4, author=shangs.trader)
        order = Ticket.objects.open().by_impact()
        assert [(ticket.pk, ticket.works, ticket.followers, ticket.impact) for ticket in order] == [  # type: ignore[attr-defined]  # annotated
            (opened["join"], 2, 4, 10),
            (opened["followed"], 1, 4, 5),
            (opened["two works"], 2, 0, 2),
            (opened["one work"], 1, 0, 1),
            (opened["name"], 1, 0, 1),
        ]
        assert tickets.place_of(Ticket.objects.get(pk=opened["two works"])).position == 3

    def test_waiting_moves_nobody_up_but_can_be_asked_for(
        self, client: Client, shangs: Shangs, reader: User, curator: User
    ) -> None:
        old, _ = open_ticket(not_by(shangs), reader, "")
        Ticket.objects.filter(pk=old.pk).update(opened_at=datetime.now(UTC) - timedelta(days=400))
        large, _ = open_ticket(Wish(Kind.TWO_PEOPLE, shangs.physicist, shangs.physics[:2]), reader, "")
        client.force_login(curator)
        for query, first, second in (("", large, old), ("?order=age", old, large)):
            page = client.get(f"{reverse('corrections-queue')}{query}").text
            assert page.index(f"/tickets/{first.pk}/") < page.index(f"/tickets/{second.pk}/")

    def test_medians_of_decisions(self, shangs: Shangs, reader: User, curator: User) -> None:
        for hours, position in ((2, shangs.physics[0]), (4, shangs.physics[1]), (40, shangs.physics[2])):
            ticket, _ = open_ticket(Wish(Kind.NOT_MINE, shangs.physicist, [position]), reader, "")
            tickets.decide(ticket, curator, accept=False, answer="")
            opened = datetime.now(UTC) - timedelta(hours=50)
            Ticket.objects.filter(pk=ticket.pk).update(opened_at=opened, settled_at=opened + timedelta(hours=hours))
        assert tickets.figures().median == timedelta(hours=4)
        assert tickets.figures(Kind.NAME_FORM).median is None

    def test_the_public_page_shows_figures_only(self, client: Client, shangs: Shangs, reader: User) -> None:
        open_ticket(Wish(Kind.NAME_FORM, shangs.physicist, name="Secret Name"), reader, "Secret reason")
        page = client.get(reverse("corrections")).text
        assert "<dt>Waiting</dt><dd>1</dd>" in page
        assert "Secret" not in page
        assert "Yue Shang" not in page
