"""What people decide about who wrote what. Each function is one act: checked, applied and logged in one transaction.

Whether a person may act is decided by the caller. Raises ``DecisionError`` when the act contradicts what was decided
before, or makes no sense; then nothing has changed.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import combinations

from works.attribution.anchors import anchor_of, keep_anchors
from works.attribution.contradictions import (
    DecisionError,
    against_joining,
    merges_between,
    refuse_contradiction,
    refuse_shared_works,
)
from works.attribution.emptied import redirect_emptied
from works.attribution.journal import Act, By, acting, held_rows
from works.attribution.records import absorbed_records, new_authors, present_records
from works.models import Attribution, Author, Decision, EventBatch

Kind = Decision.Kind


def mine(authorship: int, author: int, by: By) -> EventBatch:
    """The authorship is the author's: move it there from wherever it is, or confirm that it is there."""
    with acting(EventBatch.Kind.MINE, by, author) as act:
        _active(author)
        held = _held([authorship], with_works=True)[0]
        records = absorbed_records(author)
        standing = Decision.objects.standing().filter(authorship=authorship).select_related("author", "work")
        confirmed = list(standing.filter(kind=Kind.MINE))
        if held.author_id == author and any(decision.author_id in records for decision in confirmed):
            raise DecisionError("This work was confirmed before.", confirmed)
        against = [*confirmed, *standing.filter(kind=Kind.NOT_MINE, author__in=records)]
        _replace_own(act, against, "Adding this work")
        namesake = Attribution.objects.filter(author=author, work=held.work_id).exclude(pk=authorship).first()
        if namesake is not None:
            raise DecisionError(
                f"The record is already another author of this work, printed as {namesake.authorship.raw_name}. "
                "One person stands in an author list once: take that position off the record first.",
                list(Decision.objects.standing().filter(authorship=namesake.pk, author__in=records)),
            )
        keep_anchors([held])
        act.move([held], author)
        act.decide(Kind.MINE, author, authorship=held.authorship)
        redirect_emptied(act)
    return act.batch


def not_mine(authorships: Collection[int], author: int, by: By) -> EventBatch:
    """None of these authorships is the author's: each goes to a record of its own, for the machine to look at again."""
    with acting(EventBatch.Kind.NOT_MINE, by, author) as act:
        held = _held(authorships, with_works=True)
        if not held:
            raise DecisionError("No work was named.")
        elsewhere = [row for row in held if row.author_id != author]
        if elsewhere:
            raise DecisionError(f"“{elsewhere[0].work}” is not on this record.")
        confirmed = Decision.objects.standing().filter(kind=Kind.MINE, authorship__in=authorships)
        _replace_own(act, list(confirmed.select_related("author", "work")), "Taking this work off the record")
        keep_anchors(held)
        for row, alone in zip(held, new_authors(len(held)), strict=True):
            act.move([row], alone, decided_by=Attribution.DecidedBy.MACHINE)
            act.decide(Kind.NOT_MINE, author, authorship=row.authorship)
    return act.batch


def same_person(author: int, other: int, by: By) -> EventBatch:
    """Both are one person: ``author`` keeps its page and gets the works of ``other``, which then redirects.

    Ids that were merged before stand for the records that they lead to.
    """
    now = present_records([author, other])
    kept, gone = now[author], now[other]
    if kept == gone:
        path = merges_between(author, other, absorbed_records(kept)) if author != other else []
        raise DecisionError("A record cannot be merged into itself: both are one record already.", path)
    with acting(EventBatch.Kind.MERGE, by, kept, gone) as act:
        record, absorbed = _active(kept), _active(gone)
        refuse_contradiction("Joining these records", against_joining(author, other))
        refuse_shared_works(kept, gone)
        anchor, other_anchor = anchor_of(kept), anchor_of(gone)
        _pin(act, anchor)
        act.move(_held(Attribution.objects.filter(author=gone).values_list("pk", flat=True)), kept)
        columns = {"status": Author.Status.MERGED, "merged_into_id": kept}
        if absorbed.orcid and not record.orcid:
            orcid = absorbed.orcid
            act.change_record(absorbed, **columns, orcid=None)
            act.change_record(record, orcid=orcid)
        else:
            act.change_record(absorbed, **columns)
        act.decide(
            Kind.SAME,
            kept,
            authorship=anchor.authorship if anchor else None,
            other=gone,
            other_authorship=other_anchor.authorship if other_anchor else None,
        )
    return act.batch


def different_people(author: int, other: int, by: By) -> EventBatch:
    """The two records are two people, however alike: nothing joins them until this is undone."""
    with acting(EventBatch.Kind.APART, by, author, other) as act:
        now = present_records([author, other])
        if now[author] == now[other]:
            path = merges_between(author, other, absorbed_records(now[author])) if author != other else []
            if not path:
                raise DecisionError("A record cannot be marked as different from itself.")
            refuse_contradiction("Marking these records as two people", path)
        _active(author)
        _active(other)
        known = _marks_between(author, other)
        if known:
            raise DecisionError("These records are marked as two people already.", known)
        hold_apart(act, author, other)
    return act.batch


