"""Taking back a change: one move or a whole act, without touching what people did later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Min, Q

from works.at_once import among
from works.attribution.anchors import keep_anchors
from works.attribution.contradictions import DecisionError, describe, refuse_contradiction
from works.attribution.decisions import hold_apart
from works.attribution.emptied import redirect_emptied
from works.attribution.journal import Act, By, State, acting, held_rows
from works.attribution.overtaking import overtaken
from works.attribution.records import new_authors, present_records
from works.models import Attribution, Author, AuthorEvent, Decision, EventBatch, Work

MACHINE = Attribution.DecidedBy.MACHINE
Kind = EventBatch.Kind


@dataclass(slots=True)
class Undone:
    """What an undo did: its own act, how many works went back, and in words what stayed because of later edits."""

    batch: EventBatch
    restored: int = 0
    kept: list[str] = field(default_factory=list)


def undo(batch: EventBatch, by: By) -> Undone:
    """Take a whole act of a person back, with the decisions that it made, and put those back that it withdrew.

    What people changed later stays as they left it and is named. Raises DecisionError when that is all of it.
    """
    if batch.kind == Kind.UNDO:
        raise DecisionError("An undo is not undone. Make the change again instead.")
    if batch.kind == Kind.MACHINE:
        raise DecisionError("What the machine worked out in one go is undone work by work, or page by page.")
    with acting(Kind.UNDO, by, batch.author_id, batch.other_id) as act:
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
        _reinstate(act, batch, undone)
        _restore_conclusions(act, batch, undone)
        AuthorEvent.objects.filter(undone_by=batch).update(undone_by=None)
        EventBatch.objects.filter(undone_by=batch).update(undone_by=None)
        batch.undone_by = act.batch
        batch.save(update_fields=["undone_by"])
        redirect_emptied(act)
    return undone


def undo_event(event: AuthorEvent, by: By) -> Undone:
    """Take one move back and leave the rest of its act as it is.

    A work that was moved by its own decision goes back and the decision ends. One that moved along with others (by a
    merge, a split, the machine) goes back where it came from, or to a record of its own when that page is gone, and is
    marked as not being the work of the record it leaves; that mark is an act that can be undone.
    """
    batch = event.batch
    siblings = AuthorEvent.objects.filter(batch=batch).exclude(pk=event.pk)
    is_decided_alone = batch.kind in (Kind.MINE, Kind.NOT_MINE)
    if is_decided_alone and not siblings.exclude(authorship=None).exists():
        return undo(batch, by)
    if batch.kind == Kind.UNDO or event.authorship_id is None or event.source_id in (None, event.target_id):
        raise DecisionError("This step cannot be undone alone; undo the whole change it belongs to.")
    with acting(Kind.UNDO if is_decided_alone else Kind.NOT_MINE, by, event.target_id) as act:
        event = AuthorEvent.objects.select_for_update(of=("self",)).select_related("batch").get(pk=event.pk)
        if event.undone_by_id is not None:
            raise DecisionError("This was undone before.")
        held = _held_or_refuse(event)
        was_at = held.author_id
        target = _ways_back([event])[event.pk]
        if Attribution.objects.filter(author=target, work=held.work_id).exclude(pk=held.pk).exists():
            raise DecisionError("The record that the work came from is another author of it by now.")
        keep_anchors([held])
        back = target == event.source_id
        if is_decided_alone:
            act.move([held], target, decided_by=event.before["decided_by"] if back else MACHINE)
            act.withdraw(Decision.objects.standing().filter(batch=event.batch_id, authorship=held.pk))
        else:
            _part_from(act, held, target, was_at, is_pinned=back and not batch.is_human)
        AuthorEvent.objects.filter(pk=event.pk).update(undone_by=act.batch)
        remaining = siblings.filter(undone_by=None).exclude(authorship=None).exists()
        if is_decided_alone and not remaining:
            EventBatch.objects.filter(pk=batch.pk).update(undone_by=act.batch)
        redirect_emptied(act)
    return Undone(act.batch, restored=1)


def undo_join(event: AuthorEvent, by: By) -> Undone:
    """Take back that the machine let one page lead to another: the page returns with what it lost, for good.

    ``event`` is the line of the log about the page that was emptied. The works that the same resolution took from it to
    the other page come back, except those that people changed later, and the two are marked as two people.
    """
    if event.batch.kind != Kind.MACHINE or event.after.get("status") != Author.Status.MERGED:
        raise DecisionError("This step cannot be undone alone; undo the whole change it belongs to.")
    page = event.target_id
    with acting(Kind.SPLIT, by, event.after["merged_into_id"], page) as act:
        event = AuthorEvent.objects.select_for_update(of=("self",)).select_related("batch").get(pk=event.pk)
        if event.undone_by_id is not None:
            raise DecisionError("This was undone before.")
        undone = Undone(act.batch)
        _restore_record(act, event, undone)
        if undone.kept:
            raise DecisionError("A later edit of this page stands. Undo that first.")
        moves = AuthorEvent.objects.filter(batch=event.batch_id, source=page, undone_by=None)
        _restore_works(act, list(moves.select_related("batch").order_by("pk")), undone)
        if not undone.restored:
            raise DecisionError(
                "The page lost no work to the other one in this step, so there is nothing to bring back."
            )
        other = event.after["merged_into_id"]
        hold_apart(act, page, present_records([other])[other])
    return undone


def _restore_record(act: Act, event: AuthorEvent, undone: Undone) -> None:
    """Write back the columns that the act changed, unless people changed them again.

    A page that redirects may lead elsewhere by now, because the machine shortens chains of redirects.
    """
    record = Author.objects.get(pk=event.target_id)
    still = {column for column, value in event.after.items() if getattr(record, column) == value}
    if record.status == Author.Status.MERGED == event.after.get("status"):
        still.add("merged_into_id")
    if still != event.after.keys():
        undone.kept.append(f"{record.display_name}: the record was changed again later.")
        return
    before = dict(event.before)
    if before.get("orcid") and Author.objects.filter(orcid=before["orcid"]).exclude(pk=record.pk).exists():
        undone.kept.append(f"{record.display_name}: another record carries the ORCID iD {before.pop('orcid')} by now.")
    act.change_record(record, **before)
    AuthorEvent.objects.filter(pk=event.pk).update(undone_by=act.batch)


def _restore_works(act: Act, events: Sequence[AuthorEvent], undone: Undone) -> None:
    """Bring every work back that nobody changed later; a handful of queries for a merge of any size.

    Of several changes of one work in an act the first says where it was. A work that an act only confirmed stays where
    it is when it went on from there.
    """
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
        if row is None or row.authorship_id in states:
            continue
        target = ways[event.pk]
        is_move = event.source_id != event.target_id
        if not is_move and row.author_id != target:
            continue
        if row.authorship_id in later:
            kept.append((row.work_id, "a later edit stands."))
        elif (target, row.work_id) in taken:
            kept.append((row.work_id, "the record has another position of this work by now."))
        else:
            states[row.authorship_id] = State(target, event.before["decided_by"], event.before["confidence"])
            undone.restored += is_move
    titles = dict(Work.objects.filter(pk__in=among([work for work, _ in kept])).values_list("pk", "title"))
    undone.kept += [f"“{titles[work]}”: {why}" for work, why in kept]
    if kept and not undone.restored and any(event.source_id != event.target_id for event in events):
        raise DecisionError(f"Nothing is left to take back. {undone.kept[-1]}")
    keep_anchors([held[pk] for pk, state in states.items() if held[pk].author_id != state.author], after=_since(events))
    act.set_states(states, [held[pk] for pk in states])
    done = [event.pk for event in events if event.authorship_id in states]
    AuthorEvent.objects.filter(pk__in=among(done)).update(undone_by=act.batch)


def _restore_conclusions(act: Act, batch: EventBatch, undone: Undone) -> None:
    """Works that the machine moved to the page because the act gave it others go back, with the pages it emptied.

    Because of the act are the moves of the first resolution that changed the page after it: every act asks for one.
    The machine then looks at all of it anew, for some of these works may have come for a reason of their own.
    """
    page = batch.author_id
    if page is None or batch.kind not in (Kind.MERGE, Kind.MINE):
        return
    drawn = AuthorEvent.objects.filter(batch__gt=batch.pk, batch__kind=Kind.MACHINE)
    first = drawn.filter(Q(source=page) | Q(target=page)).aggregate(batch=Min("batch"))["batch"]
    moves = drawn.filter(batch=first, target=page, undone_by=None).exclude(source=page).select_related("batch")
    still = moves.filter(authorship__attribution__author=page, authorship__attribution__decided_by=MACHINE)
    events = list(still.order_by("pk"))
    if not events:
        return
    emptied = drawn.filter(batch=first, authorship=None, target__in={event.source_id for event in events})
    for event in emptied.filter(after__merged_into_id=page, undone_by=None).order_by("pk"):
        _restore_record(act, event, undone)
    _restore_works(act, events, undone)
    act.asks_machine = True


def _since(events: Sequence[AuthorEvent]) -> int:
    return min((event.batch_id for event in events), default=0)


def _reinstate(act: Act, batch: EventBatch, undone: Undone) -> None:
    """Decisions about single works that the act withdrew hold again, where nothing later speaks against them."""
    withdrawn = Decision.objects.filter(undone_in=batch).select_related("author", "work", "authorship__attribution")
    for decision in withdrawn.order_by("pk"):
        held = getattr(decision.authorship, "attribution", None)
        author = present_records([decision.author_id])[decision.author_id]
        is_mine = decision.kind == Decision.Kind.MINE
        rival = Decision.objects.standing().filter(authorship=decision.authorship_id)
        if is_mine:
            rival = rival.filter(kind=Decision.Kind.MINE)
        else:
            rival = rival.filter(kind=Decision.Kind.NOT_MINE, author=decision.author_id)
        if held is None or (held.author_id == author) != is_mine or rival.exists():
            undone.kept.append(f"{describe(decision)}: what was done later stands against it.")
        else:
            act.uphold(decision)


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

    Out of a merge, a split or a step of the machine it is a new record when the old one is no page any more: that page
    leads to where the work is to leave from. What came from one record stays together.
    """
    sources = {event.source_id for event in events if event.source_id is not None}
    pages = set(Author.objects.filter(pk__in=sources, status=Author.Status.ACTIVE).values_list("pk", flat=True))
    now = present_records(sources)
    regrouping = (Kind.MERGE, Kind.SPLIT, Kind.MACHINE)
    gone = {
        event.source_id
        for event in events
        if event.source_id is not None and event.batch.kind in regrouping and event.source_id not in pages
    }
    fresh = dict(zip(sorted(gone), new_authors(len(gone)), strict=True))
    ways = {}
    for event in events:
        source = event.source_id or event.target_id
        ways[event.pk] = fresh.get(source, now.get(source, source))
    return ways


def _part_from(act: Act, held: Attribution, target: int, was_at: int, *, is_pinned: bool) -> None:
    """Move the work off the record it is on, and mark it as not being that record's work.

    ``is_pinned`` keeps it where it goes: back on the page from which only the machine had taken it.
    """
    standing = Decision.objects.standing().filter(authorship=held.pk).select_related("author", "work")
    not_mine = standing.filter(kind=Decision.Kind.NOT_MINE)
    against = [*standing.filter(kind=Decision.Kind.MINE), *not_mine.filter(author=target)]
    refuse_contradiction("Putting this work back", against)
    act.move([held], target, decided_by=None if is_pinned else MACHINE)
    if not not_mine.filter(author=was_at).exists():
        act.decide(Decision.Kind.NOT_MINE, was_at, authorship=held.authorship)
