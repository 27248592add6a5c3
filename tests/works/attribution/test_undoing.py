"""Undo: one move or a whole act goes back, decisions with it, and what people did later stays."""

from __future__ import annotations

import pytest

from tests.factories import AuthorFactory, UserFactory
from tests.works.attribution.shang import (
    CURATOR,
    OWNER,
    Shangs,
    author_of,
    join_everything,
    publish,
    works_of,
    write_one_cluster,
)
from works.attribution.contradictions import DecisionError
from works.attribution.decisions import choose_name, different_people, mine, not_mine, same_person, split
from works.attribution.journal import By
from works.attribution.proof import violations
from works.attribution.undoing import undo, undo_event, undo_join
from works.models import Attribution, Author, AuthorEvent, Authorship, Decision, DirtyBlock, EventBatch

pytestmark = pytest.mark.django_db


@pytest.fixture
def shangs() -> Shangs:
    return Shangs()


def test_not_mine(shangs: Shangs) -> None:
    batch = not_mine([shangs.physics[0].pk], shangs.physicist.pk, OWNER)
    undo(batch, OWNER)
    held = Attribution.objects.get(pk=shangs.physics[0].pk)
    assert (held.author_id, held.decided_by, held.confidence) == (shangs.physicist.pk, "machine", 0.8)
    assert not Decision.objects.standing().exists()


def test_does_not_ask_the_machine_for_another_opinion(shangs: Shangs) -> None:
    batch = not_mine([shangs.physics[0].pk], shangs.physicist.pk, OWNER)
    DirtyBlock.objects.all().delete()
    undo(batch, OWNER)
    assert not DirtyBlock.objects.exists()


def test_one_of_several_taken_off(shangs: Shangs) -> None:
    batch = not_mine([p.pk for p in shangs.physics[:2]], shangs.physicist.pk, OWNER)
    undo_event(batch.events.get(authorship=shangs.physics[0]), OWNER)
    assert author_of(shangs.physics[0]) == shangs.physicist.pk
    assert author_of(shangs.physics[1]) != shangs.physicist.pk
    assert [d.authorship for d in Decision.objects.standing()] == [shangs.physics[1]]


def test_whole_merge_brings_the_page_back(shangs: Shangs) -> None:
    batch = same_person(shangs.physicist.pk, shangs.trader.pk, CURATOR)
    undone = undo(batch, CURATOR)
    assert undone.restored == 2
    assert (works_of(shangs.physicist), works_of(shangs.trader)) == (3, 2)
    back = Author.objects.get(pk=shangs.trader.pk)
    assert (back.status, back.merged_into_id, back.work_count) == (Author.Status.ACTIVE, None, 2)
    assert not Attribution.objects.exclude(decided_by="machine").exists()


def test_whole_merge_leaves_later_edits(shangs: Shangs) -> None:
    batch = same_person(shangs.physicist.pk, shangs.trader.pk, CURATOR)
    third = AuthorFactory.create(display_name="Yue Shang")
    mine(shangs.trade[0].pk, third.pk, CURATOR)
    undone = undo(batch, CURATOR)
    assert author_of(shangs.trade[0]) == third.pk
    assert author_of(shangs.trade[1]) == shangs.trader.pk
    assert undone.restored == 1
    assert "later edit" in undone.kept[0]


def test_one_work_out_of_a_merge(shangs: Shangs) -> None:
    batch = same_person(shangs.physicist.pk, shangs.trader.pk, CURATOR)
    undo_event(batch.events.get(authorship=shangs.trade[0]), CURATOR)
    assert author_of(shangs.trade[0]) not in (shangs.physicist.pk, shangs.trader.pk)
    assert author_of(shangs.trade[1]) == shangs.physicist.pk
    assert Author.objects.get(pk=shangs.trader.pk).status == Author.Status.MERGED, "the merge stands"
    assert Decision.objects.standing().filter(kind="not_mine", author=shangs.physicist).exists()


def test_one_work_and_then_the_rest_of_a_merge(shangs: Shangs) -> None:
    batch = same_person(shangs.physicist.pk, shangs.trader.pk, CURATOR)
    undo_event(batch.events.get(authorship=shangs.trade[0]), CURATOR)
    alone = author_of(shangs.trade[0])
    undo(batch, CURATOR)
    assert author_of(shangs.trade[0]) == alone, "what was picked out before stays out"
    assert author_of(shangs.trade[1]) == shangs.trader.pk


