"""Human decisions: their effect at once, contradictions refused by name, undo of one move or a whole merge."""

from __future__ import annotations

import pytest

from tests.factories import AuthorFactory, AuthorshipFactory, UserFactory
from tests.works.attribution.shang import CURATOR, OWNER, Shangs, author_of, publish, works_of
from works.attribution.contradictions import DecisionError
from works.attribution.decisions import choose_name, different_people, mine, not_mine, same_person, split
from works.attribution.journal import By
from works.attribution.undoing import undo
from works.models import Attribution, Author, AuthorEvent, Decision, DirtyBlock, TouchedAuthor

pytestmark = pytest.mark.django_db


@pytest.fixture
def shangs() -> Shangs:
    return Shangs()


def test_not_mine_moves_the_work_to_a_record_of_its_own(shangs: Shangs) -> None:
    not_mine([shangs.physics[0].pk], shangs.physicist.pk, OWNER)
    alone = author_of(shangs.physics[0])
    assert alone not in (shangs.physicist.pk, shangs.trader.pk)
    assert Author.objects.get(pk=alone).display_name == "Yue Shang"
    assert Author.objects.get(pk=shangs.physicist.pk).work_count == 2


def test_not_mine_leaves_the_new_place_to_the_machine(shangs: Shangs) -> None:
    not_mine([shangs.physics[0].pk], shangs.physicist.pk, OWNER)
    assert Attribution.objects.get(pk=shangs.physics[0].pk).decided_by == Attribution.DecidedBy.MACHINE


def test_mine_moves_the_work_and_says_who_decided(shangs: Shangs) -> None:
    mine(shangs.trade[0].pk, shangs.physicist.pk, OWNER)
    held = Attribution.objects.get(pk=shangs.trade[0].pk)
    assert (held.author_id, held.decided_by, held.confidence) == (shangs.physicist.pk, "owner", 1.0)


def test_a_decision_asks_for_derived_tables_and_blocks_to_be_looked_at(shangs: Shangs) -> None:
    mine(shangs.trade[0].pk, shangs.physicist.pk, OWNER)
    touched = set(TouchedAuthor.objects.values_list("author_id", flat=True))
    assert touched >= {shangs.physicist.pk, shangs.trader.pk}
    assert DirtyBlock.objects.filter(block="shang y").exists()


def test_merge_moves_every_work_and_redirects(shangs: Shangs) -> None:
    same_person(shangs.physicist.pk, shangs.trader.pk, CURATOR)
    absorbed = Author.objects.get(pk=shangs.trader.pk)
    assert (absorbed.status, absorbed.merged_into_id) == (Author.Status.MERGED, shangs.physicist.pk)
    assert works_of(shangs.physicist) == 5
    assert Author.objects.get(pk=shangs.physicist.pk).work_count == 5


def test_merge_hands_the_orcid_over(shangs: Shangs) -> None:
    Author.objects.filter(pk=shangs.trader.pk).update(orcid="0000-0002-1825-0097")
    batch = same_person(shangs.physicist.pk, shangs.trader.pk, CURATOR)
    assert Author.objects.get(pk=shangs.physicist.pk).orcid == "0000-0002-1825-0097"
    undo(batch, CURATOR)
    assert Author.objects.get(pk=shangs.trader.pk).orcid == "0000-0002-1825-0097"
    assert Author.objects.get(pk=shangs.physicist.pk).orcid is None


def test_split_moves_the_group_and_marks_two_people(shangs: Shangs) -> None:
    split(shangs.physicist.pk, [[shangs.physics[0].pk]], CURATOR)
    other = author_of(shangs.physics[0])
    assert other != shangs.physicist.pk
    mark = Decision.objects.get(kind=Decision.Kind.DIFFERENT)
    assert {mark.author_id, mark.other_id} == {shangs.physicist.pk, other}


def test_split_for_good_leaves_a_chooser(shangs: Shangs) -> None:
    split(shangs.physicist.pk, [[shangs.physics[0].pk], [p.pk for p in shangs.physics[1:]]], CURATOR, dissolve=True)
    assert Author.objects.get(pk=shangs.physicist.pk).status == Author.Status.SPLIT
    assert works_of(shangs.physicist) == 0
    assert author_of(shangs.physics[1]) == author_of(shangs.physics[2]) != author_of(shangs.physics[0])


def test_chosen_name_is_shown_and_survives_new_works(shangs: Shangs) -> None:
    choose_name(shangs.physicist.pk, "Y. Shang", OWNER)
    assert Author.objects.get(pk=shangs.physicist.pk).display_name == "Y. Shang"
    mine(shangs.trade[0].pk, shangs.physicist.pk, OWNER)
    assert Author.objects.get(pk=shangs.physicist.pk).display_name == "Y. Shang"
    choose_name(shangs.physicist.pk, "", OWNER)
    assert Author.objects.get(pk=shangs.physicist.pk).display_name == "Yue Shang"


