"""The log of an author record, and of one work on it, as pages tell it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from profiles.access import is_curator
from profiles.claims import owner_claim
from profiles.models import User
from works.attribution.contradictions import describe, who
from works.attribution.records import present_records
from works.models import Attribution, Author, AuthorEvent, Decision, EventBatch
from works.paging import Page, encode_cursor, number_cursor

PAGE_SIZE = 30
EVENTS_SHOWN = 5
"""Works named with an entry of the log; the page of the act lists more."""
EVENTS_LISTED = 200
RECENT = timedelta(days=7)
"""How long an act stands with its undo on the profile page itself."""


@dataclass(slots=True)
class Entry:
    """One act as the log of a record shows it: how many works came, went and were confirmed, and the first of them.

    ``name`` is the name form that it chose, empty for the printed ones; ``took_back`` the acts that it undid or parts
    of which it undid.
    """

    batch: EventBatch
    came: int = 0
    went: int = 0
    confirmed: int = 0
    shown: list[AuthorEvent] = field(default_factory=list)
    name: str | None = None
    took_back: Sequence[int] = ()

    @property
    def who(self) -> str:
        return who(self.batch.role)

    @property
    def unnamed(self) -> int:
        """Works that are not among those shown."""
        return self.came + self.went + self.confirmed - len(self.shown)

    def may_undo(self, user: User | None) -> bool:
        return user is not None and may_undo(user, self.batch)


def history_of(author: Author, cursor: str = "") -> Page[Entry]:
    """The acts that touched the record, latest first; nine queries a page, however long the log."""
    before = number_cursor(cursor, 1)
    ids: set[int] = set()
    for rows in (
        EventBatch.objects.filter(author=author).values_list("pk", flat=True),
        EventBatch.objects.filter(other=author).values_list("pk", flat=True),
    ):
        ids |= set((rows.filter(pk__lt=before[0]) if before else rows).order_by("-pk")[: PAGE_SIZE + 1])
    for events in (AuthorEvent.objects.filter(source=author), AuthorEvent.objects.filter(target=author)):
        found = (events.filter(batch__lt=before[0]) if before else events).order_by("-batch")
        ids |= set(found.values_list("batch_id", flat=True).distinct()[: PAGE_SIZE + 1])
    latest = sorted(ids, reverse=True)
    shown = latest[:PAGE_SIZE]
    entries = _entries(author, shown)
    return Page(entries, encode_cursor(shown[-1]) if len(latest) > PAGE_SIZE else "", before is not None)


def _entries(author: Author, ids: Sequence[int]) -> list[Entry]:
    batches = EventBatch.objects.select_related("author", "other", "actor", "undone_by").in_bulk(list(ids))
    names, took_back = chosen_names(ids), taken_back(ids)
    entries = {pk: Entry(batches[pk], name=names.get(pk), took_back=took_back.get(pk, ())) for pk in ids}
    about = AuthorEvent.objects.filter(batch__in=ids, authorship__isnull=False)
    events = about.filter(source=author) | about.filter(target=author)
    for event in events.select_related("authorship__work", "source", "target").defer("authorship__work__search"):
        entry = entries[event.batch_id]
        entry.confirmed += event.source_id == event.target_id
        entry.came += event.target_id == author.pk != event.source_id
        entry.went += event.source_id == author.pk != event.target_id
        if len(entry.shown) < EVENTS_SHOWN:
            entry.shown.append(event)
    return list(entries.values())


def chosen_names(acts: Collection[int]) -> dict[int, str]:
    """By act: the name form that it chose, empty where it left the choice to the printed ones; not for other acts."""
    rows = AuthorEvent.objects.filter(batch__in=acts, authorship=None, after__has_key="chosen_name")
    return {batch: after["chosen_name"] for batch, after in rows.order_by("pk").values_list("batch_id", "after")}


def taken_back(acts: Collection[int]) -> dict[int, list[int]]:
    """By act that took others back, or lines of them: those others, latest first."""
    whole = EventBatch.objects.filter(undone_by__in=acts).values_list("undone_by_id", "pk")
    lines = AuthorEvent.objects.filter(undone_by__in=acts).values_list("undone_by_id", "batch_id").distinct()
    found: dict[int, list[int]] = {}
    for act, other in sorted({*whole, *lines}, reverse=True):
        found.setdefault(act, []).append(other)
    return found


def events_of(batch: EventBatch, author: int | None = None) -> QuerySet[AuthorEvent]:
    """The lines of one act about works, with what a page says of them; at most ``EVENTS_LISTED``.

    ``author`` picks the lines of one record: the machine changes many records in one go.
    """
    rows = AuthorEvent.objects.filter(batch=batch, authorship__isnull=False)
    if author is not None:
        rows = rows.filter(Q(source=author) | Q(target=author))
    rows = rows.select_related("authorship__work", "source", "target", "undone_by").defer("authorship__work__search")
    return rows.order_by("pk")[:EVENTS_LISTED]


@dataclass(frozen=True, slots=True)
class Redirect:
    """A line of the log by which a page came to lead to another one."""

    event: AuthorEvent
    page: Author
    to: Author
    may_undo: bool


def redirects_of(batch: EventBatch, user: User | None, author: int | None = None) -> list[Redirect]:
    """The pages that came to lead elsewhere in this act, at most ``EVENTS_LISTED``; ``author`` picks one record."""
    rows = AuthorEvent.objects.filter(batch=batch, authorship=None, after__status=Author.Status.MERGED)
    if author is not None:
        rows = rows.filter(Q(target=author) | Q(after__merged_into_id=author))
    events = list(rows.select_related("target", "undone_by", "batch").order_by("pk")[:EVENTS_LISTED])
    into = Author.objects.in_bulk({event.after["merged_into_id"] for event in events})
    return [
        Redirect(
            event, event.target, into[event.after["merged_into_id"]], user is not None and may_undo_event(user, event)
        )
        for event in events
    ]


def may_undo(user: User, batch: EventBatch) -> bool:
    """Curators undo any act of people, owners their own acts on the page that they still own."""
    if not batch.is_human or batch.kind == EventBatch.Kind.UNDO or batch.undone_by_id is not None:
        return False
    return is_curator(user) or _is_own_act(user, batch)


def may_undo_event(user: User, event: AuthorEvent) -> bool:
    """One line alone: who may undo the act, and for what the machine did curators."""
    if event.authorship_id is None and not event.batch.is_human and event.after.get("status") == Author.Status.MERGED:
        return event.undone_by_id is None and is_curator(user)
    is_move = event.authorship_id is not None and event.source_id not in (None, event.target_id)
    if event.undone_by_id is not None or event.batch.kind == EventBatch.Kind.UNDO or not is_move:
        return False
    if event.batch.undone_by_id is not None:
        return False
    return is_curator(user) or (event.batch.is_human and _is_own_act(user, event.batch))


def recent_acts(user: User, author: Author, number: int = 3) -> list[EventBatch]:
    """The person's acts on this page in the last days that still can be undone, latest first; the log has all."""
    since = timezone.now() - RECENT
    mine = EventBatch.objects.filter(author=author, actor=user, undone_by=None, at__gt=since)
    mine = mine.exclude(kind=EventBatch.Kind.UNDO)
    return [batch for batch in mine.select_related("other").order_by("-pk")[:number] if may_undo(user, batch)]


