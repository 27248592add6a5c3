"""What the search box suggests while a person types: a few researchers, works, topics and institutions by prefix.

Each lookup is bounded by an index, because it runs with every pause in typing.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import Q

from works.addresses import researcher_url
from works.models import Author, Institution, Topic, Work
from works.name_forms import fold
from works.name_search import begins_a_word, leading, named
from works.rows import title_key

MINIMUM_LENGTH = 2
RESEARCHERS = 6
WORKS = 3
TOPICS = 3
INSTITUTIONS = 3


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One line of the list: its text, where it leads, and a note that tells namesakes apart."""

    text: str
    url: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class SuggestionGroup:
    """The suggestions of one kind; ``kind`` is the mark they carry (person, work, topic, place)."""

    name: str
    kind: str
    suggestions: list[Suggestion] = field(default_factory=list)


def suggestions(query: str) -> list[SuggestionGroup]:
    """The groups that have anything to suggest for a cleaned query; four lookups."""
    if len(query) < MINIMUM_LENGTH:
        return []
    groups = [
        SuggestionGroup("Researchers", "person", _researchers(query)),
        SuggestionGroup("Works", "work", _works(query)),
        SuggestionGroup("Topics", "topic", _topics(query)),
        SuggestionGroup("Institutions", "place", _institutions(query)),
    ]
    return [group for group in groups if group.suggestions]


def _researchers(query: str) -> list[Suggestion]:
    words = fold(query).split()
    if not words:
        return []
    found = named(words).only("display_name", "work_count", "first_year", "last_year")
    return [
        Suggestion(author.display_name, researcher_url(author.pk, author.display_name), _works_note(author))
        for author in leading(found, RESEARCHERS)
    ]


def _works(query: str) -> list[Suggestion]:
    key = title_key(query)
    if len(key) <= MINIMUM_LENGTH:
        return []
    # The range uses the plain index whatever the collation; the prefix test then decides.
    found = (
        Work.objects.listed()
        .filter(title_key__gte=key, title_key__lt=key + "\U0010ffff", title_key__startswith=key)
        .order_by("title_key")
        .only("title", "year")
    )
    return [Suggestion(work.title, work.get_absolute_url(), str(work.year or "")) for work in found[:WORKS]]


def _topics(query: str) -> list[Suggestion]:
    found = Topic.objects.filter(
        Q(code__istartswith=query) | Q(name__istartswith=query) | Q(name__icontains=f" {query}"), work_count__gt=0
    ).order_by("-work_count")
    return [Suggestion(topic.name or topic.code, topic.get_absolute_url(), topic.code) for topic in found[:TOPICS]]


def _institutions(query: str) -> list[Suggestion]:
    found = Institution.objects.all()
    for word in title_key(query).split():
        found = found.filter(begins_a_word("name_key", word))
    return [
        Suggestion(place.name, place.get_absolute_url(), place.city)
        for place in found.order_by("-work_count", "pk")[:INSTITUTIONS]
    ]


def _works_note(author: Author) -> str:
    works = f"{author.work_count:,} work{'' if author.work_count == 1 else 's'}"
    years = f"{author.first_year}–{author.last_year}" if author.first_year != author.last_year else author.last_year
    return f"{works}, {years}" if author.last_year else works
