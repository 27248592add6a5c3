"""From an address to the thing in focus."""

from __future__ import annotations

from typing import TypeVar

from django.http import Http404

from graph.elements import Kind
from graph.neighbourhoods import Focus
from works.attribution.records import record_now
from works.models import Author, Institution, Topic, Work

T = TypeVar("T")
LARGEST_ID = 2**63 - 1


class Moved(Exception):  # noqa: N818  # a redirect, not an error
    """The author was merged; the page is that of ``author``."""

    def __init__(self, author: Author) -> None:
        super().__init__(author.pk)
        self.author = author


def find(kind: Kind, identifier: str) -> Focus:
    """The thing with this id (a topic: its code).

    Raises Http404 for unknown, hidden and deleted things and ``Moved`` for an author merged into another.
    """
    if kind == Kind.TOPIC:
        found = Topic.objects.filter(code=identifier).order_by("pk").first() if "\0" not in identifier else None
        return _known(found, "topic")
    number = int(identifier) if identifier.isascii() and identifier.isdigit() and len(identifier) < 20 else 0
    if not 0 < number <= LARGEST_ID:
        raise Http404(f"No {kind} has this address.")
    if kind == Kind.WORK:
        return _known(Work.objects.listed().defer("search", "abstract").filter(pk=number).first(), "work")
    if kind == Kind.INSTITUTION:
        return _known(Institution.objects.filter(pk=number).first(), "institution")
    return author(number)


def author(pk: int) -> Author:
    """The public author record with this id. Raises Http404, or ``Moved`` when it was merged."""
    found = _known(Author.objects.filter(pk=pk).first(), "researcher")
    if found.merged_into_id is not None:
        raise Moved(_known(record_now(found.merged_into_id), "researcher"))
    if found.status != Author.Status.ACTIVE:
        raise Http404("This researcher has no graph: the record is hidden or was split.")
    return found


def _known(found: T | None, what: str) -> T:
    if found is None:
        raise Http404(f"No {what} has this address.")
    return found
