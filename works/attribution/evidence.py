"""The facts of many authorships as one sparse matrix: what two of them, or two clusters of them, share.

A row is an authorship, a column one hashed fact within one block (a co-author of the "wang w" block, a title word
there). Facts that occur once in their block cannot be shared; they only add to the row's total. Clusters are sums of
rows, so evidence pools as clusters grow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt
from scipy import sparse

from works.attribution.background import load_background
from works.attribution.bylines import byline_groups
from works.attribution.facts import SAMPLED_AUTHORS, AuthorshipFacts, WorkFeatures, coauthor_hashes, place_keys
from works.attribution.forms import form_code, linked_first_names
from works.attribution.hashing import hash_of
from works.attribution.statistics import Statistics, name_parts
from works.name_forms import fold
from works.names import Name

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.uint64]
Bools = npt.NDArray[np.bool_]

#: Kinds of facts; the index is the kind's number in ``Gathering.kind``.
KINDS: Final = ("key", "form", "place", "term", "topic", "venue", "group", "contact")
#: Lists with more authors than this weigh less: sharing a name with a list of thousands is weak evidence, not none.
FULL_WEIGHT_AUTHORS: Final = 10
#: How fast: a name shared by two lists of a thousand counts a tenth, one shared by a list of a thousand and a short
#: one a third.
LIST_EXPONENT: Final = 0.25
#: Surprise in nats of an equal initial.
INITIAL_SURPRISE: Final = 2.5
#: Surprise in nats of a shared ORCID or e-mail address.
CONTACT_SURPRISE: Final = 12.0


class Absent(msgspec.Struct, frozen=True):
    """Clusters of the blocks that are not in a batch: block, hashed first name, authorships of each."""

    blocks: Sequence[str]
    first: Codes
    count: Ints

    @classmethod
    def nothing(cls) -> Absent:
        """When blocks are whole."""
        return cls([], np.empty(0, dtype=np.uint64), np.empty(0, dtype=np.int64))


class Gathering:
    """The authorships of a batch of blocks, in an order that depends on their content only.

    ``order[i]`` is the index of row i in the input. ``facts`` holds weights in (0, 1]; ``kind`` and ``surprise``
    describe its columns, ``lone`` is what the facts left out add to each row's total surprise, by kind.
    """

    def __init__(
        self,
        authorships: Sequence[AuthorshipFacts],
        blocks: Sequence[str],
        works: Mapping[int, WorkFeatures],
        statistics: Statistics,
        absent: Absent | None = None,
    ) -> None:
        self.order = sorted(
            range(len(authorships)),
            key=lambda i: (blocks[i], works[authorships[i].work].digest, authorships[i].position, authorships[i].work),
        )
        rows = [authorships[i] for i in self.order]
        self.size = len(rows)
        ordered = [blocks[i] for i in self.order]
        self.block = codes_of(ordered)
        self.blocks = int(self.block.max()) + 1 if self.size else 0
        self.absent_block, self.absent = _in_these_blocks(absent or Absent.nothing(), ordered)
        self.work = codes_of([row.work for row in rows])
        unique_works = [works[work] for work in dict.fromkeys(row.work for row in rows)]
        self.position = np.array([row.position for row in rows], dtype=np.int64)
        #: Whether the source cut the author list: then a co-author who is not there may still be one.
        self.is_cut = np.array([not work.is_complete for work in unique_works], dtype=bool)[self.work]
        #: Equal numbers: works by the same people; 0 for a short list.
        self.byline = byline_groups(unique_works)[self.work]
        self.year = np.array([work.year for work in unique_works], dtype=np.int64)[self.work]
        self.human = np.array([row.author or 0 for row in rows], dtype=np.int64)
        self.standing = np.array([row.standing or 0 for row in rows], dtype=np.int64)
        self.orcid = np.array([hash_of("orcid", fold(row.orcid)) if row.orcid else 0 for row in rows], dtype=np.uint64)
        self._read_names(rows, statistics)
        self._read_facts(rows, unique_works, statistics)

    def _read_names(self, rows: Sequence[AuthorshipFacts], statistics: Statistics) -> None:
        numbers: dict[Name, int] = {}
        #: The printed names, each once, and the number of each row's name among them.
        self.name = np.array([numbers.setdefault(row.name, len(numbers)) for row in rows], dtype=np.int64)
        self.names = list(numbers)
        codes = [form_code(name) for name in self.names]
        first = np.array([code.first for code in codes], dtype=np.uint64)
        self.first = first[self.name]
        self.middle = np.array([code.middle for code in codes], dtype=np.int64)[self.name]
        self.whole_middle = np.array([code.whole_middle for code in codes], dtype=np.uint64)[self.name]
        self.suffix = np.array([code.suffix for code in codes], dtype=np.uint64)[self.name]
        self.family = np.array([code.family for code in codes], dtype=np.uint64)[self.name]
        self.is_pinyin = np.array([code.is_pinyin for code in codes])[self.name]
        parts = np.array([name_parts(name) for name in self.names], dtype=np.uint32).reshape(-1, 2)
        hashed = np.array([coauthor_hashes(name) for name in self.names], dtype=np.uint32).reshape(-1, 2)
        printed = statistics.names + load_background().names
        family = statistics.share("family", parts[:, 0])
        whole = family * statistics.share("given", first.astype(np.uint32))
        known_whole = statistics.frequency("form", hashed[:, 1]) / printed
        #: How rare the family name with the first name is, and with the first initial: -log of the share of all names.
        self.rarity = -np.log(np.maximum(whole, known_whole * (known_whole > 1.5 / printed)))[self.name]
        #: The same by the two parts alone, as if they were independent: a prolific author's name is not common by that.
        self.parts_rarity = np.where(first > 0, -np.log(whole), 0.0)[self.name]
        initial = statistics.frequency("key", hashed[:, 0]) / printed
        # "Smith" printed alone may be any Smith, however few people are printed so.
        is_alone = np.array([not name.given for name in self.names])
        self.initial_rarity = -np.log(np.where(is_alone, np.maximum(initial, family), initial))[self.name]
        #: A family name alone says less than the same with an initial.
        self.family_rarity = (-np.log(family) - np.where(is_alone, INITIAL_SURPRISE, 0.0))[self.name]
        firsts: dict[int, set[str]] = {}
        for pair in np.unique(self.block << np.int64(32) | self.name).tolist():
            if first_name := codes[pair & 0xFFFFFFFF].first_name:
                firsts.setdefault(pair >> 32, set()).add(first_name)
        self.link_codes, self.link_grades = linked_first_names(found for found in firsts.values() if len(found) > 1)
        self.firsts_in_block = np.array([len(firsts.get(block, ())) for block in range(self.blocks)], dtype=np.int64)

    def _read_facts(
        self, rows: Sequence[AuthorshipFacts], works: Sequence[WorkFeatures], statistics: Statistics
    ) -> None:
        parts = [*self._coauthors(works)]
        for kind, column in (("term", "terms"), ("topic", "topics"), ("venue", "venue"),
                             ("group", "groups")):  # fmt: skip
            offsets, values = flattened([getattr(work, column) for work in works])
            item, at = expanded(offsets, self.work)
            parts.append((kind, item, values[at], np.ones(len(item))))
        for kind, (item, values) in (("place", places_of(rows)), ("contact", contacts_of(rows))):
            parts.append((kind, item, values, np.ones(len(item))))
        self._assemble(parts, statistics)
        offsets, terms = flattened([np.concatenate([work.terms, work.abstract]) for work in works])
        self.subject = load_background().subject(offsets, terms.astype(np.uint32))[self.work]

    def _coauthors(self, works: Sequence[WorkFeatures]) -> list[tuple[str, Ints, Codes, Floats]]:
        """The other authors of each row's work, by first name and, where initials are printed, by block key."""
        offsets, positions = flattened([work.shared for work in works])
        item, at = expanded(offsets, self.work)
        position = positions[at].astype(np.int64)
        more_item, more_position = self._known_on_long_lists(works)
        item, position = np.concatenate([item, more_item]), np.concatenate([position, more_position])
        keep = position != self.position[item]
        item, position = item[keep], position[keep]
        starts, keys = flattened([work.keys for work in works])
        _, forms = flattened([work.forms for work in works])
        where = starts[self.work[item]] + position
        authors = np.array([work.authors for work in works], dtype=np.int64)[self.work[item]]
        weight = np.minimum(1.0, (FULL_WEIGHT_AUTHORS / np.maximum(authors, 1)) ** LIST_EXPONENT)
        key, form = keys[where], forms[where]
        whole = form > 0
        # The block key of a co-author counts only where somebody prints initials: Xiaotian Zhang is not Xueying Zhang.
        code = self.block[item].astype(np.uint64) << np.uint64(32) | key
        by_initials = ~whole
        by_initials[whole] = among(code[whole], code[~whole])
        return [
            ("key", item[by_initials], key[by_initials], weight[by_initials]),
            ("form", item[whole], form[whole], weight[whole]),
        ]

    def _known_on_long_lists(self, works: Sequence[WorkFeatures]) -> tuple[Ints, Ints]:
        """Rows of long lists, and positions there beyond the sample that other rows of the block have as co-authors.

        A sample of a list of thousands would miss the three people with whom somebody writes the other papers.
        """
        nothing = np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
        authors = np.array([work.authors for work in works], dtype=np.int64)
        is_long = authors > SAMPLED_AUTHORS
        rows = np.flatnonzero(is_long[self.work])
        others = np.flatnonzero(~is_long[self.work] & np.isin(self.block, self.block[rows]))
        if not len(rows) or not len(others):
            return nothing
        offsets, keys = flattened(
            [work.keys if long else work.keys[:0] for work, long in zip(works, is_long, strict=True)]
        )
        sampled = np.zeros(len(keys), dtype=bool)
        for number in np.flatnonzero(is_long).tolist():
            sampled[offsets[number] + works[number].shared] = True
        left = np.flatnonzero(~sampled & (keys > 0))
        listed = (
            np.repeat(np.arange(len(works)), np.diff(offsets))[left].astype(np.uint64) << np.uint64(32) | keys[left]
        )
        order = np.argsort(listed, kind="stable")
        listed, left = listed[order], left[order]
        starts, short = flattened(
            [work.keys[:0] if long else work.keys for work, long in zip(works, is_long, strict=True)]
        )
        item, at = expanded(starts, self.work[others])
        is_listed = _sifted(short, keys[left])
        item, at = item[is_listed[at]], at[is_listed[at]]
        wanted = np.unique(self.block[others][item].astype(np.uint64) << np.uint64(32) | short[at])
        wanted_block = (wanted >> np.uint64(32)).astype(np.int64)
        bounds = np.searchsorted(wanted_block, np.arange(self.blocks + 1))
        row, at = expanded(bounds, self.block[rows])
        asked = self.work[rows][row].astype(np.uint64) << np.uint64(32) | (wanted[at] & np.uint64(0xFFFFFFFF))
        likely = np.flatnonzero(_sifted(asked, listed))
        row, asked = row[likely], asked[likely]
        place = np.searchsorted(listed, asked).clip(0, len(listed) - 1)
        found = np.flatnonzero(listed[place] == asked) if len(listed) else np.empty(0, dtype=np.int64)
        position = left[place[found]] - offsets[self.work[rows][row[found]]]
        return rows[row[found]], position.astype(np.int64)

    def _assemble(self, parts: Sequence[tuple[str, Ints, Codes, Floats]], statistics: Statistics) -> None:
        self.lone = np.zeros((self.size, len(KINDS)))
        columns = 0
        built, kinds, hashes, surprises = [], [], [], []
        for name, item, values, weight in parts:
            kind = KINDS.index(name)
            found, column, count = np.unique(
                self.block[item].astype(np.uint64) << np.uint64(32) | values, return_inverse=True, return_counts=True
            )
            value = (found & np.uint64(0xFFFFFFFF)).astype(np.uint32)
            surprise = np.full(len(found), CONTACT_SURPRISE) if name == "contact" else statistics.surprise(name, value)
            is_lone = count[column] == 1
            self.lone[:, kind] = np.bincount(item[is_lone], weights=surprise[column[is_lone]], minlength=self.size)
            number = np.cumsum(count > 1) - 1
            kept = ~is_lone
            built.append((weight[kept], item[kept], number[column[kept]] + columns))
            columns += int((count > 1).sum())
            kinds.append(np.full(int((count > 1).sum()), kind))
            hashes.append(value[count > 1])
            surprises.append(surprise[count > 1])
        weight, item, column = (np.concatenate(column) for column in zip(*built, strict=True))
        self.facts = sparse.csr_array((weight, (item, column)), shape=(self.size, columns))
        self.kind = np.concatenate(kinds).astype(np.int64)
        self.hash = np.concatenate(hashes)
        self.surprise = np.concatenate(surprises)


