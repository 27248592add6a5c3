"""Human decisions hold through resolution: with the real engine, on names and co-authors that pull the other way."""

from __future__ import annotations

import pytest

from tests.factories import AuthorFactory
from tests.works.attribution.shang import CURATOR, OWNER, Printed, Shangs, author_of, join_everything, publish
from works.attribution import persist
from works.attribution.constraints import constraints_for, forbidden_pairs, reattach
from works.attribution.decisions import different_people, mine, not_mine, same_person, split
from works.attribution.persist import save_clusters
from works.attribution.proof import prove, violations
from works.attribution.resolve import mark_all_dirty, resolve_dirty
from works.attribution.undoing import undo_event
from works.models import Attribution, Author, AuthorEvent, Authorship, Decision, EventBatch
from works.names import block_key, name_key, parse_name

pytestmark = pytest.mark.django_db


@pytest.fixture
def shangs() -> Shangs:
    return Shangs()


def resolve_again() -> None:
    mark_all_dirty()
    resolve_dirty()


def test_not_mine(shangs: Shangs) -> None:
    not_mine([shangs.physics[0].pk], shangs.physicist.pk, OWNER)
    resolve_again()
    assert author_of(shangs.physics[0]) != shangs.physicist.pk
    assert violations() == []


def test_mine(shangs: Shangs) -> None:
    mine(shangs.trade[0].pk, shangs.physicist.pk, OWNER)
    resolve_again()
    assert author_of(shangs.trade[0]) == shangs.physicist.pk
    assert violations() == []


def test_same_person_across_blocks(shangs: Shangs) -> None:
    """A name changed by marriage: no block holds both, and the page stays one."""
    married = AuthorFactory.create(display_name="Yue Miller")
    later = [publish(married, f"Quantum dots, part {n}", name="Yue Miller") for n in range(2)]
    same_person(married.pk, shangs.physicist.pk, CURATOR)
    resolve_again()
    assert {author_of(authorship) for authorship in shangs.physics} == {married.pk}
    assert married.pk in {author_of(authorship) for authorship in later}
    assert violations() == []


def test_same_person_within_a_block(shangs: Shangs) -> None:
    same_person(shangs.physicist.pk, shangs.trader.pk, CURATOR)
    resolve_again()
    assert {author_of(authorship) for authorship in shangs.trade} == {shangs.physicist.pk}
    assert shangs.physicist.pk in {author_of(authorship) for authorship in shangs.physics}
    assert violations() == []


def test_different_people(shangs: Shangs) -> None:
    different_people(shangs.physicist.pk, shangs.trader.pk, CURATOR)
    resolve_again()
    physicist = {author_of(authorship) for authorship in shangs.physics}
    trader = {author_of(authorship) for authorship in shangs.trade}
    assert physicist.isdisjoint(trader)
    assert violations() == []


def test_split(shangs: Shangs) -> None:
    split(shangs.physicist.pk, [[shangs.physics[0].pk]], CURATOR)
    other = author_of(shangs.physics[0])
    resolve_again()
    assert author_of(shangs.physics[0]) == other
    assert shangs.physicist.pk in {author_of(authorship) for authorship in shangs.physics[1:]}
    assert violations() == []


def test_an_engine_that_ignores_decisions_about_works_cannot_break_them(shangs: Shangs) -> None:
    not_mine([shangs.physics[0].pk], shangs.physicist.pk, OWNER)
    mine(shangs.trade[0].pk, shangs.physicist.pk, OWNER)
    join_everything(shangs)
    assert author_of(shangs.physics[0]) != shangs.physicist.pk
    assert author_of(shangs.trade[0]) == shangs.physicist.pk
    assert violations() == []


def test_an_engine_that_ignores_decisions_about_people_cannot_break_them(shangs: Shangs) -> None:
    different_people(shangs.physicist.pk, shangs.trader.pk, CURATOR)
    join_everything(shangs)
    assert set(Author.objects.filter(status="active").values_list("pk", flat=True)) >= {
        shangs.physicist.pk,
        shangs.trader.pk,
    }
    assert violations() == []


def test_a_decision_made_while_the_engine_thinks(shangs: Shangs, monkeypatch: pytest.MonkeyPatch) -> None:
    """The writer read the attribution before the owner changed it; its stale decision is dropped."""
    read = persist._held

    def read_then_decide(authorships: list[int]) -> dict[int, persist.Held]:
        held = read(authorships)
        mine(shangs.physics[0].pk, shangs.trader.pk, OWNER)
        return held

    monkeypatch.setattr(persist, "_held", read_then_decide)
    third = AuthorFactory.create(display_name="Yue Shang")
    position = publish(third, "Optics")
    printed = [Printed(authorship.pk, authorship.work_id) for authorship in [shangs.physics[0], position]]
    save_clusters(printed, [0, 0], [0.9, 0.9], [[], []])
    assert author_of(shangs.physics[0]) == shangs.trader.pk


