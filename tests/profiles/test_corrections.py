"""Corrections: owners act at once and undo, others open tickets for co-authors and curators, storms are slowed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from profiles import throttle, tickets
from profiles.choices import RECORDS_OFFERED, other_records
from profiles.corrections import CorrectionError, Wish, carry_out, hindrance, open_ticket, role_towards
from profiles.merging import merge_records, undo_act
from profiles.models import CannedAnswer, Claim, Follow, Ticket, User, Vote
from profiles.throttle import Limit, ThrottledError
from tests.factories import AuthorFactory, ClaimFactory, CollaborationFactory, FollowFactory
from tests.profiles.people import account
from tests.works.attribution.shang import CURATOR, Shangs, author_of, publish, works_of
from works.attribution.contradictions import DecisionError
from works.attribution.decisions import different_people, mine
from works.models import Attribution, Author, EventBatch

pytestmark = pytest.mark.django_db
Kind = Ticket.Kind


@pytest.fixture
def shangs() -> Shangs:
    return Shangs()


@pytest.fixture
def owner(shangs: Shangs) -> User:
    """Owns the page of the physicist."""
    user = account("Yue Shang")
    ClaimFactory.create(author=shangs.physicist, user=user, state=Claim.State.ACCEPTED)
    return user


@pytest.fixture
def curator(db: None) -> User:
    user = account("Cora Curator")
    user.is_curator = True
    user.save()
    return user


def co_author(author: Author, name: str, level: int = 3) -> User:
    """A person who owns a record of that level and has a work with the author."""
    record = AuthorFactory.create(display_name=name, level=level)
    low, high = sorted([author, record], key=lambda one: one.pk)
    CollaborationFactory.create(a=low, b=high)
    user = account(name)
    ClaimFactory.create(author=record, user=user, state=Claim.State.ACCEPTED)
    return user


def not_by(shangs: Shangs) -> Wish:
    return Wish(Kind.NOT_MINE, shangs.physicist, [shangs.physics[0]])


def page_of(author: Author, what: str) -> str:
    return reverse("researcher-correct", args=[author.pk, author.slug, what])


class TestOwner:
    def test_not_mine_and_undo_on_the_page(self, client: Client, shangs: Shangs, owner: User) -> None:
        client.force_login(owner)
        answer = client.post(page_of(shangs.physicist, "not-mine"), {"position": shangs.physics[0].pk}, follow=True)
        assert "Quantum transport, part 0” is off the page" in answer.text
        assert author_of(shangs.physics[0]) != shangs.physicist.pk
        assert "Quantum transport, part 0</a></h3>" not in answer.text
        batch = EventBatch.objects.get()
        undo = reverse("change-undo", args=[batch.pk])
        assert undo in answer.text, "the undo is on the page"
        back = client.post(undo, {"back": "page"}, follow=True)
        assert back.redirect_chain[-1][0] == shangs.physicist.get_absolute_url()
        assert author_of(shangs.physics[0]) == shangs.physicist.pk

    def test_also_mine(self, client: Client, shangs: Shangs, owner: User) -> None:
        client.force_login(owner)
        form = client.get(page_of(shangs.physicist, "also-mine"), {"q": "Ranking of products"})
        assert f'value="{shangs.trade[0].pk}"' in form.text
        client.post(page_of(shangs.physicist, "also-mine"), {"position": shangs.trade[0].pk})
        held = Attribution.objects.get(pk=shangs.trade[0].pk)
        assert (held.author_id, held.decided_by) == (shangs.physicist.pk, "owner")

    def test_two_people(self, client: Client, shangs: Shangs, owner: User) -> None:
        client.force_login(owner)
        client.post(page_of(shangs.physicist, "two-people"), {"position": [p.pk for p in shangs.physics[:2]]})
        assert author_of(shangs.physics[0]) == author_of(shangs.physics[1]) != shangs.physicist.pk

    def test_same_person_keeps_the_owned_page(self, client: Client, shangs: Shangs, owner: User) -> None:
        big = AuthorFactory.create(display_name="Yue Shang", work_count=99)
        publish(big, "Optics")
        client.force_login(owner)
        client.post(page_of(shangs.physicist, "same-person"), {"other": big.pk})
        assert Author.objects.get(pk=big.pk).merged_into_id == shangs.physicist.pk
        assert client.get(big.get_absolute_url()).status_code == 301

    def test_name(self, client: Client, shangs: Shangs, owner: User) -> None:
        client.force_login(owner)
        client.post(page_of(shangs.physicist, "name"), {"typed": "Y.  Shang"})
        assert Author.objects.get(pk=shangs.physicist.pk).display_name == "Y. Shang"

    def test_a_name_without_invisible_characters(self, client: Client, shangs: Shangs, owner: User) -> None:
        client.force_login(owner)
        client.post(page_of(shangs.physicist, "name"), {"typed": "Y.\u202e Shang\u200b"})
        assert Author.objects.get(pk=shangs.physicist.pk).display_name == "Y. Shang"
        answer = client.post(page_of(shangs.physicist, "name"), {"typed": "-- 42 --"})
        assert "A name has letters." in answer.text
        assert not Ticket.objects.exists()

    def test_a_name_that_does_not_fit_takes_a_ticket(self, client: Client, shangs: Shangs, owner: User) -> None:
        client.force_login(owner)
        client.post(page_of(shangs.physicist, "name"), {"typed": "Albert Einstein"})
        assert Author.objects.get(pk=shangs.physicist.pk).display_name == "Yue Shang"
        assert Ticket.objects.get().name == "Albert Einstein"

    def test_works_of_other_owners_and_decisions_take_a_ticket(self, shangs: Shangs, owner: User) -> None:
        wish = Wish(Kind.ALSO_MINE, shangs.physicist, [shangs.trade[0]])
        assert hindrance(wish, "owner") == ""
        ClaimFactory.create(author=shangs.trader, state=Claim.State.ACCEPTED)
        assert "has an owner" in hindrance(wish, "owner")
        assert "has an owner" in hindrance(Wish(Kind.SAME_PERSON, shangs.physicist, other=shangs.trader), "owner")
        mine(shangs.trade[0].pk, shangs.trader.pk, CURATOR)
        assert "decided before" in hindrance(wish, "owner")

    def test_a_dispute_freezes_edits(self, shangs: Shangs, owner: User) -> None:
        assert role_towards(owner, shangs.physicist) == "owner"
        ClaimFactory.create(author=shangs.physicist)
        assert role_towards(owner, shangs.physicist) is None

    def test_contradictions_are_named_and_nothing_typed_is_lost(
        self, client: Client, shangs: Shangs, owner: User
    ) -> None:
        different_people(shangs.physicist.pk, shangs.trader.pk, CURATOR)
        client.force_login(owner)
        data = {"other": shangs.trader.pk, "statement": "We are one."}
        answer = client.post(page_of(shangs.physicist, "same-person"), data)
        assert answer.status_code == 409
        assert "is not the same person as" in answer.text
        assert "We are one." in answer.text

    def test_a_former_owner_undoes_nothing(self, client: Client, shangs: Shangs, owner: User) -> None:
        carry_out(not_by(shangs), owner, "owner")
        Claim.objects.update(state=Claim.State.ENDED)
        client.force_login(owner)
        assert client.post(reverse("change-undo", args=[EventBatch.objects.get().pk])).status_code == 403


class TestMissingWork:
    def test_names_that_fit_are_offered(self, client: Client, shangs: Shangs, reader: User) -> None:
        client.force_login(reader)
        page = client.get(page_of(shangs.physicist, "also-mine"), {"q": "Ranking of products, part 1"}).text
        assert f'value="{shangs.trade[1].pk}"' in page
        assert "Under which name" not in page

    def test_somebody_who_changed_the_name(self, client: Client, shangs: Shangs, owner: User) -> None:
        married = publish(AuthorFactory.create(display_name="Yue Miller"), "Spin in wells", name="Jo Miller")
        client.force_login(owner)
        address = page_of(shangs.physicist, "also-mine")
        page = client.get(address, {"q": "Spin in wells"}).text
        assert "Under which name was it written?" in page
        client.post(address, {"position": married.pk, "statement": "My name until 2020."})
        assert Ticket.objects.get().kind == Kind.ALSO_MINE, "others have to agree to a name that does not fit"

    def test_nothing_found_is_said(self, client: Client, shangs: Shangs, reader: User) -> None:
        client.force_login(reader)
        assert "No work found" in client.get(page_of(shangs.physicist, "also-mine"), {"q": "Zeppelin"}).text


class TestRecordsOffered:
    def test_under_a_like_name_however_few_their_works(self, shangs: Shangs) -> None:
        """A block of a common name is full of others with more works."""
        for number in range(RECORDS_OFFERED):
            AuthorFactory.create(display_name=f"Yang{'abcdefghijkl'[number]} Shang", work_count=50)
        initial = AuthorFactory.create(display_name="Y. Shang", work_count=1)
        offered = [portrait.author for portrait in other_records(shangs.physicist)]
        assert offered == [shangs.trader, initial]

    def test_by_the_address_of_the_page(self, shangs: Shangs) -> None:
        address = f"https://bzpeer.example{shangs.trader.get_absolute_url()}"
        assert [found.author for found in other_records(shangs.physicist, address)] == [shangs.trader]
        assert other_records(shangs.physicist, str(shangs.physicist.pk)) == []


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


class TestThrottle:
    def test_tickets(self, client: Client, shangs: Shangs, reader: User, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(throttle, "TICKETS", Limit(2, timedelta(days=1), "24 hours"))
        client.force_login(reader)
        for name in ("Y. Shang", "Shang Yue", "Y Shang"):
            answer = client.post(page_of(shangs.physicist, "name"), {"typed": name, "statement": "Because."})
        assert answer.status_code == 429
        assert "You have made 2 correction requests in the last 24 hours" in answer.text
        assert "Y Shang" in answer.text
        assert "Because." in answer.text, "nothing is lost"
        assert Ticket.objects.count() == 2
        Ticket.objects.update(opened_at=datetime.now(UTC) - timedelta(days=2))
        assert client.post(page_of(shangs.physicist, "name"), {"typed": "Y Shang"}).status_code == 302

    def test_acts(self, shangs: Shangs, owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(throttle, "OWN_ACTS", Limit(1, timedelta(hours=1), "hour"))
        batch = carry_out(not_by(shangs), owner, "owner")
        with pytest.raises(ThrottledError):
            carry_out(Wish(Kind.NOT_MINE, shangs.physicist, [shangs.physics[1]]), owner, "owner")
        undo_act(batch, CURATOR)
        assert author_of(shangs.physics[1]) == shangs.physicist.pk

    def test_another_account_is_not_slowed(self, shangs: Shangs, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(throttle, "TICKETS", Limit(1, timedelta(days=1), "24 hours"))
        for name in ("Rosa", "Rolf"):
            open_ticket(not_by(shangs), account(name), "")
        assert Ticket.objects.count() == 2


class TestMerging:
    def test_followers_and_waiting_claims_go_along_and_come_back(self, shangs: Shangs, reader: User) -> None:
        both = account("Both")
        FollowFactory.create(author=shangs.trader, user=reader)
        for author in (shangs.physicist, shangs.trader):
            FollowFactory.create(author=author, user=both)
        claim = ClaimFactory.create(author=shangs.trader)
        batch = merge_records(shangs.physicist, shangs.trader, CURATOR)
        claim.refresh_from_db()
        assert claim.author == shangs.physicist
        assert set(Follow.objects.values_list("user", "author")) == {
            (reader.pk, shangs.physicist.pk),
            (both.pk, shangs.physicist.pk),
        }
        undo_act(batch, CURATOR)
        claim.refresh_from_db()
        assert claim.author == shangs.trader
        assert set(Follow.objects.values_list("user", "author")) == {
            (reader.pk, shangs.trader.pk),
            (both.pk, shangs.physicist.pk),
            (both.pk, shangs.trader.pk),
        }

    def test_an_owned_page_does_not_go(self, shangs: Shangs, owner: User) -> None:
        with pytest.raises(DecisionError, match="is the one to keep"):
            merge_records(shangs.trader, shangs.physicist, CURATOR)

    def test_two_owners_settle_their_claims_first(self, shangs: Shangs, owner: User) -> None:
        ClaimFactory.create(author=shangs.trader, state=Claim.State.ACCEPTED)
        with pytest.raises(DecisionError, match=r"Both .* have an owner"):
            merge_records(shangs.physicist, shangs.trader, CURATOR)