def split(author: int, groups: Sequence[Collection[int]], by: By, *, dissolve: bool = False) -> EventBatch:
    """The record mixes people: each group of authorships goes to a new record of its own.

    What is in no group stays. With ``dissolve`` nothing may stay: the page then offers a choice of the new records.
    """
    with acting(EventBatch.Kind.SPLIT, by, author) as act:
        record = _active(author)
        named, own = check_split(author, groups, actor=by.actor, dissolve=dissolve)
        act.withdraw(own)
        fresh = new_authors(len(named))
        for target, group in zip(fresh, named, strict=True):
            act.move(_held(group), target)
        if dissolve:
            act.change_record(record, status=Author.Status.SPLIT)
        for one, other in combinations(fresh if dissolve else [author, *fresh], 2):
            hold_apart(act, one, other)
    return act.batch


def check_split(
    author: int, groups: Sequence[Collection[int]], *, actor: int | None = None, dissolve: bool = False
) -> tuple[list[set[int]], list[Decision]]:
    """The groups that hold any authorship, and the decisions of ``actor`` that the split would take back.

    Raises DecisionError for a split that makes no sense or contradicts what was decided before. Nothing is changed.
    """
    whole = set(Attribution.objects.filter(author=author).values_list("pk", flat=True))
    named = [set(group) for group in groups if group]
    _refuse_senseless_split(whole, named, dissolve=dissolve)
    return named, _own_decisions_in(author, named, whole.difference(*named), actor)


def choose_name(author: int, name: str, by: By) -> EventBatch:
    """Show this form of the name; an empty one leaves the choice to the printed forms again."""
    with acting(EventBatch.Kind.NAME, by, author) as act:
        record = _active(author)
        if record.chosen_name == name:
            raise DecisionError("This name form is chosen already.")
        act.change_record(record, chosen_name=name)
    return act.batch


def _active(author: int) -> Author:
    record = Author.objects.filter(pk=author).first()
    if record is None or record.status != Author.Status.ACTIVE:
        raise DecisionError(f"Record {author} is no page any more: it was merged, split or hidden.")
    return record


def _held(authorships: Collection[int], *, with_works: bool = False) -> list[Attribution]:
    """The attributions, locked; refuses positions that have none."""
    rows = held_rows(authorships, with_works=with_works)
    if len(rows) != len(set(authorships)):
        raise DecisionError("A position of a work that belongs to no author record (a group, or gone) was named.")
    return rows


def _replace_own(act: Act, against: Sequence[Decision], what: str) -> None:
    """Changing one's own mind takes one's earlier decision back; anybody else's decision stands in the way."""
    act.withdraw(_own_or_refuse(act.by.actor, against, what))


def _own_or_refuse(actor: int | None, against: Sequence[Decision], what: str) -> list[Decision]:
    own = [decision for decision in against if actor is not None and decision.made_by_id == actor]
    refuse_contradiction(what, [decision for decision in against if decision not in own])
    return own


def _pin(act: Act, anchor: Attribution | None) -> None:
    """An anchor counts as decided, so that its record keeps its id through every resolution."""
    if anchor is not None and anchor.decided_by == Attribution.DecidedBy.MACHINE:
        act.move(_held([anchor.pk]), anchor.author_id)


def hold_apart(act: Act, author: int, other: int) -> None:
    """Mark the two records as two people, on one sure work of each."""
    anchors = [anchor_of(author), anchor_of(other)]
    for anchor in anchors:
        _pin(act, anchor)
    one, two = [anchor.authorship if anchor else None for anchor in anchors]
    act.decide(Kind.DIFFERENT, author, authorship=one, other=other, other_authorship=two)


def _marks_between(author: int, other: int) -> list[Decision]:
    ours, theirs = absorbed_records(author), absorbed_records(other)
    marks = Decision.objects.standing().filter(kind=Kind.DIFFERENT).select_related("author", "other", "work")
    return [
        *marks.filter(author__in=ours, other__in=theirs),
        *marks.filter(author__in=theirs, other__in=ours),
    ]


def _refuse_senseless_split(whole: set[int], named: Sequence[set[int]], *, dissolve: bool) -> None:
    if not named:
        raise DecisionError("Nothing to split: no work was chosen.")
    if any(one & other for one, other in combinations(named, 2)):
        raise DecisionError("A work was put into two groups.")
    chosen = set[int]().union(*named)
    if not chosen <= whole:
        raise DecisionError("A chosen work is not on this record.")
    if chosen == whole and len(named) == 1:
        raise DecisionError("Nothing to split: all works were chosen, so they would stay together.")
    if chosen == whole and not dissolve:
        raise DecisionError("Nothing would stay on this record. Leave one group here, or split the record for good.")
    if dissolve and chosen != whole:
        raise DecisionError("To split the record for good, every work has to be in a group.")


def _own_decisions_in(author: int, named: Sequence[set[int]], rest: set[int], actor: int | None) -> list[Decision]:
    """Works confirmed for the record stay unless ``actor`` did it, and what a decision joined is not torn apart."""
    records = absorbed_records(author)
    chosen = set[int]().union(*named)
    confirmed = Decision.objects.standing().filter(kind=Kind.MINE, authorship__in=chosen, author__in=records)
    own = _own_or_refuse(actor, list(confirmed.select_related("author", "work")), "Moving these works")
    part_of: dict[int, int] = {pk: part for part, group in enumerate([rest, *named]) for pk in group}
    joined = Decision.objects.standing().filter(kind=Kind.SAME, author__in=records, other__in=records)
    torn = [
        decision
        for decision in joined.select_related("author", "other", "work").order_by("pk")
        if part_of.get(decision.authorship_id or 0) != part_of.get(decision.other_authorship_id or 0)
        and {decision.authorship_id, decision.other_authorship_id} <= part_of.keys()
    ]
    refuse_contradiction("This split", torn)
    return own
