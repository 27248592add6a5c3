"""The published work of one author: filtered, sorted and paged by keyset, with what the profile page shows of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from django import forms
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OrderBy, OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject
from django.http import QueryDict
from django.utils.http import urlencode

from profiles.selects import PlainSelect
from works.items import WorkItem, work_items
from works.models import Attribution, Author, Topic, Work, WorkVersion
from works.paging import Page, date_cursor, encode_cursor
from works.query_terms import clean_query, parse_terms
from works.text_matches import in_listing_order, text_query

PAGE_SIZE = 20
DOUBTFUL_BELOW = 0.75
"""Attributions of the machine below this confidence say on the page that they are not sure."""

NEWEST, OLDEST = "newest", "oldest"
SORTS = ((NEWEST, "Newest first"), (OLDEST, "Oldest first"))


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a work as the list shows it."""

    number: int
    submitted_at: datetime | None
    size_kb: int | None


@dataclass(frozen=True, slots=True)
class PublishedWork:
    """One work on a profile page, with the attribution that put it there."""

    item: WorkItem
    attribution: Attribution
    versions: list[Version]

    @property
    def is_doubtful(self) -> bool:
        """Whether the page should say that this may not be the person's work."""
        is_machine = self.attribution.decided_by == Attribution.DecidedBy.MACHINE
        return is_machine and self.attribution.confidence < DOUBTFUL_BELOW


class ControlsForm(forms.Form):
    """The controls above the list, offering what the author's works have; anything else is ignored, with a word."""

    sort = forms.ChoiceField(required=False, choices=SORTS, label="Sort", widget=PlainSelect)
    year = forms.TypedChoiceField(required=False, coerce=int, empty_value=None, label="Year", widget=PlainSelect)
    topic = forms.ChoiceField(required=False, label="Topic", widget=PlainSelect)
    kind = forms.ChoiceField(required=False, label="Kind", widget=PlainSelect)
    text = forms.CharField(
        required=False,
        max_length=200,
        label="Words",
        widget=forms.SearchInput(attrs={"placeholder": "In title, authors, abstract"}),
    )

    def __init__(self, data: QueryDict, *, years: Sequence[int], topics: Sequence[Topic], kinds: Sequence[str]) -> None:
        super().__init__(data)
        labels = dict(Work.Kind.choices)
        self._choose("year", [(str(year), str(year)) for year in years], "Any year")
        self._choose("topic", [(topic.code, f"{topic.code} {topic.name}".strip()) for topic in topics], "Any topic")
        self._choose("kind", [(kind, labels[kind]) for kind in kinds], "Any kind")

    def _choose(self, name: str, offered: list[tuple[str, str]], anything: str) -> None:
        control = self.fields[name]
        if isinstance(control, forms.ChoiceField):
            control.choices = [("", anything), *offered]


@dataclass(frozen=True, slots=True)
class Controls:
    """What the query string asks for, as far as it was understood. ``ignored`` names the controls that were not."""

    sort: str = NEWEST
    year: int | None = None
    topic: str = ""
    kind: str = ""
    text: str = ""
    ignored: tuple[str, ...] = ()

    @classmethod
    def of(cls, form: ControlsForm) -> Controls:
        form.is_valid()
        asked = {name: value for name, value in form.cleaned_data.items() if value not in (None, "")}
        ignored = tuple(str(form.fields[name].label).lower() for name in form.errors if name in form.fields)
        return cls(**asked, ignored=ignored)

    @property
    def is_filtered(self) -> bool:
        return bool(self.year or self.topic or self.kind or self.text)

    def query(self, **more: str) -> str:
        """The query string that asks for the same."""
        asked = {"year": self.year, "topic": self.topic, "kind": self.kind, "text": self.text, **more}
        if self.sort != NEWEST:
            asked["sort"] = self.sort
        return urlencode({name: value for name, value in asked.items() if value})


def published(author: Author, controls: Controls, cursor: str) -> Page[PublishedWork]:
    """One page of the author's works in four queries, however many works and authors there are."""
    order = _order(controls.sort)
    matching = _after(_matching(author, controls), controls.sort, date_cursor(cursor)).order_by(*order)
    # Only the works of the page are read whole: thousands are narrow to sort, and wide to carry along.
    found = list(_listed().filter(pk__in=matching.values("pk")[: PAGE_SIZE + 1]).order_by(*order))
    shown = found[:PAGE_SIZE]
    last = shown[-1].work if len(found) > PAGE_SIZE else None
    return Page(
        rows=_with_details(shown),
        next_cursor=encode_cursor(last.listed_on, last.pk) if last else "",
        is_continued=bool(cursor),
    )


def kinds_of(author: Author) -> list[str]:
    """The kinds of the author's works, most frequent kind of the catalogue first."""
    rows = Attribution.objects.filter(author=author, work__is_deleted=False).values_list("work__kind", flat=True)
    found = set(rows.distinct())
    return [kind for kind in Work.Kind.values if kind in found]


def _matching(author: Author, controls: Controls) -> QuerySet[Attribution]:
    rows = Attribution.objects.filter(author=author, work__is_deleted=False)
    if controls.year:
        rows = rows.filter(work__year=controls.year)
    if controls.topic:
        rows = rows.filter(work__work_topics__topic__code=controls.topic)
    if controls.kind:
        rows = rows.filter(work__kind=controls.kind)
    terms = parse_terms(clean_query(controls.text))
    return rows.filter(work__search=text_query(terms)) if terms else rows


def _order(sort: str) -> list[OrderBy]:
    # The listing of the whole catalogue holds an author's works far apart.
    return in_listing_order(is_ascending=sort == OLDEST, by_index=False, of="work__")


def _after(rows: QuerySet[Attribution], sort: str, cursor: tuple[date, int] | None) -> QuerySet[Attribution]:
    if cursor is None:
        return rows
    day, work_id = cursor
    if sort == OLDEST:
        return rows.filter(Q(work__listed_on__gt=day) | Q(work__listed_on=day, work_id__gt=work_id))
    return rows.filter(Q(work__listed_on__lt=day) | Q(work__listed_on=day, work_id__lt=work_id))


@cache
def _listed() -> QuerySet[Attribution]:
    """Every attribution of a work that is shown, with the work and its versions as JSON objects in their order.

    Put together once: that takes longer than the query that it becomes.
    """
    facts = JSONObject(number="number", submitted_at="submitted_at", size_kb="size_kb")
    versions = WorkVersion.objects.filter(work=OuterRef("work_id")).order_by("number")
    rows = Attribution.objects.filter(work__is_deleted=False).select_related("work").defer("work__search")
    return rows.annotate(version_list=ArraySubquery(versions.annotate(facts=facts).values("facts")))


def _with_details(attributions: Sequence[Attribution]) -> list[PublishedWork]:
    items = work_items([attribution.work for attribution in attributions], focus=attributions)
    return [
        PublishedWork(item, attribution, [_version(**facts) for facts in getattr(attribution, "version_list", [])])
        for item, attribution in zip(items, attributions, strict=True)
    ]


def _version(number: int, submitted_at: str | None, size_kb: int | None) -> Version:
    return Version(number, datetime.fromisoformat(submitted_at) if submitted_at else None, size_kb)
