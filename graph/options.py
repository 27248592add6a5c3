"""What a reader asks of a slice: kinds and years, from a query string that may hold anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.http import QueryDict

from graph.elements import Kind
from graph.queries import Years

EARLIEST, LATEST = 1600, 2200


@dataclass(frozen=True, slots=True)
class Options:
    """The filters in force. ``notes`` tells the reader what was corrected in the question."""

    kinds: tuple[Kind, ...] = tuple(Kind)
    years: Years = field(default_factory=Years)
    notes: tuple[str, ...] = ()

    @property
    def is_default(self) -> bool:
        """Whether nothing is filtered."""
        return set(self.kinds) == set(Kind) and self.years == Years()

    @property
    def query(self) -> str:
        """The filters as a query string without question mark, empty when nothing is filtered."""
        asked = QueryDict(mutable=True)
        if set(self.kinds) != set(Kind):
            asked.setlist("kind", [kind.value for kind in self.kinds])
        for name, year in (("from", self.years.first), ("to", self.years.last)):
            if year is not None:
                asked[name] = str(year)
        return asked.urlencode()


def parse(query: QueryDict) -> Options:
    """The filters of ``kind`` (repeated), ``from`` and ``to``; what makes no sense is left out and said."""
    notes: list[str] = []
    kinds = tuple(kind for kind in Kind if kind.value in query.getlist("kind")) or tuple(Kind)
    first, last = (_year(query.get(name, ""), notes) for name in ("from", "to"))
    if first is not None and last is not None and first > last:
        first, last = last, first
        notes.append(f"The years were the wrong way round; this shows {first} to {last}.")
    return Options(kinds, Years(first, last), tuple(notes))


def _year(text: str, notes: list[str]) -> int | None:
    text = text.strip()
    if not text:
        return None
    if text.isascii() and text.isdigit() and EARLIEST <= int(text[:6]) <= LATEST:
        return int(text)
    notes.append("A year that is not a number between 1600 and 2200 was left out.")
    return None


def chosen(kinds: Sequence[Kind]) -> list[tuple[Kind, bool]]:
    """Every kind with whether it is among the chosen ones, for the filter's boxes."""
    return [(kind, kind in kinds) for kind in Kind]
