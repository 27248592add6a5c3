"""Reads a gold set as the engine sees a catalogue; see the README beside the sets for the format."""

from __future__ import annotations

import gzip
import random
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt

from works.attribution.evidence import Gathering
from works.attribution.facts import AuthorshipFacts, WorkFacts, WorkFeatures, describe_work, place_keys
from works.attribution.hashing import hash_of
from works.attribution.statistics import Statistics, name_parts
from works.names import Name, block_key, given_tokens, parse_name


class Byline(msgspec.Struct):
    """One printed name; ``person`` is the gold label, ``None`` when it has none."""

    name: str
    affiliation: str | None = None
    person: str | None = None


class GoldWork(msgspec.Struct):
    """One work of a gold set."""

    id: str
    title: str
    bylines: list[Byline]
    abstract: str | None = None
    year: int | None = None
    venue: str | None = None
    topics: list[str] = []


class GoldSet:
    """A gold set ready to resolve: facts, statistics of the set alone, and labels (-1: none) by authorship id.

    ``initials`` is the share of works whose given names are cut to initials: other catalogues print them so, and the
    labels stay true.
    """

    def __init__(self, path: Path, initials: float = 0.0) -> None:
        self.name = path.name.removesuffix(".jsonl.gz") + (f" {initials:.0%} initials" if initials else "")
        self.authorships: list[AuthorshipFacts] = []
        self.printed: list[str] = []
        self.works: dict[int, WorkFeatures] = {}
        self.statistics = Statistics()
        persons: list[str | None] = []
        chance = random.Random(1)
        decoder = msgspec.json.Decoder(GoldWork)
        parts: list[tuple[int, int]] = []
        with gzip.open(path) as lines:
            for number, line in enumerate(lines):
                work = decoder.decode(line)
                names = [parse_name(byline.name) for byline in work.bylines]
                if initials and chance.random() < initials:
                    names = [with_initials(name, chance) for name in names]
                self.works[number] = describe_work(
                    WorkFacts(work.title, names, work.abstract, work.topics, work.venue, work.year)
                )
                parts += [name_parts(name) for name in names]
                for position, (name, byline) in enumerate(zip(names, work.bylines, strict=True)):
                    if not name.is_group:
                        places = (byline.affiliation,) if byline.affiliation else ()
                        self.authorships.append(AuthorshipFacts(len(self.authorships), number, position, name, places))
                        self.printed.append(byline.name)
                        persons.append(byline.person)
        self.statistics.add_works(self.works.values(), parts)
        keys = [key for row in self.authorships for text in row.affiliations for key in place_keys(text)]
        self.statistics.add_places(np.array([hash_of("place", key) for key in keys], dtype=np.uint32))
        numbers = {person: number for number, person in enumerate(sorted({p for p in persons if p}))}
        self.person = np.array([numbers[person] if person else -1 for person in persons], dtype=np.int64)

    def gather(self) -> tuple[Gathering, npt.NDArray[np.int64]]:
        """The set as matrices, and the label of every row."""
        blocks = [block_key(authorship.name) for authorship in self.authorships]
        gathering = Gathering(self.authorships, blocks, self.works, self.statistics)
        return gathering, self.person[gathering.order]


def with_initials(name: Name, chance: random.Random) -> Name:
    """The name with initials for given names, all of them or the first only."""
    tokens = given_tokens(name.given)
    kept = tokens if chance.random() < 0.5 else tokens[:1]
    return Name(name.family, " ".join(f"{token[0].upper()}." for token in kept), name.suffix, name.is_group)