def _in_these_blocks(absent: Absent, blocks: Sequence[str]) -> tuple[Ints, Absent]:
    """Of the absent clusters those of these blocks, with the numbers of their blocks."""
    numbers = {block: number for number, block in enumerate(dict.fromkeys(blocks))}
    kept = [at for at, block in enumerate(absent.blocks) if block in numbers]
    named = [absent.blocks[at] for at in kept]
    here = Absent(named, absent.first[kept], absent.count[kept])
    return np.array([numbers[block] for block in named], dtype=np.int64), here


def places_of(rows: Sequence[AuthorshipFacts]) -> tuple[Ints, Codes]:
    """The hashed place words of the printed affiliations: index of the row, and value."""
    return _listed([[hash_of("place", key) for text in row.affiliations for key in place_keys(text)] for row in rows])


def contacts_of(rows: Sequence[AuthorshipFacts]) -> tuple[Ints, Codes]:
    """The hashed ORCID iDs and e-mail addresses: index of the row, and value."""
    return _listed(
        [
            [hash_of(kind, fold(value)) for kind, value in (("orcid", row.orcid), ("email", row.email)) if value]
            for row in rows
        ]
    )


def _listed(lists: Sequence[Sequence[int]]) -> tuple[Ints, Codes]:
    item = np.repeat(np.arange(len(lists)), [len(values) for values in lists])
    return item, np.array([value for values in lists for value in values], dtype=np.uint64)