def test_split_for_good(shangs: Shangs) -> None:
    groups = [[shangs.physics[0].pk], [p.pk for p in shangs.physics[1:]]]
    undo(split(shangs.physicist.pk, groups, CURATOR, dissolve=True), CURATOR)
    assert works_of(shangs.physicist) == 3
    assert Author.objects.get(pk=shangs.physicist.pk).status == Author.Status.ACTIVE
    assert not Decision.objects.standing().exists()


def test_a_single_move_overtaken_by_a_later_edit(shangs: Shangs) -> None:
    batch = same_person(shangs.physicist.pk, shangs.trader.pk, CURATOR)
    third = AuthorFactory.create(display_name="Yue Shang")
    mine(shangs.trade[0].pk, third.pk, CURATOR)
    with pytest.raises(DecisionError, match="later edit"):
        undo_event(batch.events.get(authorship=shangs.trade[0]), CURATOR)


def test_twice(shangs: Shangs) -> None:
    batch = not_mine([shangs.physics[0].pk], shangs.physicist.pk, OWNER)
    undo(batch, OWNER)
    with pytest.raises(DecisionError, match="undone before"):
        undo(batch, OWNER)
    with pytest.raises(DecisionError, match="An undo is not undone"):
        undo(AuthorEvent.objects.latest("pk").batch, OWNER)


def test_chosen_name(shangs: Shangs) -> None:
    undo(choose_name(shangs.physicist.pk, "Y. Shang", OWNER), OWNER)
    assert Author.objects.get(pk=shangs.physicist.pk).display_name == "Yue Shang"


def page(author: Author) -> tuple[str, int | None]:
    """The state of the record and where it leads."""
    return Author.objects.values_list("status", "merged_into_id").get(pk=author.pk)


def third_shang() -> Author:
    third: Author = AuthorFactory.create(display_name="Yue Shang")
    publish(third, "Optics")
    return third


class TestDecisionsComeBack:
    def test_what_an_act_withdrew(self, shangs: Shangs) -> None:
        """Not mine, then mine by mistake, then undo: the machine may not put the work back on the page."""
        owner = By(Attribution.DecidedBy.OWNER, UserFactory.create().pk)
        not_mine([shangs.physics[0].pk], shangs.physicist.pk, owner)
        undo(mine(shangs.physics[0].pk, shangs.physicist.pk, owner), owner)
        assert author_of(shangs.physics[0]) != shangs.physicist.pk
        assert [decision.kind for decision in Decision.objects.standing()] == [Decision.Kind.NOT_MINE]
        join_everything(shangs)
        assert violations() == []

    def test_not_against_a_later_one(self, shangs: Shangs) -> None:
        owner = By(Attribution.DecidedBy.OWNER, UserFactory.create().pk)
        third = third_shang()
        mine(shangs.physics[0].pk, shangs.physicist.pk, owner)
        moved = mine(shangs.physics[0].pk, third.pk, owner)
        mine(shangs.physics[0].pk, shangs.trader.pk, owner)
        with pytest.raises(DecisionError, match="later edit"):
            undo(moved, owner)
        assert author_of(shangs.physics[0]) == shangs.trader.pk
        assert violations() == []

    def test_a_mark_that_a_single_undo_left_can_be_undone(self, shangs: Shangs) -> None:
        batch = same_person(shangs.physicist.pk, shangs.trader.pk, CURATOR)
        mark = undo_event(batch.events.get(authorship=shangs.trade[0]), CURATOR).batch
        undo(mark, CURATOR)
        assert author_of(shangs.trade[0]) == shangs.physicist.pk
        assert not Decision.objects.standing().filter(kind=Decision.Kind.NOT_MINE).exists()
        assert undo(batch, CURATOR).restored == 2, "the merge has all of its works again"