class TestContradictions:
    def test_merging_a_record_into_itself(self, shangs: Shangs) -> None:
        with pytest.raises(DecisionError, match="into itself"):
            same_person(shangs.physicist.pk, shangs.physicist.pk, CURATOR)

    def test_merging_merged_records_again_names_the_merge(self, shangs: Shangs) -> None:
        same_person(shangs.physicist.pk, shangs.trader.pk, CURATOR)
        with pytest.raises(DecisionError, match="one record already") as refused:
            same_person(shangs.trader.pk, shangs.physicist.pk, CURATOR)
        assert [decision.kind for decision in refused.value.conflicts] == [Decision.Kind.SAME]

    def test_a_is_b_and_b_is_c_so_a_is_c(self, shangs: Shangs) -> None:
        third = AuthorFactory.create(display_name="Yue Shang")
        publish(third, "Optics")
        same_person(shangs.physicist.pk, shangs.trader.pk, CURATOR)
        same_person(shangs.trader.pk, third.pk, CURATOR)
        with pytest.raises(DecisionError, match="would contradict") as refused:
            different_people(shangs.trader.pk, third.pk, CURATOR)
        named = [{decision.author_id, decision.other_id} for decision in refused.value.conflicts]
        assert named == [{shangs.physicist.pk, shangs.trader.pk}, {shangs.physicist.pk, third.pk}]

    def test_a_is_b_and_a_is_not_c_so_b_is_not_c(self, shangs: Shangs) -> None:
        third = AuthorFactory.create(display_name="Yue Shang")
        publish(third, "Optics")
        same_person(shangs.physicist.pk, shangs.trader.pk, CURATOR)
        mark = different_people(shangs.physicist.pk, third.pk, CURATOR).decisions.get()
        with pytest.raises(DecisionError, match="is not the same person as") as refused:
            same_person(third.pk, shangs.trader.pk, CURATOR)
        assert mark in refused.value.conflicts
        assert len(refused.value.conflicts) == 2, "the merge through which the mark applies is named too"
        assert Author.objects.get(pk=third.pk).status == Author.Status.ACTIVE

    def test_splitting_nothing(self, shangs: Shangs) -> None:
        with pytest.raises(DecisionError, match="Nothing to split"):
            split(shangs.physicist.pk, [], CURATOR)
        with pytest.raises(DecisionError, match="Nothing to split"):
            split(shangs.physicist.pk, [[p.pk for p in shangs.physics]], CURATOR)
        assert works_of(shangs.physicist) == 3

    def test_splitting_apart_what_was_joined(self, shangs: Shangs) -> None:
        same_person(shangs.physicist.pk, shangs.trader.pk, CURATOR)
        with pytest.raises(DecisionError, match="is the same person as"):
            split(shangs.physicist.pk, [[p.pk for p in shangs.trade]], CURATOR)

    def test_two_positions_of_one_work_are_two_people(self, shangs: Shangs) -> None:
        AuthorshipFactory.create(work=shangs.physics[0].work, position=9, raw_name="Yue Shang")
        second = AuthorFactory.create(display_name="Yue Shang")
        position = shangs.physics[0].work.authorships.get(position=9)
        Attribution.objects.create(authorship=position, work=position.work, author=second)
        with pytest.raises(DecisionError, match="two authors of one work are two people"):
            same_person(shangs.physicist.pk, second.pk, CURATOR)
        with pytest.raises(DecisionError, match="stands in an author list once"):
            mine(position.pk, shangs.physicist.pk, CURATOR)

    def test_what_another_person_took_off_is_not_put_back(self, shangs: Shangs) -> None:
        not_mine([shangs.physics[0].pk], shangs.physicist.pk, OWNER)
        with pytest.raises(DecisionError, match=r"is not a work of Yue Shang.*the owner of the page"):
            mine(shangs.physics[0].pk, shangs.physicist.pk, CURATOR)

    def test_a_merge_does_not_bring_back_what_was_taken_off(self, shangs: Shangs) -> None:
        not_mine([shangs.physics[0].pk], shangs.physicist.pk, OWNER)
        with pytest.raises(DecisionError, match="is not a work of"):
            same_person(shangs.physicist.pk, author_of(shangs.physics[0]), CURATOR)

    def test_one_may_change_ones_own_mind(self, shangs: Shangs) -> None:
        user = UserFactory.create()
        owner = By(Attribution.DecidedBy.OWNER, user.pk)
        not_mine([shangs.physics[0].pk], shangs.physicist.pk, owner)
        mine(shangs.physics[0].pk, shangs.physicist.pk, owner)
        assert author_of(shangs.physics[0]) == shangs.physicist.pk
        assert [decision.kind for decision in Decision.objects.standing()] == [Decision.Kind.MINE]

    def test_a_refused_decision_leaves_no_trace(self, shangs: Shangs) -> None:
        different_people(shangs.physicist.pk, shangs.trader.pk, CURATOR)
        events, decisions = AuthorEvent.objects.count(), Decision.objects.count()
        with pytest.raises(DecisionError):
            same_person(shangs.physicist.pk, shangs.trader.pk, CURATOR)
        assert (AuthorEvent.objects.count(), Decision.objects.count()) == (events, decisions)
