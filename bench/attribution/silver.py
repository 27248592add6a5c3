"""Makes silver sets from arXiv metadata: sets in the form of the gold sets whose labels follow from rare whole names.

usage: silver.py ARXIV.jsonl.xz FOLDER

A whole name that should occur less than once by chance (family name and given name taken independently) is taken for
one person, its works for that person's. Then the names are made ambiguous: given names are cut to initials, dropped, or
two people get one printed name. Labels are true as far as rare names are unique. The sets only check the engine on
catalogues unlike the gold sets; no weight is trained on them.
"""

from __future__ import annotations

import gzip
import lzma
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Final

import msgspec

sys.path.insert(0, str(Path(__file__).parents[2]))

from bench.attribution.gold import Byline, GoldWork, with_initials
from works.attribution.forms import form_code
from works.attribution.hashing import hash_of
from works.names import Name, block_key, parse_name

#: Most authorships that chance may give a whole name for it to stand for one person.
MOST_BY_CHANCE: Final = 0.3
#: A person with more works than this may be several.
MOST_WORKS: Final = 60
#: Labelled people a block must hold, and labelled authorships a set has at least.
LEAST_PEOPLE, ENOUGH = 5, 4000
#: Author lists longer than this are of a collaboration; so many of them are read.
COLLABORATION, COLLABORATIONS = 500, 30
Person = tuple[str, str]


class Record(msgspec.Struct):
    """The fields read from one arXiv record."""

    id: str
    title: str
    abstract: str | None
    categories: str
    authors_parsed: list[list[str]]
    versions: list[dict[str, str]]

    def names(self) -> list[Name]:
        """All authors; parsed only when asked for."""
        return [
            parse_name(" ".join((given, family)).strip(), family=family, given=given, suffix=suffix)
            for family, given, suffix in self.authors_parsed
        ]

    @property
    def field(self) -> str:
        """The archive of the primary category: ``cs``, ``math``, ``astro-ph``."""
        return self.categories.split()[0].split(".")[0] if self.categories else ""

    @property
    def year(self) -> int:
        """The year of the first version."""
        return int(self.versions[0]["created"].split()[3])


class Corpus:
    """All records with their names, and the people whose whole name is rare, with the records each is on."""

    def __init__(self, path: Path) -> None:
        decoder = msgspec.json.Decoder(Record)
        with lzma.open(path) as lines:
            self.records = [decoder.decode(line) for line in lines]
        self.names = [record.names() for record in self.records]
        families: Counter[str] = Counter()
        givens: Counter[str] = Counter()
        found: defaultdict[Person, list[tuple[int, int]]] = defaultdict(list)
        middles: defaultdict[Person, set[str]] = defaultdict(set)
        total = 0
        for number, names in enumerate(self.names):
            for position, name in enumerate(names):
                person = person_of(name)
                families[block_key(name).rsplit(" ", 1)[0]] += 1
                total += 1
                if person:
                    givens[person[1]] += 1
                    found[person].append((number, position))
                    middles[person] |= {name.given.split()[-1][0]} if " " in name.given else set()
        self.people = {
            person: places
            for person, places in found.items()
            if families[person[0]] * givens[person[1]] / total < MOST_BY_CHANCE * max(1, len(places) ** 0.5)
            and len({number for number, _ in places}) == len(places) <= MOST_WORKS
            and len(middles[person]) < 2
        }

    def field_of(self, person: Person) -> str:
        """The archive of most of a person's works."""
        return Counter(self.records[number].field for number, _ in self.people[person]).most_common(1)[0][0]


def person_of(name: Name) -> Person | None:
    """The family name with the first given name, ``None`` when that is not printed whole."""
    first = form_code(name).first_name
    if name.is_group or len(first) < 3:
        return None
    return block_key(name).rsplit(" ", 1)[0], first


Rename = Callable[[int, int, Name], Name]


def write(path: Path, corpus: Corpus, numbers: Iterable[int], label: dict[Person, str], rename: Rename) -> None:
    """Write one set: the records, names changed by ``rename`` (record, position, name), labels of these people."""
    labelled = 0
    with gzip.open(path, "wb") as lines:
        for number in sorted(set(numbers)):
            record, bylines = corpus.records[number], []
            for position, name in enumerate(corpus.names[number]):
                person = person_of(name)
                known = label.get(person) if person else None
                labelled += known is not None
                printed = rename(number, position, name)
                suffix = f" {printed.suffix}" if printed.suffix else ""
                bylines.append(Byline(f"{printed.given} {printed.family}{suffix}".strip(), None, known))
            work = GoldWork(f"a{number}", record.title, bylines, record.abstract, record.year, None,
                            record.categories.split())  # fmt: skip
            lines.write(msgspec.json.encode(work) + b"\n")
    print(f"{path.name}: {len(set(numbers))} works, {labelled} labelled, {len(set(label.values()))} people", flush=True)


def crowded_blocks(corpus: Corpus, wanted: Callable[[Person], bool]) -> Iterator[list[Person]]:
    """Blocks with many wanted people, in an order of chance."""
    blocks: defaultdict[str, list[Person]] = defaultdict(list)
    for person in corpus.people:
        if wanted(person):
            blocks[f"{person[0]} {person[1][0]}"].append(person)
    crowded = [key for key, people in blocks.items() if len(people) >= LEAST_PEOPLE]
    for key in sorted(crowded, key=lambda key: hash_of("silver", key)):
        yield sorted(blocks[key])


