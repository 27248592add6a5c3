"""Taking back a change: one move or a whole act, without touching what people did later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from works.attribution.anchors import keep_anchors
from works.attribution.contradictions import DecisionError, refuse_contradiction
from works.attribution.journal import Act, By, State, acting, held_rows
from works.attribution.records import among, new_authors, present_records
from works.models import Attribution, Author, AuthorEvent, Decision, EventBatch, Work

MACHINE = Attribution.DecidedBy.MACHINE


@dataclass(slots=True)
class Undone:
    """What an undo did: its own act, how many works went back, and in words what stayed because of later edits."""

    batch: EventBatch
    restored: int = 0
    kept: list[str] = field(default_factory=list)


def undo(batch: EventBatch, by: By) -> Undone:
    """Take a whole act of a person back. What people changed later stays as they left it and is named."""
    if batch.kind == EventBatch.Kind.UNDO:
        raise DecisionError("An undo is not undone. Make the change again instead.")
    if batch.kind == EventBatch.Kind.MACHINE:
        raise DecisionError("What the machine worked out in one go is undone work by work.")
    with acting(EventBatch.Kind.UNDO, by, batch.author_id, batch.other_id) as act:
        batch = EventBatch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
        if batch.undone_by_id is not None:
            raise DecisionError("This was undone before.")
        undone = Undone(act.batch)
        act.withdraw(Decision.objects.standing().filter(batch=batch))
        events = AuthorEvent.objects.filter(batch=batch, undone_by=None)
        for event in events.filter(authorship=None).order_by("-pk"):
            _restore_record(act, event, undone)
        moves = list(events.exclude(authorship=None).order_by("pk"))
        for move in moves:
            move.batch = batch
        _restore_works(act, moves, undone)
        batch.undone_by = act.batch
        batch.save(update_fields=["undone_by"])
    return undone


def undo_event(event: AuthorEvent, by: By) -> Undone:
    """Take one move back and leave the rest of its act as it is.

    A work picked out of a merge or a split goes back where it came from, or to a record of its own when that page is
    gone, and is marked as not being the work of the record it leaves. A move of the machine is taken back for good: the
    work is then confirmed where it was.
    """
    batch = event.batch
    siblings = AuthorEvent.objects.filter(batch=batch).exclude(pk=event.pk)
    if batch.is_human and batch.kind != EventBatch.Kind.UNDO and not siblings.exists():
        return undo(batch, by)
    if batch.kind == EventBatch.Kind.UNDO or event.authorship_id is None or event.source_id in (None, event.target_id):
        raise DecisionError("This step cannot be undone alone; undo the whole change it belongs to.")
    with acting(EventBatch.Kind.UNDO, by, event.target_id, event.source_id) as act:
        event = AuthorEvent.objects.select_for_update(of=("self",)).select_related("batch").get(pk=event.pk)
        if event.undone_by_id is not None:
            raise DecisionError("This was undone before.")
        held = _held_or_refuse(event)
        was_at = held.author_id
        target = _ways_back([event])[event.pk]
        keep_anchors([held])
        if batch.is_human:
            back = target == event.source_id
            act.move([held], target, decided_by=event.before["decided_by"] if back else MACHINE)
            _revise_decisions(act, event, was_at)
        else:
            _confirm_against_machine(act, held, target)
        _mark_undone(act, event)
        remaining = siblings.filter(undone_by=None).exclude(authorship=None).exists()
        if batch.kind in (EventBatch.Kind.MINE, EventBatch.Kind.NOT_MINE) and not remaining:
            EventBatch.objects.filter(pk=batch.pk).update(undone_by=act.batch)
    return Undone(act.batch, restored=1)


def overtaken(events: Sequence[AuthorEvent]) -> set[int]:
    """The authorships of those events after which a person changed the attribution again, and that still stands."""
    last = {event.authorship_id: event.pk for event in events}
    later = AuthorEvent.objects.filter(
        authorship__in=among([pk for pk in last if pk is not None]),
        pk__gt=min(last.values(), default=0),
        undone_by=None,
    )
    people = later.exclude(batch__role=MACHINE).exclude(batch__kind=EventBatch.Kind.UNDO)
    return {authorship for authorship, pk in people.values_list("authorship_id", "pk") if pk > last[authorship]}


def _restore_record(act: Act, event: AuthorEvent, undone: Undone) -> None:
    record = Author.objects.get(pk=event.target_id)
    if any(getattr(record, column) != value for column, value in event.after.items()):
        undone.kept.append(f"{record.display_name}: the record was changed again later.")
        return
    act.change_record(record, **event.before)
    _mark_undone(act, event)


def _restore_works(act: Act, events: Sequence[AuthorEvent], undone: Undone) -> None:
    """Bring every work back that nobody changed later; a handful of queries for a merge of any size."""
    later = overtaken(events)
    held = {row.authorship_id: row for row in held_rows([event.authorship_id or 0 for event in events])}
    ways = _ways_back(events)
    taken = set(
        Attribution.objects.filter(
            author__in=among(set(ways.values())), work__in=among([row.work_id for row in held.values()])
        )
        .exclude(pk__in=among(held))
        .values_list("author_id", "work_id")
    )
    states: dict[int, State] = {}
    kept: list[tuple[int, str]] = []
    for event in events:
        row = held.get(event.authorship_id or 0)
        if row is None:
            continue
        target = ways[event.pk]
        if row.authorship_id in later:
            kept.append((row.work_id, "a later edit stands."))
        elif (target, row.work_id) in taken:
            kept.append((row.work_id, "the record has another position of this work by now."))
        else:
            states[row.authorship_id] = State(target, event.before["decided_by"], event.before["confidence"])
            undone.restored += event.source_id != event.target_id
    titles = dict(Work.objects.filter(pk__in=among([work for work, _ in kept])).values_list("pk", "title"))
    undone.kept += [f"“{titles[work]}”: {why}" for work, why in kept]
    act.set_states(states, [held[pk] for pk in states])
    done = [event.pk for event in events if event.authorship_id in states]
    AuthorEvent.objects.filter(pk__in=among(done)).update(undone_by=act.batch)


def _held_or_refuse(event: AuthorEvent) -> Attribution:
    """The attribution that the event is about, if nobody changed it later."""
    if overtaken([event]):
        raise DecisionError("A later edit of the same work stands. Undo that first.")
    held = held_rows([event.authorship_id or 0], with_works=True)
    if not held:
        raise DecisionError("The position stands in the author list no longer.")
    return held[0]


def _ways_back(events: Sequence[AuthorEvent]) -> dict[int, int]:
    """By event: where the work came from, or what became of that record.

    Out of a merge or a split it is a new record when the old one is no page any more: that page leads to where the work
    is to leave from.
    """
    sources = {event.source_id for event in events if event.source_id is not None}
    pages = set(Author.objects.filter(pk__in=sources, status=Author.Status.ACTIVE).values_list("pk", flat=True))
    now = present_records(sources)
    ways = {}
    for event in events:
        source = event.source_id or event.target_id
        is_regrouping = event.batch.kind in (EventBatch.Kind.MERGE, EventBatch.Kind.SPLIT)
        ways[event.pk] = new_authors(1)[0] if is_regrouping and source not in pages else now.get(source, source)
    return ways


def _revise_decisions(act: Act, event: AuthorEvent, was_at: int) -> None:
    """Decisions about this one work end with the move; out of a merge or split the work is marked instead."""
    about = Decision.objects.standing().filter(batch=event.batch_id, authorship=event.authorship_id)
    own = list(about.filter(kind__in=[Decision.Kind.MINE, Decision.Kind.NOT_MINE]))
    if own:
        act.withdraw(own)
    else:
        act.decide(Decision.Kind.NOT_MINE, was_at, authorship=event.authorship)


def _confirm_against_machine(act: Act, held: Attribution, target: int) -> None:
    standing = Decision.objects.standing().filter(authorship=held.pk).select_related("author", "work")
    against = [
        *standing.filter(kind=Decision.Kind.MINE),
        *standing.filter(kind=Decision.Kind.NOT_MINE, author=target),
    ]
    refuse_contradiction("Putting this work back", against)
    if Attribution.objects.filter(author=target, work=held.work_id).exclude(pk=held.pk).exists():
        raise DecisionError("The record that the work came from is another author of it by now.")
    act.move([held], target)
    act.decide(Decision.Kind.MINE, target, authorship=held.authorship)


def _mark_undone(act: Act, event: AuthorEvent) -> None:
    AuthorEvent.objects.filter(pk=event.pk).update(undone_by=act.batch)