class TestMachineLog:
    def move_by_machine(self, shangs: Shangs) -> AuthorEvent:
        """The machine gives the trader's works to the physicist."""
        join_everything(shangs)
        return AuthorEvent.objects.get(authorship=shangs.trade[0])

    def test_moves_are_one_batch_of_events(self, shangs: Shangs) -> None:
        event = self.move_by_machine(shangs)
        assert (event.source_id, event.target_id) == (shangs.trader.pk, shangs.physicist.pk)
        assert event.batch.kind == EventBatch.Kind.MACHINE
        assert event.batch.events.filter(authorship=None, target=shangs.trader).get().after["status"] == "merged"

    def test_first_attributions_are_no_change(self, shangs: Shangs) -> None:
        Attribution.objects.all().delete()
        resolve_again()
        assert not AuthorEvent.objects.exists()

    def test_a_machine_move_taken_back_stays_back(self, shangs: Shangs) -> None:
        publish(shangs.trader, "Prices")
        event = self.move_by_machine(shangs)
        undo_event(event, CURATOR)
        assert author_of(shangs.trade[0]) == shangs.trader.pk
        resolve_again()
        assert author_of(shangs.trade[0]) == shangs.trader.pk
        assert violations() == []


class TestConstraints:
    def test_pairs(self, shangs: Shangs) -> None:
        not_mine([shangs.physics[0].pk], shangs.physicist.pk, OWNER)
        found = constraints_for(["shang y"])
        assert set(found.cannot_link) == {(shangs.physics[0].pk, p.pk) for p in shangs.physics[1:]}
        same_person(shangs.physicist.pk, shangs.trader.pk, CURATOR)
        assert len(constraints_for(["shang y"]).must_link) == 1
        assert not constraints_for(["miller y"]).must_link

    def test_two_people_are_kept_apart_work_by_work(self, shangs: Shangs) -> None:
        different_people(shangs.physicist.pk, shangs.trader.pk, CURATOR)
        found = constraints_for(["shang y"])
        assert set(found.cannot_link) == {(one.pk, other.pk) for one in shangs.physics for other in shangs.trade}

    def test_not_mine_follows_a_merge(self, shangs: Shangs) -> None:
        third = AuthorFactory.create(display_name="Yue Shang")
        publish(third, "Optics")
        not_mine([shangs.physics[0].pk], shangs.physicist.pk, OWNER)
        same_person(third.pk, shangs.physicist.pk, CURATOR)
        assert forbidden_pairs([shangs.physics[0].pk]) == {(shangs.physics[0].pk, third.pk)}


class TestNewAuthorList:
    """A new version of the work prints the name in another way, so the loader makes a new position."""

    def reprint(self, authorship: Authorship, name: str) -> Authorship:
        work = authorship.work
        Authorship.objects.filter(pk=authorship.pk).delete()
        parsed = parse_name(name)
        return Authorship.objects.create(
            work=work,
            position=0,
            raw_name=name,
            family=parsed.family,
            given=parsed.given,
            name_key=name_key(parsed),
            block=block_key(parsed),
        )

    def test_a_decision_finds_the_position_again(self, shangs: Shangs) -> None:
        mine(shangs.trade[0].pk, shangs.physicist.pk, OWNER)
        again = self.reprint(shangs.trade[0], "Y. Shang")
        assert reattach() == 1
        held = Attribution.objects.get(pk=again.pk)
        assert (held.author_id, held.decided_by) == (shangs.physicist.pk, "owner")

    def test_another_name_is_another_person(self, shangs: Shangs) -> None:
        not_mine([shangs.physics[0].pk], shangs.physicist.pk, OWNER)
        self.reprint(shangs.physics[0], "Pat Quill")
        assert reattach() == 0


class TestProof:
    def test_counts_and_no_violation(self, shangs: Shangs) -> None:
        mine(shangs.trade[0].pk, shangs.physicist.pk, OWNER)
        figures = prove().figures
        assert figures["decisions"] == {"mine": 1}
        assert figures["violations"] == 0
        assert figures["attributions"] == {"machine": 4, "owner": 1}

    @pytest.mark.parametrize("kind", ["mine", "not_mine", "same", "apart"])
    def test_each_kind_of_violation_is_found(self, shangs: Shangs, kind: str) -> None:
        if kind == "mine":
            mine(shangs.trade[0].pk, shangs.physicist.pk, OWNER)
            Attribution.objects.filter(pk=shangs.trade[0].pk).update(author=shangs.trader)
        elif kind == "not_mine":
            not_mine([shangs.physics[0].pk], shangs.physicist.pk, OWNER)
            Attribution.objects.filter(pk=shangs.physics[0].pk).update(author=shangs.physicist)
        elif kind == "same":
            same_person(shangs.physicist.pk, shangs.trader.pk, CURATOR)
            Author.objects.filter(pk=shangs.trader.pk).update(status="active", merged_into=None)
        else:
            different_people(shangs.physicist.pk, shangs.trader.pk, CURATOR)
            Attribution.objects.filter(author=shangs.trader).update(author=shangs.physicist)
        found = violations()
        assert [Decision.objects.get(pk=violation.decision).kind for violation in found] == [kind]
        assert prove().figures["violations"] == 1