class TestLaterActs:
    def test_a_merge_under_another_merge(self, shangs: Shangs) -> None:
        """The trader went to the physicist, who went to a third; the first merge was wrong."""
        third = third_shang()
        first = same_person(shangs.physicist.pk, shangs.trader.pk, CURATOR)
        second = same_person(third.pk, shangs.physicist.pk, CURATOR)
        assert undo(first, CURATOR).restored == 2
        assert page(shangs.trader) == ("active", None)
        assert {author_of(authorship) for authorship in shangs.trade} == {shangs.trader.pk}
        assert {author_of(authorship) for authorship in shangs.physics} == {third.pk}
        assert violations() == []
        assert undo(second, CURATOR).restored == 3, "the works of the trader are no part of it any more"
        assert {author_of(authorship) for authorship in shangs.trade} == {shangs.trader.pk}
        assert violations() == []

    def test_a_merge_of_a_record_with_one_work_is_about_that_work(self, shangs: Shangs) -> None:
        off = not_mine([shangs.physics[0].pk], shangs.physicist.pk, OWNER)
        same_person(shangs.trader.pk, author_of(shangs.physics[0]), CURATOR)
        with pytest.raises(DecisionError, match="later edit"):
            undo(off, OWNER)
        assert author_of(shangs.physics[0]) == shangs.trader.pk
        assert Decision.objects.standing().filter(kind=Decision.Kind.NOT_MINE).exists()

    def test_a_page_with_nothing_left_of_it_does_not_come_back(self, shangs: Shangs) -> None:
        batch = same_person(shangs.physicist.pk, shangs.trader.pk, CURATOR)
        third = third_shang()
        for authorship in shangs.trade:
            mine(authorship.pk, third.pk, CURATOR)
        with pytest.raises(DecisionError, match="Nothing is left to take back"):
            undo(batch, CURATOR)
        assert page(shangs.trader) == ("merged", shangs.physicist.pk)

    def test_works_that_the_machine_scattered_since(self, shangs: Shangs) -> None:
        """It carried the merged record on into a third one, and pointed the old page there."""
        batch = same_person(shangs.physicist.pk, shangs.trader.pk, CURATOR)
        third = third_shang()
        Attribution.objects.filter(author=shangs.physicist).update(author=third)
        Author.objects.filter(pk__in=[shangs.physicist.pk, shangs.trader.pk]).update(status="merged", merged_into=third)
        assert undo(batch, CURATOR).restored == 2
        assert page(shangs.trader) == ("active", None)
        assert {author_of(authorship) for authorship in shangs.trade} == {shangs.trader.pk}

    def test_works_of_a_page_that_is_gone_stay_together(self, shangs: Shangs) -> None:
        batch = split(shangs.physicist.pk, [[authorship.pk for authorship in shangs.physics[:2]]], CURATOR)
        Author.objects.filter(pk=shangs.physicist.pk).update(status="hidden")
        undo(batch, CURATOR)
        assert len({author_of(authorship) for authorship in shangs.physics[:2]}) == 1

    def test_marks_made_since_get_another_anchor(self, shangs: Shangs) -> None:
        third = third_shang()
        batch = same_person(shangs.physicist.pk, shangs.trader.pk, CURATOR)
        different_people(shangs.physicist.pk, third.pk, CURATOR)
        Decision.objects.filter(kind=Decision.Kind.DIFFERENT).update(authorship=shangs.trade[0])
        undo(batch, CURATOR)
        mark = Decision.objects.standing().get()
        assert mark.authorship in shangs.physics
        assert violations() == []

    def test_an_orcid_that_another_record_carries_by_now(self, shangs: Shangs) -> None:
        Author.objects.filter(pk=shangs.trader.pk).update(orcid="0000-0002-1825-0097")
        batch = same_person(shangs.physicist.pk, shangs.trader.pk, CURATOR)
        Author.objects.filter(pk=shangs.physicist.pk).update(orcid=None)
        third = AuthorFactory.create(display_name="Yue Shang", orcid="0000-0002-1825-0097")
        undone = undo(batch, CURATOR)
        assert page(shangs.trader) == ("active", None)
        assert Author.objects.get(pk=third.pk).orcid == "0000-0002-1825-0097"
        assert any("0000-0002-1825-0097" in kept for kept in undone.kept)


class TestConclusions:
    """Two records are joined, and because of that the machine adds the only work of a third."""

    def drawn(self, shangs: Shangs) -> tuple[EventBatch, Author, Authorship]:
        third = third_shang()
        work = Authorship.objects.get(attribution__author=third)
        batch = same_person(shangs.physicist.pk, shangs.trader.pk, CURATOR)
        write_one_cluster([*shangs.physics, *shangs.trade, work])
        assert page(third) == ("merged", shangs.physicist.pk)
        DirtyBlock.objects.all().delete()
        return batch, third, work

    def test_fall_with_the_merge(self, shangs: Shangs) -> None:
        batch, third, work = self.drawn(shangs)
        assert undo(batch, CURATOR).restored == 3
        assert page(third) == ("active", None)
        assert author_of(work) == third.pk
        assert {author_of(authorship) for authorship in shangs.trade} == {shangs.trader.pk}
        assert DirtyBlock.objects.filter(is_whole=True).exists(), "the machine looks again, without the merge"

    def test_stay_where_people_confirmed_them(self, shangs: Shangs) -> None:
        batch, third, work = self.drawn(shangs)
        mine(work.pk, shangs.physicist.pk, CURATOR)
        assert undo(batch, CURATOR).restored == 2
        assert author_of(work) == shangs.physicist.pk
        assert page(third) == ("merged", shangs.physicist.pk)
        assert violations() == []

    def test_what_came_by_a_later_resolution_stays(self, shangs: Shangs) -> None:
        batch, _third, _work = self.drawn(shangs)
        fourth = third_shang()
        late = Authorship.objects.get(attribution__author=fourth)
        write_one_cluster([*shangs.physics, late])
        undo(batch, CURATOR)
        assert author_of(late) == shangs.physicist.pk


