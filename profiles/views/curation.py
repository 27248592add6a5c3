"""Curators' pages: the queue, merging and splitting records side by side, marks against duplicates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from profiles.access import curators_only, of_researcher
from profiles.aftermath import follow_correction
from profiles.choices import number_in_address
from profiles.correction_forms import StatementForm
from profiles.heads import ResearcherHead, find_head
from profiles.merging import merge_records, split_record, which_stays
from profiles.models import Ticket, User
from profiles.previews import WORKS_LISTED, WorkGroup, preview_merge, preview_split, work_groups
from profiles.requests import SignedInRequest
from profiles.throttle import ThrottledError, admit_act
from works.attribution import decisions
from works.attribution.contradictions import DecisionError, merges_between
from works.attribution.journal import By
from works.attribution.records import absorbed_records
from works.models import Attribution, Author, Decision, EventBatch
from works.paging import number_cursor

QUEUE_SHOWN = 100
GROUPS_OF_SPLIT = 6
"""Records into which one form can split."""


@curators_only
@require_safe
def queue(request: SignedInRequest) -> HttpResponse:
    """Open tickets, those first that change most for most people; ``?order=age`` shows those that wait longest."""
    open_tickets = Ticket.objects.open().by_impact().select_related("author", "other")
    is_by_age = request.GET.get("order") == "age"
    if is_by_age:
        open_tickets = open_tickets.order_by("opened_at", "pk")
    context = {
        "tickets": open_tickets[:QUEUE_SHOWN],
        "waiting": Ticket.objects.open().count(),
        "is_by_age": is_by_age,
    }
    return render(request, "profiles/corrections/queue.html", context)


@curators_only
@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: SignedInRequest) -> HttpResponse:
    """Two records side by side. POST ``do=merge`` joins them, ``do=apart`` marks them as two people."""
    data = request.POST if request.method == "POST" else request.GET
    one, other = (_record(data.get(side, "")) for side in ("keep", "other"))
    if one is None or other is None or one.pk == other.pk:
        is_same = one is not None and other is not None
        typed = {side: data.get(side, "").strip() for side in ("keep", "other")}
        choose = {
            "typed": typed,
            "one": one,
            "unknown": [text for text in typed.values() if text and _record(text) is None],
            "is_same": is_same,
            "joined_by": _merges_of(data, one) if is_same else [],
        }
        status = 409 if request.method == "POST" else 200
        return render(request, "profiles/corrections/merge_choose.html", choose, status=status)
    form = StatementForm(data if request.method == "POST" else None)
    status, conflicts = 200, list[Decision]()
    if request.method == "POST" and form.is_valid():
        by = By(Attribution.DecidedBy.CURATOR, request.user.pk, form.cleaned_data["statement"])
        try:
            batch = _join_or_part(request.user, one, other, by, data.get("do", ""))
        except (DecisionError, ThrottledError) as problem:
            form.add_error(None, str(problem))
            status = 429 if isinstance(problem, ThrottledError) else 409
            conflicts = problem.named if isinstance(problem, DecisionError) else []
        else:
            follow_correction()
            messages.success(request, f"{batch.get_kind_display()}: {one} and {other}.")
            return redirect("change", batch.pk)
    context = {
        "preview": preview_merge(one, other),
        "form": form,
        "conflicts": conflicts,
        "better": which_stays(one, other)[0].pk != one.pk,
    }
    return render(request, "profiles/corrections/merge.html", context, status=status)


@curators_only
@require_http_methods(["GET", "HEAD", "POST"])
@of_researcher
def split(request: SignedInRequest, head: ResearcherHead) -> HttpResponse:
    """The works of a record in groups, each with a number: 0 stays, every other number is a new record.

    ``?suggest=1`` numbers the groups for a start. POST ``do=preview`` shows what would change, ``do=split`` does it;
    ``dissolve`` leaves the page as a chooser.
    """
    author = head.author
    data = request.POST if request.method == "POST" else request.GET
    choices, preview, status = _choices(work_groups(author), data), None, 200
    conflicts = list[Decision]()
    form = StatementForm(data if request.method == "POST" else None)
    chosen = [(number, row.pk) for choice in choices for row, number in choice.rows]
    parts = [[pk for n, pk in chosen if n == number] for number in range(1, GROUPS_OF_SPLIT)]
    dissolve = bool(data.get("dissolve"))
    if request.method == "POST" and form.is_valid():
        if dissolve:
            parts.append([pk for number, pk in chosen if number == 0])
        try:
            if data.get("do") == "split":
                batch = _split(request.user, author, parts, form.cleaned_data["statement"], dissolve=dissolve)
                follow_correction()
                messages.success(request, f"{author} is split.")
                return redirect("change", batch.pk)
            decisions.check_split(author.pk, parts, actor=request.user.pk, dissolve=dissolve)
            named = [*(f"Person {number + 1}" for number in range(1, GROUPS_OF_SPLIT)), "The rest"]
            preview = preview_split(author, {name: part for name, part in zip(named, parts, strict=False) if part})
        except (DecisionError, ThrottledError) as problem:
            form.add_error(None, str(problem))
            status = 429 if isinstance(problem, ThrottledError) else 409
            conflicts = problem.named if isinstance(problem, DecisionError) else []
    context = {
        "author": author,
        "head": head,
        "choices": choices,
        "numbers": range(GROUPS_OF_SPLIT),
        "is_cut": author.work_count > WORKS_LISTED,
        "preview": preview,
        "dissolve": dissolve,
        "form": form,
        "conflicts": conflicts,
    }
    return render(request, "profiles/corrections/split.html", context, status=status)


def _record(text: str) -> Author | None:
    """The record that an id, or the address of a page, leads to."""
    number = number_in_address(text)
    head = find_head(number) if number is not None else None
    return head.author if head else None


def _merges_of(data: QueryDict, record: Author | None) -> list[Decision]:
    """The decisions that made two asked numbers this one record; none when it is asked for twice."""
    first, second = (number_in_address(data.get(side, "")) for side in ("keep", "other"))
    if record is None or first is None or second is None or first == second:
        return []
    return merges_between(first, second, absorbed_records(record.pk))


def _join_or_part(user: User, one: Author, other: Author, by: By, do: str) -> EventBatch:
    if do not in ("merge", "apart"):
        raise DecisionError("Choose one of the buttons.")
    with transaction.atomic():
        admit_act(user, is_curator=True)
        return merge_records(one, other, by) if do == "merge" else decisions.different_people(one.pk, other.pk, by)


def _split(user: User, author: Author, parts: list[list[int]], note: str, *, dissolve: bool) -> EventBatch:
    with transaction.atomic():
        admit_act(user, is_curator=True)
        by = By(Attribution.DecidedBy.CURATOR, user.pk, note)
        return split_record(author, parts, by, dissolve=dissolve)


@dataclass(frozen=True, slots=True)
class Choice:
    """A group of works in the form: the number chosen for all of it, and each work with the number that counts."""

    group: WorkGroup
    number: int
    rows: Sequence[tuple[Attribution, int]]
    is_mixed: bool


def _choices(groups: Sequence[WorkGroup], data: QueryDict) -> list[Choice]:
    """What ``group-<key>`` and, for single works, ``part-<authorship>`` say; garbage means that the works stay.

    Of many groups the smallest are suggested to stay: nothing says that they belong together.
    """
    is_suggested = "suggest" in data
    choices = []
    for place, group in enumerate(groups):
        suggested = place if is_suggested and place < GROUPS_OF_SPLIT else 0
        number = _number(data.get(f"group-{group.key}", ""), suggested)
        rows = [(row, _number(data.get(f"part-{row.pk}", ""), number)) for row in group.attributions]
        choices.append(Choice(group, number, rows, any(own != number for _row, own in rows)))
    return choices


def _number(text: str, default: int) -> int:
    number = number_cursor(text, 1)
    return min(number[0] if number else default, GROUPS_OF_SPLIT - 1)