def codes_of(values: Sequence[object]) -> Ints:
    """Numbers in order of first occurrence."""
    numbers = {value: number for number, value in enumerate(dict.fromkeys(values))}
    return np.array([numbers[value] for value in values], dtype=np.int64)


def flattened(arrays: Sequence[npt.NDArray[np.generic]]) -> tuple[Ints, Codes]:
    """Arrays one after the other: where each starts (and the last ends), and the values."""
    offsets = np.concatenate([[0], np.cumsum([len(array) for array in arrays])]).astype(np.int64)
    values = np.concatenate(arrays) if len(arrays) else np.empty(0)
    return offsets, values.astype(np.uint64)


def among(values: Codes, wanted: Codes) -> Bools:
    """Which values are among the wanted, where few are: most of both are ruled out without sorting any."""
    found = _sifted(values, wanted)
    at = np.flatnonzero(found)
    found[at] = np.isin(values[at], wanted[_sifted(wanted, values[at])])
    return found


def _sifted(values: Codes, wanted: Codes) -> Bools:
    """Values that can be among the wanted: all that are, and a few others."""
    slots = np.zeros(1 << 20, dtype=bool)
    slots[_slot(wanted)] = True
    return np.asarray(slots[_slot(values)])


def _slot(values: Codes) -> Codes:
    """The upper 20 bits of a product that mixes all bits (Knuth, The Art of Computer Programming 3, 6.4)."""
    return np.asarray(values * np.uint64(0x9E3779B97F4A7C15) >> np.uint64(44))


def expanded(offsets: Ints, row: Ints) -> tuple[Ints, Ints]:
    """For items that each point to a row of a flattened list: the item and the index into the values."""
    lengths = (offsets[1:] - offsets[:-1])[row]
    item = np.repeat(np.arange(len(row)), lengths)
    start = np.repeat(offsets[row] - np.concatenate([[0], np.cumsum(lengths)[:-1]]), lengths)
    return item, (start + np.arange(len(item))).astype(np.int64)
