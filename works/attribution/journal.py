"""Acts on attribution: each is one transaction that changes attributions and records and logs every change.

People's acts wait for one another (they are rare and short), so that what an act checked still holds when it writes.
The machine writes only between them: neither overwrites what it did not see, nor do they wait for each other's rows.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import msgspec
from django.db import connection, transaction
from django.utils import timezone

from works.at_once import among
from works.attribution.summaries import refresh_authors
from works.copying import copy_rows, escaped
from works.load import mark_dirty
from works.models import Attribution, Author, AuthorEvent, Authorship, Decision, EventBatch

#: First and second key of the advisory lock held by every human act, and shared by resolutions that write.
LOCK = (7_403, 0)


@dataclass(frozen=True, slots=True)
class By:
    """In whose name an act is done (a value of ``Attribution.DecidedBy``), by which account, and why."""

    role: str
    actor: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """Where an attribution stands: the author, who decided (``Attribution.DecidedBy``), how sure (0 to 1)."""

    author: int
    decided_by: str
    confidence: float


class Act:
    """An act under way: every change goes through it and is logged when it ends. Made by ``acting``."""

    def __init__(self, batch: EventBatch, by: By) -> None:
        self.batch = batch
        self.by = by
        #: Whether the machine draws its conclusions afterwards. Not from an undo: who takes a change back wants what
        #: was there before, not another opinion.
        self.asks_machine = batch.kind != EventBatch.Kind.UNDO
        self._events: list[AuthorEvent] = []
        self._touched: set[int] = set()
        self._blocks: set[str] = set()

    def move(self, attributions: Sequence[Attribution], target: int, *, decided_by: str | None = None) -> None:
        """Give the attributions to author ``target``; without ``decided_by`` in the name of who acts, for certain."""
        state = State(target, decided_by or self.by.role, 1.0)
        self.set_states({held.authorship_id: state for held in attributions}, attributions)

    def set_states(self, states: Mapping[int, State], attributions: Sequence[Attribution]) -> None:
        """Bring each attribution to its state, by authorship id; one statement for any number."""
        for held in attributions:
            state = states[held.authorship_id]
            self._events.append(
                AuthorEvent(
                    batch=self.batch,
                    authorship_id=held.authorship_id,
                    source_id=held.author_id,
                    target_id=state.author,
                    before={"decided_by": held.decided_by, "confidence": held.confidence},
                    after={"decided_by": state.decided_by, "confidence": state.confidence},
                )
            )
            self._touched |= {held.author_id, state.author}
            held.author_id, held.decided_by, held.confidence = state.author, state.decided_by, state.confidence
        ids = [held.authorship_id for held in attributions]
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE works_attribution t SET author_id = n.author, decided_by = n.decided_by,"
                " confidence = n.confidence, decided_at = now()"
                " FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::float[])"
                " AS n(authorship, author, decided_by, confidence) WHERE t.authorship_id = n.authorship",
                [
                    ids,
                    [held.author_id for held in attributions],
                    [str(held.decided_by) for held in attributions],
                    [held.confidence for held in attributions],
                ],
            )
        self._blocks |= set(Authorship.objects.filter(pk__in=among(ids)).values_list("block", flat=True).distinct())

    def departures(self) -> dict[int, Counter[int]]:
        """By record that lost works in this act: the records that they went to, and how many."""
        went: dict[int, Counter[int]] = defaultdict(Counter)
        for event in self._events:
            if event.source_id is not None and event.source_id != event.target_id:
                went[event.source_id][event.target_id] += 1
        return dict(went)

    def change_record(self, author: Author, **columns: Any) -> None:
        """Write columns of the record itself (its state, its name)."""
        before = {column: getattr(author, column) for column in columns}
        Author.objects.filter(pk=author.pk).update(**columns)
        for column, value in columns.items():
            setattr(author, column, value)
        self._events.append(AuthorEvent(batch=self.batch, target=author, before=before, after=columns))
        self._touched.add(author.pk)

    def decide(
        self,
        kind: str,
        author: int,
        *,
        authorship: Authorship | None = None,
        other: int | None = None,
        other_authorship: Authorship | None = None,
    ) -> Decision:
        """Lay down a decision in the name of who acts."""
        return Decision.objects.create(
            kind=kind,
            batch=self.batch,
            author_id=author,
            other_id=other,
            authorship=authorship,
            other_authorship=other_authorship,
            work_id=authorship.work_id if authorship else None,
            printed=authorship.raw_name if authorship else "",
            role=self.by.role,
            made_by_id=self.by.actor,
            note=self.by.note,
        )

    def withdraw(self, decisions: Collection[Decision]) -> None:
        """Decisions that hold no longer."""
        Decision.objects.filter(pk__in=[decision.pk for decision in decisions]).update(
            undone_at=timezone.now(), undone_by_id=self.by.actor, undone_in=self.batch
        )

    def uphold(self, decision: Decision) -> None:
        """A decision that was withdrawn holds again."""
        Decision.objects.filter(pk=decision.pk).update(undone_at=None, undone_by=None, undone_in=None)

    def finish(self) -> None:
        """Write the log, bring the touched records up to date, and let the machine draw its conclusions."""
        _log(self._events)
        refresh_authors(sorted(self._touched))
        if self.asks_machine:
            mark_dirty(self._blocks, is_whole=True)


@contextmanager
def acting(kind: str, by: By, author: int | None, other: int | None = None) -> Iterator[Act]:
    """One act as one transaction; an exception inside leaves no trace of it."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", LOCK)
        batch = EventBatch.objects.create(
            kind=kind, role=by.role, actor_id=by.actor, author_id=author, other_id=other, note=by.note
        )
        act = Act(batch, by)
        yield act
        act.finish()


