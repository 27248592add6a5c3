"""Curators' pages: side-by-side merge and split with their consequences, the log, undo of single lines, choosers."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from graph.stale import refresh_stale
from profiles.history import history_of, story_of
from profiles.merging import merge_records, undo_act
from profiles.models import Claim, User
from profiles.previews import preview_merge, preview_split, work_groups
from tests.factories import AttributionFactory, AuthorFactory, AuthorshipFactory, ClaimFactory, FollowFactory
from tests.profiles.people import account
from tests.works.attribution.shang import CURATOR, OWNER, Shangs, author_of, join_everything, publish, works_of
from works.attribution.decisions import choose_name, different_people, mine, not_mine, same_person, split
from works.attribution.summaries import refresh_authors
from works.attribution.undoing import undo_event
from works.models import Attribution, Author, Decision, EventBatch

pytestmark = pytest.mark.django_db


class TestMergePage:
    def test_consequences_are_shown_before(self, client: Client, shangs: Shangs, curator: User) -> None:
        FollowFactory.create_batch(2, author=shangs.trader)
        page = client.get(reverse("corrections-merge"), {"keep": shangs.physicist.pk, "other": shangs.trader.pk})
        assert "2; the page then has 5" in page.text
        assert f"{shangs.trader.pk} will lead to {shangs.physicist.pk}" in page.text
        assert "2 follow the page; 2 come over" in page.text
        assert Author.objects.get(pk=shangs.trader.pk).status == Author.Status.ACTIVE

    def test_join(self, client: Client, shangs: Shangs, curator: User) -> None:
        data = {"keep": shangs.physicist.pk, "other": shangs.trader.pk, "do": "merge"}
        answer = client.post(reverse("corrections-merge"), data, follow=True)
        assert works_of(shangs.physicist) == 5
        assert "Undo all of it" in answer.text

    def test_joining_and_taking_apart_cost_the_same_for_many_works(self) -> None:
        counts = []
        for works in (2, 40):
            pair = Shangs()
            for number in range(works):
                publish(pair.trader, f"Offer {works}.{number}")
            with CaptureQueriesContext(connection) as joining:
                batch = merge_records(pair.physicist, pair.trader, CURATOR)
            with CaptureQueriesContext(connection) as parting:
                undo_act(batch, CURATOR)
            assert works_of(pair.trader) == 2 + works
            counts.append((len(joining), len(parting)))
        assert counts[0] == counts[1]
        assert max(counts[0]) < 50

    def test_not_a_duplicate(self, client: Client, shangs: Shangs, curator: User) -> None:
        data = {"keep": shangs.physicist.pk, "other": shangs.trader.pk, "do": "apart"}
        client.post(reverse("corrections-merge"), data)
        assert Decision.objects.standing().get().kind == Decision.Kind.DIFFERENT
        page = client.get(reverse("corrections-merge"), {"keep": shangs.physicist.pk, "other": shangs.trader.pk})
        assert "is not the same person as" in page.text
        assert reverse("change", args=[Decision.objects.get().batch_id]) in page.text, "the act in the way"
        assert "join them" not in page.text, "what cannot be done is not offered"
        refused = client.post(reverse("corrections-merge"), {**data, "do": "merge"})
        assert refused.status_code == 409
        assert reverse("change", args=[Decision.objects.get().batch_id]) in refused.text, "the act in the way"

    def test_a_record_and_itself(self, client: Client, shangs: Shangs, curator: User) -> None:
        same_person(shangs.physicist.pk, shangs.trader.pk, CURATOR)
        page = client.get(reverse("corrections-merge"), {"keep": shangs.physicist.pk, "other": shangs.trader.pk})
        assert "cannot be merged into itself" in page.text

    def test_two_of_a_chain_of_merges_cannot_be_marked_apart(
        self, client: Client, shangs: Shangs, curator: User
    ) -> None:
        third = AuthorFactory.create(display_name="Yue Shang", work_count=1)
        publish(third, "A work apart")
        acts = [same_person(shangs.physicist.pk, other.pk, CURATOR) for other in (shangs.trader, third)]
        data = {"keep": shangs.trader.pk, "other": third.pk, "do": "apart"}
        refused = client.post(reverse("corrections-merge"), data)
        assert refused.status_code == 409
        for act in acts:
            assert reverse("change", args=[act.pk]) in refused.text
        itself = client.get(reverse("corrections-merge"), {"keep": third.pk, "other": third.pk})
        assert "They were joined" not in itself.text

    @pytest.mark.parametrize("garbage", ["", "x", "99999999999999999999", "0", "-1"])
    def test_garbage_asks_again(self, client: Client, curator: User, garbage: str) -> None:
        assert client.get(reverse("corrections-merge"), {"keep": garbage, "other": garbage}).status_code == 200

    def test_numbers_of_no_record_are_named(self, client: Client, shangs: Shangs, curator: User) -> None:
        asked = {"keep": str(shangs.physicist.pk), "other": "999999999"}
        page = client.get(reverse("corrections-merge"), asked)
        assert "“999999999” leads to no record" in page.text
        assert client.post(reverse("corrections-merge"), {**asked, "do": "merge"}).status_code == 409

    def test_addresses_of_pages_do_as_well(self, client: Client, shangs: Shangs, curator: User) -> None:
        pages = [f"https://bzpeer.example{record.get_absolute_url()}" for record in (shangs.physicist, shangs.trader)]
        page = client.get(reverse("corrections-merge"), {"keep": pages[0], "other": pages[1]})
        assert f"{shangs.trader.pk} will lead to {shangs.physicist.pk}" in page.text

    def test_neither_button_decides_nothing(self, client: Client, shangs: Shangs, curator: User) -> None:
        data = {"keep": shangs.physicist.pk, "other": shangs.trader.pk, "do": "nonsense"}
        assert client.post(reverse("corrections-merge"), data).status_code == 409
        assert not EventBatch.objects.exists()

    def test_trust_after_a_merge_is_what_a_refresh_computes(self, shangs: Shangs) -> None:
        refresh_authors([shangs.physicist.pk, shangs.trader.pk])
        refresh_stale()
        shangs.physicist.refresh_from_db()
        shangs.trader.refresh_from_db()
        promised = preview_merge(shangs.physicist, shangs.trader).trust_after
        same_person(shangs.physicist.pk, shangs.trader.pk, CURATOR)
        refresh_stale()
        merged = Author.objects.select_related("trust").get(pk=shangs.physicist.pk)
        assert merged.trust.score - round(merged.trust.standing) == promised


class TestSplitPage:
    def test_a_preview_of_nothing_says_so(self, client: Client, shangs: Shangs, curator: User) -> None:
        client.force_login(curator)
        address = f"{shangs.physicist.get_absolute_url()}split/"
        answer = client.post(address, {"do": "preview", "statement": "Two people."})
        assert answer.status_code == 409
        assert "Nothing to split: no work was chosen." in answer.content.decode()

    def test_preview_then_split(self, client: Client, shangs: Shangs, curator: User) -> None:
        address = reverse("researcher-split", args=[shangs.physicist.pk, shangs.physicist.slug])
        data = {f"part-{shangs.physics[0].pk}": "1", "do": "preview"}
        page = client.post(address, data)
        assert "1 work moves, 2 works stay" in page.text
        assert works_of(shangs.physicist) == 3
        client.post(address, {**data, "do": "split"})
        assert works_of(shangs.physicist) == 2

    def test_leave_no_one_and_choose(self, client: Client, shangs: Shangs, curator: User) -> None:
        address = reverse("researcher-split", args=[shangs.physicist.pk, shangs.physicist.slug])
        client.post(address, {f"part-{shangs.physics[0].pk}": "1", "dissolve": "1", "do": "split"})
        bo = AuthorFactory.create(display_name="Bo Ohm")
        AttributionFactory.create(authorship=shangs.physics[0].work.authorships.get(position=1), author=bo)
        chooser = Client().get(shangs.physicist.get_absolute_url())
        assert "With Bo Ohm" in chooser.text, "what tells the candidates apart"
        assert chooser.status_code == 300
        for authorship in (shangs.physics[0], shangs.physics[1]):
            assert f"/researchers/{author_of(authorship)}-" in chooser.text
        assert f"/researchers/{shangs.trader.pk}-" not in chooser.text, "a namesake who never was on the page"

    @pytest.mark.parametrize("state", [Claim.State.ACCEPTED, Claim.State.PENDING])
    def test_a_claimed_page_is_not_left_empty(self, client: Client, shangs: Shangs, curator: User, state: str) -> None:
        ClaimFactory.create(author=shangs.physicist, state=state)
        address = reverse("researcher-split", args=[shangs.physicist.pk, shangs.physicist.slug])
        page = client.post(address, {f"part-{shangs.physics[0].pk}": "1", "dissolve": "1", "do": "split"})
        assert page.status_code == 409
        assert "has an owner" in page.text
        assert works_of(shangs.physicist) == 3

    def test_small_groups_that_share_nothing_are_not_suggested_as_one_person(
        self, client: Client, shangs: Shangs, curator: User
    ) -> None:
        for number in range(5):
            publish(shangs.physicist, f"Alone {number}")
        page = client.get(f"{shangs.physicist.get_absolute_url()}split/", {"suggest": "1"}).text
        for number in range(1, 6):
            assert page.count(f'<option value="{number}" selected>') == 1

    def test_nothing_chosen(self, client: Client, shangs: Shangs, curator: User) -> None:
        address = reverse("researcher-split", args=[shangs.physicist.pk, shangs.physicist.slug])
        page = client.post(address, {"do": "split"})
        assert page.status_code == 409
        assert "Nothing to split" in page.text

    def test_groups_follow_co_authors(self, shangs: Shangs) -> None:
        bo = AuthorFactory.create(display_name="Bo Ohm")
        for authorship in shangs.physics[:2]:
            AttributionFactory.create(authorship=authorship.work.authorships.get(position=1), author=bo)
        groups = work_groups(shangs.physicist)
        assert [{row.pk for row in group.attributions} for group in groups] == [
            {p.pk for p in shangs.physics[:2]},
            {shangs.physics[2].pk},
        ]
        assert groups[0].companions == ["Bo Ohm"]

    def test_preview_counts(self, shangs: Shangs) -> None:
        preview = preview_split(
            shangs.physicist, {"Person 2": [shangs.physics[0].pk], "Person 3": [shangs.physics[1].pk]}
        )
        assert (preview.moved, preview.stays, preview.trust_before, preview.trust_after) == (2, 1, 3, 1)
        assert preview.new == [("Person 2", 1, 1), ("Person 3", 1, 1)]

    def test_preview_names_the_decision_in_the_way(self, client: Client, shangs: Shangs, curator: User) -> None:
        joined = same_person(shangs.physicist.pk, shangs.trader.pk, CURATOR)
        address = reverse("researcher-split", args=[shangs.physicist.pk, shangs.physicist.slug])
        data = {f"part-{authorship.pk}": "1" for authorship in shangs.trade}
        page = client.post(address, {**data, "do": "preview"})
        assert page.status_code == 409
        assert reverse("change", args=[joined.pk]) in page.text
        assert "Split now" not in page.text
        assert not Decision.objects.exclude(batch=joined).exists()

    def test_preview_of_a_split_for_good(self, client: Client, shangs: Shangs, curator: User) -> None:
        address = reverse("researcher-split", args=[shangs.physicist.pk, shangs.physicist.slug])
        page = client.post(address, {f"part-{shangs.physics[0].pk}": "2", "dissolve": "1", "do": "preview"}).text
        assert "3 works move, 0 works stay" in page
        assert "Person 3: a new record with 1 work" in page
        assert "The rest: a new record with 2 works" in page


class TestLog:
    def test_every_kind_of_change_is_told(self, client: Client, shangs: Shangs) -> None:
        not_mine([shangs.physics[0].pk], shangs.physicist.pk, OWNER)
        mine(shangs.physics[1].pk, shangs.physicist.pk, OWNER)
        same_person(shangs.physicist.pk, shangs.trader.pk, CURATOR)
        page = client.get(reverse("researcher-history", args=[shangs.physicist.pk, shangs.physicist.slug])).text
        for words in ("Work taken off the record", "Work added to the record", "Two records joined"):
            assert words in page
        assert "by the owner of the page" in page
        assert "by a curator" in page

    def test_names_and_what_an_undo_took_back_are_told(self, client: Client, shangs: Shangs) -> None:
        named = choose_name(shangs.physicist.pk, "Y. Shang", OWNER)
        moved = mine(shangs.trade[0].pk, shangs.physicist.pk, OWNER)
        taken = undo_act(moved, OWNER).batch
        shangs.physicist.refresh_from_db()
        history = client.get(reverse("researcher-history", args=[shangs.physicist.pk, shangs.physicist.slug])).text
        assert "The page shows the name Y. Shang." in history
        assert f">change {moved.pk}</a>" in history
        assert f">Yue Shang ({shangs.trader.pk})</a>" in history, "where the work came from and went to"
        assert "The page shows the name Y. Shang." in client.get(reverse("change", args=[named.pk])).text
        assert f">change {moved.pk}</a>" in client.get(reverse("change", args=[taken.pk])).text

    def test_a_part_taken_back_is_told(self, client: Client, shangs: Shangs) -> None:
        batch = same_person(shangs.physicist.pk, shangs.trader.pk, CURATOR)
        picked = undo_event(batch.events.get(authorship=shangs.trade[0]), CURATOR).batch
        page = client.get(reverse("change", args=[picked.pk])).text
        assert f'a part of <a href="{reverse("change", args=[batch.pk])}">' in page

    def test_single_line_is_undone_from_its_page(self, client: Client, shangs: Shangs, curator: User) -> None:
        batch = same_person(shangs.physicist.pk, shangs.trader.pk, CURATOR)
        event = batch.events.get(authorship=shangs.trade[0])
        assert reverse("event-undo", args=[event.pk]) in client.get(reverse("change", args=[batch.pk])).text
        client.post(reverse("event-undo", args=[event.pk]))
        assert author_of(shangs.trade[0]) != shangs.physicist.pk
        assert author_of(shangs.trade[1]) == shangs.physicist.pk

    def test_a_long_log_is_paged_and_costs_the_same(self, shangs: Shangs) -> None:
        def queries() -> int:
            with CaptureQueriesContext(
                connection,
            ) as captured:
                history_of(shangs.physicist)
            return len(captured)

        mine(shangs.physics[0].pk, shangs.physicist.pk, OWNER)
        few = queries()
        EventBatch.objects.bulk_create(
            EventBatch(kind=EventBatch.Kind.NAME, role="owner", author=shangs.physicist) for _ in range(40)
        )
        assert queries() == few
        first = history_of(shangs.physicist)
        rest = history_of(shangs.physicist, first.next_cursor)
        assert (len(first.rows), len(rest.rows)) == (30, 11)
        assert not {entry.batch.pk for entry in first.rows} & {entry.batch.pk for entry in rest.rows}

    def test_why_tells_the_story_of_a_work(self, client: Client, shangs: Shangs) -> None:
        mine(shangs.trade[0].pk, shangs.physicist.pk, OWNER)
        held = Attribution.objects.get(pk=shangs.trade[0].pk)
        story = story_of(held)
        assert story[0].startswith("Holds through every later import:")
        assert f"from Yue Shang ({shangs.trader.pk}) to Yue Shang ({shangs.physicist.pk})" in story[1]
        why = reverse("researcher-why", args=[shangs.physicist.pk, shangs.physicist.slug, held.pk])
        assert "The owner of the page moved it" in client.get(why).text


def test_a_split_of_a_mixed_page_tells_the_namesakes_apart(client: Client, shangs: Shangs) -> None:
    split(shangs.physicist.pk, [[shangs.physics[0].pk]], CURATOR)
    name = client.get(reverse("name", args=["shang-yue"])).text
    for author in {author_of(authorship) for authorship in shangs.physics}:
        assert f"/researchers/{author}-yue-shang/" in name


def test_marks_are_counted_in_the_public_proof(client: Client, shangs: Shangs) -> None:
    from works.attribution.proof import prove

    assert "Not proved yet" in client.get(reverse("quality")).text
    different_people(shangs.physicist.pk, shangs.trader.pk, CURATOR)
    prove()
    page = client.get(reverse("quality")).text
    assert "0 pairs of records joined, 1 kept apart" in page
    assert "none is violated" in page
    Attribution.objects.filter(author=shangs.trader).update(author=shangs.physicist)
    prove()
    assert "1 decision does not hold" in client.get(reverse("quality")).text


def test_positions_of_one_work_are_an_obstacle_named_before(client: Client, shangs: Shangs, curator: User) -> None:
    second = AuthorshipFactory.create(work=shangs.physics[0].work, position=9, raw_name="Yue Shang")
    AttributionFactory.create(authorship=second, author=shangs.trader)
    publish(shangs.trader, "More")
    page = client.get(reverse("corrections-merge"), {"keep": shangs.physicist.pk, "other": shangs.trader.pk})
    assert "two authors of one work are two people" in page.text


class TestMachineJoins:
    @pytest.fixture
    def batch(self, shangs: Shangs) -> EventBatch:
        """The machine joined the trader to the physicist."""
        join_everything(shangs)
        return EventBatch.objects.get(kind=EventBatch.Kind.MACHINE)

    def test_a_page_is_brought_back_from_the_log(
        self, client: Client, shangs: Shangs, curator: User, batch: EventBatch
    ) -> None:
        page = client.get(reverse("change", args=[batch.pk]), {"record": shangs.trader.pk}).text
        line = batch.events.get(authorship=None)
        assert reverse("event-undo", args=[line.pk]) in page
        client.post(reverse("event-undo", args=[line.pk]))
        assert Author.objects.get(pk=shangs.trader.pk).status == Author.Status.ACTIVE
        assert works_of(shangs.trader) == 2

    def test_only_by_curators(self, client: Client, shangs: Shangs, batch: EventBatch) -> None:
        client.force_login(account("Rosa Reader"))
        line = batch.events.get(authorship=None)
        assert reverse("event-undo", args=[line.pk]) not in client.get(reverse("change", args=[batch.pk])).text
        assert client.post(reverse("event-undo", args=[line.pk])).status_code == 403

    @pytest.mark.parametrize("garbage", ["", "x", "0", "99999999999999999999"])
    def test_lines_of_no_record(self, client: Client, batch: EventBatch, garbage: str) -> None:
        assert client.get(reverse("change", args=[batch.pk]), {"record": garbage}).status_code == 200

    def test_lines_of_another_record_are_left_out(self, client: Client, shangs: Shangs, batch: EventBatch) -> None:
        other = AuthorFactory.create(display_name="Somebody Else")
        page = client.get(reverse("change", args=[batch.pk]), {"record": other.pk}).text
        assert "Ranking of products" not in page
        assert "leads to" not in page
