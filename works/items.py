"""Works as lists show them: a batch of works with their printed names, topics and identifiers in three queries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet

from works.addresses import researcher_url
from works.models import Attribution, Authorship, Topic, Work, WorkIdentifier, WorkTopic

#: How many printed names a list shows before "and N more".
NAMES_SHOWN = 25
#: Which identifier is shown with the source: arXiv's before a DOI before others.
SCHEMES_SHOWN: list[str] = [WorkIdentifier.Scheme.ARXIV, WorkIdentifier.Scheme.DOI, WorkIdentifier.Scheme.OPENALEX]
SOURCE_NAMES = {
    "arxiv": "arXiv",
    "openalex": "OpenAlex",
    "crossref": "Crossref",
    "ror": "ROR",
    "sample": "Sample corpus",
}


@dataclass(frozen=True, slots=True)
class PrintedName:
    """One position of an author list. ``url`` is empty when no author record stands behind it (yet, or a group)."""

    text: str
    url: str = ""
    author_id: int | None = None
    is_group: bool = False


@dataclass(slots=True)
class WorkItem:
    """A work with what a list shows of it. ``hidden_names`` counts the printed names that are left out."""

    work: Work
    names: list[PrintedName] = field(default_factory=list)
    topics: list[Topic] = field(default_factory=list)
    identifiers: list[WorkIdentifier] = field(default_factory=list)
    focus_id: int | None = None

    @property
    def hidden_names(self) -> int:
        return max(0, self.work.author_count - len(self.names))

    @property
    def month(self) -> str:
        """The month under which a listing files the work, or its year, in words."""
        if self.work.submitted:
            return f"{self.work.submitted:%B %Y}"
        return str(self.work.year) if self.work.year else "Without a date"

    @property
    def source_name(self) -> str:
        """The name of the leading source: its own, or that of the family it belongs to ("arxiv-oai" is arXiv)."""
        slug = self.work.source
        return SOURCE_NAMES.get(slug) or SOURCE_NAMES.get(slug.split("-")[0], slug)

    @property
    def source_identifier(self) -> WorkIdentifier | None:
        """The identifier shown with the source."""
        shown = [identifier for identifier in self.identifiers if identifier.url]
        return min(shown, key=lambda identifier: SCHEMES_SHOWN.index(identifier.scheme), default=None)


def work_items(works: Sequence[Work], *, focus: Sequence[Attribution] = (), names: int = NAMES_SHOWN) -> list[WorkItem]:
    """The works in their order, each with its first ``names`` printed names.

    The names of ``focus``, which are attributed to one author, are always among them, wherever they stand in the list.
    Three queries for any number of works.
    """
    focus_id = focus[0].author_id if focus else None
    items = {work.pk: WorkItem(work, focus_id=focus_id) for work in works}
    # Two conditions that have an index each: a list of three thousand names is not read to its end.
    shown = Q(work__in=items, position__lt=names) | Q(pk__in=[attribution.pk for attribution in focus])
    for work_id, printed in printed_names(Authorship.objects.filter(shown)):
        items[work_id].names.append(printed)
    for link in WorkTopic.objects.filter(work__in=items).select_related("topic").order_by("work", "position"):
        items[link.work_id].topics.append(link.topic)
    for identifier in WorkIdentifier.objects.filter(work__in=items).order_by("work", "scheme", "value"):
        items[identifier.work_id].identifiers.append(identifier)
    return list(items.values())


def printed_names(authorships: QuerySet[Authorship]) -> Iterator[tuple[int, PrintedName]]:
    """``(work id, name)`` of each authorship in printed order, work by work."""
    rows = authorships.order_by("work", "position").values_list(
        "work_id", "raw_name", "is_group", "attribution__author_id", "attribution__author__display_name"
    )
    for work_id, raw_name, is_group, author_id, display_name in rows:
        url = researcher_url(author_id, display_name) if author_id else ""
        yield work_id, PrintedName(raw_name, url, author_id, is_group)