def write_between_acts() -> None:
    """Let no human act begin before this transaction, the machine's, ends; waits for one that is under way."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s, %s)", LOCK)


def held_rows(authorships: Collection[int], *, with_works: bool = False) -> list[Attribution]:
    """The attributions of these authorships, locked, in the order of their ids; a group or a lost position has none.

    ``with_works`` loads what was printed and the works' titles along with them.
    """
    rows = Attribution.objects.select_for_update(of=("self",)).defer("reasons")
    if with_works:
        rows = rows.select_related("authorship", "work").defer(
            "work__search", "work__abstract", "work__byline", "reasons"
        )
    return list(rows.filter(pk__in=among(authorships)).order_by("pk"))


def _log(events: Iterable[AuthorEvent]) -> None:
    """Write events by COPY: a merge of two large records has thousands."""

    def number(value: int | None) -> str:
        return "\\N" if value is None else str(value)

    def facts(value: Any) -> str:
        return escaped(msgspec.json.encode(value).decode())

    with connection.cursor() as cursor:
        copy_rows(
            cursor,
            "works_authorevent",
            "batch_id, authorship_id, source_id, target_id, before, after",
            (
                f"{event.batch_id}\t{number(event.authorship_id)}\t{number(event.source_id)}\t{event.target_id}"
                f"\t{facts(event.before)}\t{facts(event.after)}"
                for event in events
            ),
        )


@dataclass(frozen=True, slots=True)
class MachineMove:
    """One attribution that a resolution changed: its authorship, the author before and after, the confidences."""

    authorship: int
    source: int
    target: int
    before: float
    after: float


def log_machine(moves: Sequence[MachineMove], redirects: dict[int, int]) -> None:
    """Log what one resolution changed: attributions moved between records, and emptied records that now redirect."""
    if not moves and not redirects:
        return
    machine = Attribution.DecidedBy.MACHINE
    batch = EventBatch.objects.create(kind=EventBatch.Kind.MACHINE, role=machine)
    _log(
        AuthorEvent(
            batch=batch,
            authorship_id=move.authorship,
            source_id=move.source,
            target_id=move.target,
            before={"decided_by": machine, "confidence": round(move.before, 4)},
            after={"decided_by": machine, "confidence": round(move.after, 4)},
        )
        for move in moves
    )
    _log(
        AuthorEvent(
            batch=batch,
            target_id=author,
            before={"status": Author.Status.ACTIVE, "merged_into_id": None},
            after={"status": Author.Status.MERGED, "merged_into_id": into},
        )
        for author, into in sorted(redirects.items())
    )
