"""How good an attribution is against a gold standard: B-cubed, pairwise and macro figures.

B-cubed after Bagga and Baldwin 1998: for every labelled authorship, the share of its predicted cluster that is the same
person (precision) and the share of the person's authorships that are in its cluster (recall), averaged. It counts
every work once, where the pairwise figures count large authors quadratically.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence
from typing import Final

import msgspec

from works.name_forms import fold

_SUFFIXES: Final = frozenset({"jr", "sr", "ii", "iii", "iv"})


class Scores(msgspec.Struct, frozen=True):
    """Precision, recall and their harmonic mean."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """Harmonic mean; 0 when both are 0."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


class Labelled(msgspec.Struct, frozen=True):
    """One labelled authorship: the printed name in reading order, the true person, the predicted author."""

    name: str
    person: Hashable
    author: Hashable


#: Bands of names by how many people bear one: the least number of each.
BANDS: Final = (1, 2, 5, 10)


class Band(msgspec.Struct, frozen=True):
    """The names that ``least`` people or more bear, up to the next band: how many, the score of their authorships."""

    least: int
    names: int
    authorships: int
    b_cubed: Scores


class Evaluation(msgspec.Struct, frozen=True):
    """All figures of one gold set; ``macro_f1`` is the mean B-cubed F1 over name keys."""

    authorships: int
    persons: int
    names: int
    clusters: int
    b_cubed: Scores
    pairwise: Scores
    macro_f1: float
    by_name: dict[str, float]
    bands: list[Band]


def evaluate(labelled: Iterable[Labelled]) -> Evaluation:
    """Score the labelled authorships of one gold set; an authorship without a prediction needs an author of its own."""
    rows = list(labelled)
    groups: defaultdict[str, list[Labelled]] = defaultdict(list)
    for row in rows:
        groups[gold_name_key(row.name)].append(row)
    by_name = {key: b_cubed(group).f1 for key, group in sorted(groups.items())}
    return Evaluation(
        authorships=len(rows),
        persons=len({row.person for row in rows}),
        names=len(by_name),
        clusters=len({row.author for row in rows}),
        b_cubed=b_cubed(rows),
        pairwise=pairwise(rows),
        macro_f1=sum(by_name.values()) / len(by_name) if by_name else 0.0,
        by_name=by_name,
        bands=_bands(groups.values()),
    )


def _bands(groups: Iterable[Sequence[Labelled]]) -> list[Band]:
    """The bands that hold a name; the names are scored together, each labelled authorship counting once."""
    members: defaultdict[int, list[Sequence[Labelled]]] = defaultdict(list)
    for group in groups:
        people = len({row.person for row in group})
        members[max(least for least in BANDS if least <= people)].append(group)
    bands = []
    for least, held in sorted(members.items()):
        rows = [row for group in held for row in group]
        bands.append(Band(least, len(held), len(rows), b_cubed(rows)))
    return bands


def b_cubed(rows: Sequence[Labelled]) -> Scores:
    """B-cubed precision and recall; 0 for no rows."""
    both, persons, authors = _counts(rows)
    if not rows:
        return Scores(0.0, 0.0)
    precision = sum(n * n / authors[author] for (_, author), n in both.items())
    recall = sum(n * n / persons[person] for (person, _), n in both.items())
    return Scores(precision / len(rows), recall / len(rows))


def pairwise(rows: Sequence[Labelled]) -> Scores:
    """Precision and recall over unordered pairs; 1 where there is no pair to be wrong about."""
    both, persons, authors = _counts(rows)
    right, said, true = (sum(n * (n - 1) // 2 for n in counts.values()) for counts in (both, authors, persons))
    return Scores(right / said if said else 1.0, right / true if true else 1.0)


def _counts(
    rows: Sequence[Labelled],
) -> tuple[Counter[tuple[Hashable, Hashable]], Counter[Hashable], Counter[Hashable]]:
    return (
        Counter((row.person, row.author) for row in rows),
        Counter(row.person for row in rows),
        Counter(row.author for row in rows),
    )


def agreement(first: Sequence[Hashable], second: Sequence[Hashable]) -> float:
    """Pairwise agreement of two clusterings of the same authorships: F1 of the pairs each puts together."""
    return pairwise([Labelled("", a, b) for a, b in zip(first, second, strict=True)]).f1


def gold_name_key(name: str) -> str:
    """Last word + first initial of a name in reading order, or "Family, Given": how the gold sets group their names."""
    if "," in name:
        family, given = name.split(",", 1)
        if fold(given) not in _SUFFIXES:
            name = f"{given} {family}"
    words = fold(name).split()
    while len(words) > 1 and (words[-1] in _SUFFIXES or words[-1].isdigit()):
        words.pop()
    return "".join(words) if len(words) < 2 else f"{words[-1]} {words[0][0]}"
