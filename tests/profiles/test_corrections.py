"""Corrections: owners act at once and undo; what is offered to choose from."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from profiles.choices import RECORDS_OFFERED, other_records
from profiles.corrections import Wish, carry_out, hindrance, role_towards
from profiles.models import Claim, Ticket, User
from tests.factories import AuthorFactory, ClaimFactory
from tests.profiles.wishes import not_by, page_of
from tests.works.attribution.shang import CURATOR, Shangs, author_of, publish
from works.attribution.decisions import different_people, mine
from works.models import Attribution, Author, EventBatch

pytestmark = pytest.mark.django_db
Kind = Ticket.Kind


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
