"""Reading what attribution needs from the database: works, hashed once, and the statistics of the catalogue."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby

import numpy as np
from django.db import connection, transaction

from works.attribution.facts import (
    AuthorshipFacts,
    WorkFacts,
    WorkFeatures,
    describe_work,
    place_keys,
)
from works.attribution.hashing import hash_of
from works.attribution.statistics import Statistics, name_parts
from works.models import Attribution, AttributionStatistics
from works.names import Name

#: Works described per query while the whole catalogue is read.
READ_CHUNK = 5_000
#: Described works kept in memory, about 1.5 kB each; the oldest go first.
KEPT_WORKS = 1_200_000
#: Statistics are brought up to date when this share of the works is not counted in them yet.
STALE_SHARE = 0.02

_WORKS = """
SELECT w.id, w.title, w.abstract, COALESCE(NULLIF(w.venue, ''), w.journal_ref), w.year, w.authors_complete,
       ARRAY(SELECT t.code FROM works_worktopic wt JOIN works_topic t ON t.id = wt.topic_id WHERE wt.work_id = w.id)
FROM works_work w WHERE {condition} ORDER BY w.id
"""
_NAMES = """
SELECT a.work_id, a.family, a.given, a.suffix, a.is_group, a.affiliations
FROM works_authorship a WHERE {condition} ORDER BY a.work_id, a.position
"""
_AUTHORSHIPS = """
SELECT a.id, a.work_id, a.position, a.family, a.given, a.suffix, a.is_group, a.affiliations, a.orcid, a.email,
       CASE WHEN t.decided_by <> %(machine)s THEN t.author_id END, a.block
FROM works_authorship a LEFT JOIN works_attribution t ON t.authorship_id = a.id
WHERE a.block = ANY (%(blocks)s) ORDER BY a.id
"""


class Catalogue:
    """The catalogue as attribution sees it. ``features`` holds described works by id and grows as blocks are loaded."""

    def __init__(self, statistics: Statistics) -> None:
        self.statistics = statistics
        self.features: dict[int, WorkFeatures] = {}

    @classmethod
    def open(cls) -> Catalogue:
        """With the kept statistics, brought up to date first when many works are not counted in them."""
        kept = AttributionStatistics.objects.first()
        if kept is None:
            catalogue = cls(Statistics())
            catalogue._count_since(0)
            return catalogue
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM works_work WHERE id > %s", [kept.newest_work])
            uncounted = cursor.fetchone()[0]
        statistics = Statistics.from_bytes(bytes(kept.tables))
        catalogue = cls(statistics)
        if uncounted > STALE_SHARE * max(statistics.works, 1):
            catalogue._count_since(kept.newest_work)
        return catalogue

    @staticmethod
    def recount() -> None:
        """Drop the kept statistics; the next ``open`` reads and counts every work anew."""
        AttributionStatistics.objects.all().delete()

    def load(self, blocks: Sequence[str]) -> list[AuthorshipFacts]:
        """The authorships of these blocks; their works are in ``features`` afterwards."""
        with connection.cursor() as cursor:
            cursor.execute(_AUTHORSHIPS, {"blocks": list(blocks), "machine": Attribution.DecidedBy.MACHINE.value})
            rows = cursor.fetchall()
        authorships = []
        for pk, work, position, family, given, suffix, is_group, affiliations, orcid, email, author, block in rows:
            authorships.append(
                AuthorshipFacts(
                    pk,
                    work,
                    position,
                    Name(family, given, suffix, is_group),
                    affiliations,
                    orcid or None,
                    email or None,
                    author,
                    block,
                )
            )
        self.describe({authorship.work for authorship in authorships} - self.features.keys())
        return authorships

    def describe(self, works: Collection[int]) -> None:
        """Describe these works and keep them, letting the oldest go when there are too many."""
        wanted = sorted(works)
        for start in range(0, len(wanted), READ_CHUNK):
            for pk, facts, _ in read_works(
                "w.id = ANY (%s)", "a.work_id = ANY (%s)", wanted[start : start + READ_CHUNK]
            ):
                self.features[pk] = describe_work(facts)
        for _ in range(len(self.features) - KEPT_WORKS):
            del self.features[next(iter(self.features))]

    def _count_since(self, newest: int) -> None:
        """Count the works that came after ``newest`` and keep the statistics with the id reached."""
        reached = newest
        with transaction.atomic():
            for batch in _batches(newest):
                described = []
                parts: list[tuple[int, int]] = []
                places: list[int] = []
                for pk, facts, affiliations in batch:
                    features = self.features[pk] = describe_work(facts)
                    described.append(features)
                    parts += [name_parts(name) for name in facts.authors if not name.is_group]
                    places += [hash_of("place", key) for line in affiliations for key in place_keys(line)]
                    reached = max(reached, pk)
                self.statistics.add_works(described, parts)
                self.statistics.add_places(np.array(places, dtype=np.uint32))
            AttributionStatistics.objects.update_or_create(
                pk=1,
                defaults={
                    "tables": self.statistics.to_bytes(),
                    "newest_work": reached,
                    "works": self.statistics.works,
                    "counted_at": datetime.now(UTC),
                },
            )


def _batches(newest: int) -> Iterator[Iterable[tuple[int, WorkFacts, list[str]]]]:
    """All works after an id, in chunks of ids."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM works_work WHERE id > %s ORDER BY id", [newest])
        ids = [row[0] for row in cursor.fetchall()]
    for start in range(0, len(ids), READ_CHUNK):
        low, high = ids[start], ids[min(start + READ_CHUNK, len(ids)) - 1]
        yield read_works("w.id BETWEEN %s AND %s", "a.work_id BETWEEN %s AND %s", low, high)


def read_works(condition: str, names: str, *values: int | list[int]) -> Iterator[tuple[int, WorkFacts, list[str]]]:
    """``(id, facts, printed affiliations)`` of the works that meet the condition; two queries."""
    with connection.cursor() as cursor:
        cursor.execute(_NAMES.format(condition=names), values)
        printed = {work: list(rows) for work, rows in groupby(cursor.fetchall(), key=lambda row: row[0])}
        cursor.execute(_WORKS.format(condition=condition), values)
        works = cursor.fetchall()
    for pk, title, abstract, venue, year, is_complete, topics in works:
        rows = printed.get(pk, [])
        facts = WorkFacts(
            title=title,
            authors=[Name(family, given, suffix, is_group) for _, family, given, suffix, is_group, _ in rows],
            abstract=abstract or None,
            topics=topics,
            venue=venue or None,
            year=year,
            is_complete=is_complete,
        )
        yield pk, facts, [line for row in rows for line in row[5]]
