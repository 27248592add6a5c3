"""Small catalogues for the engine: works written as "title" and "A, B, C", resolved in memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import msgspec

from works.attribution.engine import Constraints, Resolution, resolve_batch
from works.attribution.facts import AuthorshipFacts, WorkFacts, describe_work
from works.attribution.statistics import Statistics, name_parts
from works.names import parse_name


class World:
    """A catalogue of some works. ``orcids`` maps (work, position) to an ORCID; ids of works and authorships can be
    chosen so that tests can show that they do not matter."""

    def __init__(self) -> None:
        self.works: dict[int, WorkFacts] = {}
        self.authorships: list[AuthorshipFacts] = []
        self.statistics = Statistics()

    def add(
        self,
        title: str,
        authors: str,
        *,
        topics: Sequence[str] = (),
        year: int | None = None,
        venue: str | None = None,
        abstract: str | None = None,
        places: dict[str, str] | None = None,
        orcids: dict[str, str] | None = None,
        work: int | None = None,
        is_complete: bool = True,
    ) -> list[int]:
        """Add a work; returns the authorship ids by position. ``places`` and ``orcids`` go by printed name."""
        number = len(self.works) if work is None else work
        printed = [name.strip() for name in authors.split(",")]
        facts = WorkFacts(title, [parse_name(name) for name in printed], abstract, topics, venue, year, is_complete)
        self.works[number] = facts
        self.statistics.add_works([describe_work(facts)], [name_parts(name) for name in facts.authors])
        first = len(self.authorships)
        for position, (name, text) in enumerate(zip(facts.authors, printed, strict=True)):
            self.authorships.append(
                AuthorshipFacts(
                    id=1000 + first + position,
                    work=number,
                    position=position,
                    name=name,
                    affiliations=(places[text],) if places and text in places else (),
                    orcid=(orcids or {}).get(text),
                )
            )
        return [authorship.id for authorship in self.authorships[first:]]

    def put_by_hand(self, authorship: int, author: int) -> None:
        """Let a person have put an authorship in an author record."""
        self.authorships = [
            msgspec.structs.replace(row, author=author) if row.id == authorship else row for row in self.authorships
        ]

    def resolve(self, constraints: Constraints | None = None, order: Sequence[int] | None = None) -> Outcome:
        """Resolve everything, optionally with the authorships in another order."""
        rows = [self.authorships[index] for index in order] if order is not None else self.authorships
        features = {number: describe_work(facts) for number, facts in self.works.items()}
        return Outcome(rows, resolve_batch(rows, features, self.statistics, constraints))


class Outcome:
    """A resolution by authorship id."""

    def __init__(self, rows: Sequence[AuthorshipFacts], resolution: Resolution) -> None:
        self.resolution = resolution
        self.label = {row.id: label for row, label in zip(rows, resolution.labels, strict=True)}
        self.confidence = {row.id: value for row, value in zip(rows, resolution.confidence, strict=True)}
        self.reasons = {row.id: value for row, value in zip(rows, resolution.reasons, strict=True)}

    def together(self, *authorships: int) -> bool:
        """Whether all these authorships are one person."""
        return len({self.label[authorship] for authorship in authorships}) == 1

    def clusters(self) -> set[frozenset[int]]:
        """The persons as sets of authorship ids."""
        found: defaultdict[int, set[int]] = defaultdict(set)
        for authorship, label in self.label.items():
            found[label].add(authorship)
        return {frozenset(members) for members in found.values()}