def enough(corpus: Corpus, groups: Iterable[list[Person]]) -> dict[Person, str]:
    """Labels of whole groups of people until there are enough authorships."""
    label: dict[Person, str] = {}
    places = 0
    for group in groups:
        if places >= ENOUGH:
            break
        for person in group:
            label[person] = " ".join(person)
            places += len(corpus.people[person])
    return label


def records_of(corpus: Corpus, label: Iterable[Person]) -> set[int]:
    """The records of these people, collaborations left out."""
    found = {number for person in label for number, _ in corpus.people[person]}
    return {number for number in found if len(corpus.names[number]) <= COLLABORATION}


def initials_in(share: float) -> Rename:
    """Cuts given names to initials in this share of the records."""

    def rename(number: int, position: int, name: Name) -> Name:
        if hash_of("cut", str(number)) / 2**32 >= share or name.is_group:
            return name
        return with_initials(name, random.Random(f"{number} {position}"))

    return rename


def initials(corpus: Corpus, folder: Path) -> None:
    """Blocks of many people, all with initials, and with initials in half of the records."""
    for field in ("cs", "physics", "maths"):
        label = enough(corpus, crowded_blocks(corpus, partial(_is_of, corpus, field)))
        numbers = records_of(corpus, label)
        write(folder / f"initials-{field}.jsonl.gz", corpus, numbers, label, initials_in(1.0))
        write(folder / f"mixed-{field}.jsonl.gz", corpus, numbers, label, initials_in(0.5))


def _is_of(corpus: Corpus, field: str, person: Person) -> bool:
    archive = corpus.field_of(person)
    if field == "maths":
        return archive in ("math", "stat")
    return archive == "cs" if field == "cs" else archive not in ("cs", "math", "stat", "eess")


def collaborations(corpus: Corpus, folder: Path) -> None:
    """Long lists with the same people's other works, with initials in half of the records."""
    large = {number for number, names in enumerate(corpus.names) if len(names) > COLLABORATION}
    on_large = Counter(number for places in corpus.people.values() for number, _ in places if number in large)
    chosen = set(sorted(large, key=lambda number: (-on_large[number], number))[:COLLABORATIONS])
    label = {
        person: " ".join(person)
        for person, places in corpus.people.items()
        if len(places) > 1 and any(number in chosen for number, _ in places)
    }
    numbers = chosen | records_of(corpus, label)
    write(folder / "collaborations.jsonl.gz", corpus, numbers, label, initials_in(0.5))
    write(folder / "collaborations-initials.jsonl.gz", corpus, numbers, label, initials_in(1.0))


def homonyms(corpus: Corpus, folder: Path) -> None:
    """Two to five people under one printed common name: within one field, and across fields."""
    common = Counter(name for names in corpus.names for name in names if person_of(name) and not name.is_group)
    names = [name for name, count in common.most_common(1500) if " " not in name.given]
    people = sorted(
        (person for person, places in corpus.people.items() if len(places) > 1),
        key=lambda person: hash_of("homonym", " ".join(person)),
    )
    by_field: defaultdict[str, list[Person]] = defaultdict(list)
    for person in people:
        by_field[corpus.field_of(person)].append(person)
    near = (group for field in sorted(by_field) for group in _groups(by_field[field]))
    near_groups = sorted(near, key=lambda group: hash_of("near", " ".join(group[0])))
    for kind, groups in (
        ("near", near_groups),
        ("far", [list(group) for group in zip(*_longest(by_field), strict=False)]),
    ):
        label = enough(corpus, groups[: len(names)])
        printed = {person: name for name, group in zip(names, groups, strict=False) for person in group}
        numbers = records_of(corpus, label)
        write(folder / f"homonyms-{kind}.jsonl.gz", corpus, numbers, label, renamed_to(printed, label))


def renamed_to(printed: dict[Person, Name], label: Container[Person]) -> Rename:
    """Prints another name for these people."""

    def rename(number: int, position: int, name: Name) -> Name:
        person = person_of(name)
        return printed[person] if person is not None and person in label else name

    return rename


def _groups(people: Sequence[Person]) -> Iterator[list[Person]]:
    start, sizes = 0, random.Random(1)
    while start < len(people) - 5:
        size = sizes.randint(2, 5)
        yield list(people[start : start + size])
        start += size


def _longest(by_field: dict[str, list[Person]]) -> list[list[Person]]:
    return sorted(by_field.values(), key=len, reverse=True)[:4]


def mononyms(corpus: Corpus, folder: Path) -> None:
    """People of one family name printed without a given name."""
    families: defaultdict[str, list[Person]] = defaultdict(list)
    for person in corpus.people:
        families[person[0]].append(person)
    groups = (families[key] for key in sorted(families, key=lambda key: hash_of("mononym", key))
              if 2 <= len(families[key]) <= 12)  # fmt: skip
    label = enough(corpus, groups)
    write(
        folder / "mononyms.jsonl.gz", corpus, records_of(corpus, label), label,
        lambda number, position, name: Name(name.family, "") if person_of(name) in label else name,
    )  # fmt: skip


def main(path: Path, folder: Path) -> None:
    """Read the snapshot and write all sets."""
    folder.mkdir(parents=True, exist_ok=True)
    corpus = Corpus(path)
    print(len(corpus.people), "people of rare whole names", flush=True)
    for make in (initials, collaborations, homonyms, mononyms):
        make(corpus, folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