class TestEmptiedPages:
    def test_the_address_of_an_emptied_page_leads_on_and_comes_back(self, shangs: Shangs) -> None:
        third = third_shang()
        work = Attribution.objects.get(author=third)
        batch = mine(work.pk, shangs.physicist.pk, OWNER)
        assert page(third) == ("merged", shangs.physicist.pk)
        undo(batch, OWNER)
        assert page(third) == ("active", None)
        assert works_of(third) == 1

    def test_the_record_of_a_work_that_was_put_back(self, shangs: Shangs) -> None:
        batch = not_mine([shangs.physics[0].pk], shangs.physicist.pk, OWNER)
        alone = Author.objects.get(pk=author_of(shangs.physics[0]))
        undo(batch, OWNER)
        assert page(alone) == ("merged", shangs.physicist.pk)

    def test_a_claimed_page_stays(self, shangs: Shangs) -> None:
        third = third_shang()
        Author.objects.filter(pk=third.pk).update(level=2)
        mine(Attribution.objects.get(author=third).pk, shangs.physicist.pk, OWNER)
        assert page(third) == ("active", None)


class TestMachine:
    def joined(self, shangs: Shangs) -> EventBatch:
        """The machine gives all of the trader's works to the physicist, whose page the trader's then leads to."""
        join_everything(shangs)
        assert page(shangs.trader) == ("merged", shangs.physicist.pk)
        return EventBatch.objects.get(kind=EventBatch.Kind.MACHINE)

    def test_a_move_off_a_page_that_is_gone(self, shangs: Shangs) -> None:
        """Putting the work back must not confirm it where the machine put it."""
        event = self.joined(shangs).events.get(authorship=shangs.trade[0])
        undo_event(event, CURATOR)
        assert author_of(shangs.trade[0]) not in (shangs.physicist.pk, shangs.trader.pk)
        assert Decision.objects.standing().get().kind == Decision.Kind.NOT_MINE
        assert violations() == []

    def test_a_move_is_marked_as_wrong_and_no_more(self, shangs: Shangs) -> None:
        publish(shangs.trader, "Prices")
        join_everything(shangs)
        event = AuthorEvent.objects.get(authorship=shangs.trade[0])
        mark = undo_event(event, CURATOR).batch
        decision = Decision.objects.standing().get()
        assert (decision.kind, decision.author_id) == (Decision.Kind.NOT_MINE, shangs.physicist.pk)
        assert author_of(shangs.trade[0]) == shangs.trader.pk
        undo(mark, CURATOR)
        assert not Decision.objects.standing().exists()
        assert author_of(shangs.trade[0]) == shangs.physicist.pk

    def test_a_whole_join(self, shangs: Shangs) -> None:
        batch = self.joined(shangs)
        line = batch.events.get(authorship=None)
        act = undo_join(line, CURATOR)
        assert act.restored == 2
        assert page(shangs.trader) == ("active", None)
        assert {author_of(authorship) for authorship in shangs.trade} == {shangs.trader.pk}
        join_everything(shangs)
        assert page(shangs.trader) == ("active", None), "the machine does not do it again"
        assert violations() == []

    def test_a_whole_join_and_back(self, shangs: Shangs) -> None:
        line = self.joined(shangs).events.get(authorship=None)
        undo(undo_join(line, CURATOR).batch, CURATOR)
        assert page(shangs.trader) == ("merged", shangs.physicist.pk)
        assert works_of(shangs.physicist) == 5
        assert not Decision.objects.standing().exists()
        line.refresh_from_db()
        assert line.undone_by is None

    def test_a_join_is_undone_once(self, shangs: Shangs) -> None:
        line = self.joined(shangs).events.get(authorship=None)
        undo_join(line, CURATOR)
        with pytest.raises(DecisionError, match="undone before"):
            undo_join(line, CURATOR)