def story_of(attribution: Attribution) -> list[str]:
    """How the position came to be where it is, in sentences, latest first; and the decisions that hold for it."""
    events = AuthorEvent.objects.filter(authorship=attribution.pk).select_related("batch", "source", "target")
    decisions = Decision.objects.standing().filter(authorship=attribution.pk).select_related("author", "other", "work")
    return [*_holding(decisions), *(_told(event) for event in events.order_by("-pk")[:PAGE_SIZE])]


def _holding(decisions: Iterable[Decision]) -> list[str]:
    return [f"Holds through every later import: {describe(decision)}." for decision in decisions]


def _told(event: AuthorEvent) -> str:
    actor = who(event.batch.role)
    actor = actor[0].upper() + actor[1:]
    day = f"{event.batch.at:%-d %B %Y}"
    undone = " This was undone later." if event.undone_by_id else ""
    if event.source is None or event.source_id == event.target_id:
        return f"{day}: {actor} confirmed it on {event.target} ({event.target_id}).{undone}"
    back = "put it back" if event.batch.kind == EventBatch.Kind.UNDO else "moved it"
    return (
        f"{day}: {actor} {back} from {event.source} ({event.source_id}) to {event.target} ({event.target_id}).{undone}"
    )


def _is_own_act(user: User, batch: EventBatch) -> bool:
    if batch.actor_id != user.pk or batch.author_id is None:
        return False
    page = present_records([batch.author_id])[batch.author_id]
    claim = owner_claim(Author(pk=page))
    return claim is not None and claim.user_id == user.pk
