"""Reading what attribution needs from the database: descriptions of works, and the statistics of the catalogue.

A work is read and hashed once; from then on its description is read (``works.attribution.descriptions``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby

import numpy as np
import psycopg
from django.db import connection

from works.at_once import among
from works.attribution.descriptions import VERSION, describe, pack, unpack, unpack_lists
from works.attribution.facts import AuthorshipFacts, WorkFacts, WorkFeatures
from works.attribution.standing import SMALL_BLOCK, has_grown
from works.attribution.statistics import Statistics
from works.copying import array_literal
from works.garbage import uncollected
from works.models import Attribution, AttributionStatistics, ResolvedBlock, WorkDescription
from works.names import Name

#: Descriptions read per query.
READ_CHUNK = 5_000
#: Works described per query; workers that describe at the same time share them out by these.
DESCRIBE_CHUNK = 1_000
#: Statistics are brought up to date when this share of the works is not counted in them yet.
STALE_SHARE = 0.02
#: Topics are looked up one by one: their table is small enough that it would be read whole for every work.
_WORKS = """
SELECT w.id, w.title, w.abstract, COALESCE(NULLIF(w.venue, ''), w.journal_ref), w.year, w.authors_complete,
       w.modified_at,
       ARRAY(SELECT t.code FROM works_worktopic wt
             CROSS JOIN LATERAL (SELECT code FROM works_topic WHERE id = wt.topic_id OFFSET 0) t
             WHERE wt.work_id = w.id)
FROM works_work w WHERE {condition} ORDER BY w.id
"""
_NAMES = """
SELECT a.work_id, a.family, a.given, a.suffix, a.is_group, a.affiliations
FROM works_authorship a WHERE {condition} ORDER BY a.work_id, a.position
"""
_AUTHORSHIPS = """
SELECT a.id, a.work_id, a.position, a.family, a.given, a.suffix, a.is_group, a.affiliations, a.orcid, a.email,
       t.author_id, t.decided_by <> %(machine)s, a.block
FROM works_authorship a LEFT JOIN works_attribution t ON t.authorship_id = a.id
WHERE a.block = ANY (%(blocks)s::text[]) ORDER BY a.id
"""
#: Works in some blocks, or after an id, without a description by this code.
_UNDESCRIBED = """
SELECT id FROM (
    SELECT work_id AS id FROM works_authorship WHERE block = ANY (%(blocks)s)
    UNION SELECT id FROM works_work WHERE id > %(newest)s
) wanted
WHERE NOT EXISTS (SELECT FROM works_workdescription d WHERE d.work_id = wanted.id AND d.version = %(version)s)
ORDER BY id
"""
_PACKED = "SELECT work_id, packed FROM works_workdescription WHERE version = %s AND {condition}"
#: A work that changed since its facts were read is left to the next resolution.
_KEEP = """
INSERT INTO works_workdescription (work_id, version, packed)
SELECT w.id, %b, d.packed FROM unnest(%b::bigint[], %b::timestamptz[], %b::bytea[]) AS d (id, modified_at, packed)
JOIN works_work w ON w.id = d.id AND w.modified_at = d.modified_at ORDER BY w.id
ON CONFLICT (work_id) DO UPDATE SET version = excluded.version, packed = excluded.packed
"""


class Catalogue:
    """The catalogue as attribution sees it. ``features`` holds the described works of the blocks loaded last."""

    def __init__(self, statistics: Statistics) -> None:
        self.statistics = statistics
        self.features: dict[int, WorkFeatures] = {}

    @classmethod
    def open(cls) -> Catalogue:
        """With the kept statistics, brought up to date first when many described works are not counted in them."""
        kept = AttributionStatistics.objects.filter(version=VERSION).first()
        catalogue = cls(Statistics.from_bytes(bytes(kept.tables)) if kept else Statistics())
        newest = stale_since()
        if newest is not None:
            catalogue._count_since(newest)
        return catalogue

    @staticmethod
    def recount() -> None:
        """Drop the kept statistics; the next ``open`` counts every work anew."""
        AttributionStatistics.objects.all().delete()

    def load(self, blocks: Mapping[str, bool]) -> list[AuthorshipFacts]:
        """The authorships of these blocks; their works are in ``features`` afterwards.

        The value of a block says whether it must be resolved whole; ``standing`` is empty then, and in blocks that
        are small or have grown (``works.attribution.standing``).
        """
        with connection.cursor() as cursor:
            cursor.execute(
                _AUTHORSHIPS,
                {"blocks": array_literal(list(blocks)), "machine": Attribution.DecidedBy.MACHINE.value},
            )
            rows = cursor.fetchall()
        whole = _whole_blocks(blocks, Counter(row[-1] for row in rows))
        authorships = []
        for pk, work, position, family, given, suffix, is_group, places, orcid, email, author, human, block in rows:
            authorships.append(
                AuthorshipFacts(
                    pk,
                    work,
                    position,
                    Name(family, given, suffix, is_group),
                    places,
                    orcid or None,
                    email or None,
                    author if human else None,
                    block,
                    None if block in whole else author,
                )
            )
        self._describe({authorship.work for authorship in authorships})
        return authorships

    def _describe(self, works: Collection[int]) -> None:
        """Have these works in ``features``, and no others."""
        self.features = {work: self.features[work] for work in works if work in self.features}
        wanted = sorted(works - self.features.keys())
        for start in range(0, len(wanted), READ_CHUNK):
            some = wanted[start : start + READ_CHUNK]
            self.features |= {work: unpack(packed) for work, packed in _packed("work_id = ANY (%s::bigint[])", some)}
            missing = [work for work in some if work not in self.features]
            if missing:
                for pk, facts, affiliations, _ in _read(missing):
                    self.features[pk] = describe(facts, affiliations).features

    def _count_since(self, newest: int) -> None:
        """Count the described works that came after ``newest`` and keep the statistics with the id reached."""
        reached = newest
        while True:
            rows = _packed("work_id > %s::bigint ORDER BY work_id LIMIT %s", reached, READ_CHUNK)
            if not rows:
                break
            lists = unpack_lists([packed for _, packed in rows])
            self.statistics.add_lists(lists, lists["parts"].values)
            self.statistics.add_places(lists["places"].values)
            reached = rows[-1][0]
        AttributionStatistics.objects.update_or_create(
            pk=1,
            defaults={
                "version": VERSION,
                "tables": self.statistics.to_bytes(),
                "newest_work": reached,
                "works": self.statistics.works,
                "counted_at": datetime.now(UTC),
            },
        )


def _packed(condition: str, *values: int | list[int]) -> list[tuple[int, bytes]]:
    """Works and their descriptions by this code, as far as they meet the condition.

    The driver's own cursor has them sent as they are; Django's reads the text of them.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(_PACKED.format(condition=condition), [VERSION, *values], binary=True)
        return cursor.fetchall()


def _whole_blocks(blocks: Mapping[str, bool], sizes: Mapping[str, int]) -> set[str]:
    """The blocks to be resolved whole; for the large ones it is noted how large they are now."""
    large = [block for block, size in sizes.items() if size > SMALL_BLOCK]
    with connection.cursor() as cursor:
        cursor.execute("SELECT block, authorships FROM works_resolvedblock WHERE block = ANY (%s)", [large])
        before: dict[str, int] = dict(cursor.fetchall())
    whole = [block for block in large if blocks[block] or has_grown(sizes[block], before.get(block, 0))]
    ResolvedBlock.objects.bulk_create(
        [ResolvedBlock(block=block, authorships=sizes[block]) for block in whole],
        update_conflicts=True,
        unique_fields=["block"],
        update_fields=["authorships"],
    )
    return {*whole, *(block for block in blocks if sizes.get(block, 0) <= SMALL_BLOCK)}


def stale_since() -> int | None:
    """The last work counted in the kept statistics when many came after it (0: none is counted), else ``None``."""
    kept = AttributionStatistics.objects.filter(version=VERSION).only("newest_work", "works").first()
    if kept is None:
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM works_work WHERE id > %s", [kept.newest_work])
        uncounted = cursor.fetchone()[0]
    return kept.newest_work if uncounted > STALE_SHARE * max(kept.works, 1) else None


def undescribed(blocks: Sequence[str], newest: int | None) -> list[list[int]]:
    """Works in these blocks, and after ``newest`` if given, that this code has not described; in portions."""
    after = newest if newest is not None else np.iinfo(np.int64).max
    # Where no work is counted yet, all are wanted, whatever block they are in.
    listed = [] if newest == 0 else list(blocks)
    with connection.cursor() as cursor:
        cursor.execute(_UNDESCRIBED, {"blocks": listed, "newest": int(after), "version": VERSION})
        ids = [row[0] for row in cursor.fetchall()]
    return [ids[start : start + DESCRIBE_CHUNK] for start in range(0, len(ids), DESCRIBE_CHUNK)]


def keep_descriptions(works: list[int]) -> int:
    """Describe those of these works that nobody described in the meantime, and keep the descriptions.

    Returns how many works it was given. One statement in the order of the ids, so that workers never wait in a circle.
    """
    described = WorkDescription.objects.filter(pk__in=among(works), version=VERSION).values_list("pk", flat=True)
    open_ = sorted(set(works) - set(described))
    with uncollected():
        rows = [
            (pk, modified_at, pack(describe(facts, affiliations)))
            for pk, facts, affiliations, modified_at in _read(open_)
        ]
    # The driver's own cursor sends the descriptions as they are; Django's writes them into the text of the statement.
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(_KEEP, [VERSION, *([row[column] for row in rows] for column in range(3))])
    return len(works)


def _read(works: list[int]) -> Iterator[tuple[int, WorkFacts, list[str], datetime]]:
    return read_works("w.id = ANY (%s)", "a.work_id = ANY (%s)", works)


def read_works(
    condition: str, names: str, *values: int | list[int]
) -> Iterator[tuple[int, WorkFacts, list[str], datetime]]:
    """``(id, facts, printed affiliations, when modified)`` of the works that meet the condition; two queries."""
    with connection.cursor() as cursor:
        cursor.execute(_NAMES.format(condition=names), values)
        printed = {work: list(rows) for work, rows in groupby(cursor.fetchall(), key=lambda row: row[0])}
        cursor.execute(_WORKS.format(condition=condition), values)
        works = cursor.fetchall()
    for pk, title, abstract, venue, year, is_complete, modified_at, topics in works:
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
        yield pk, facts, [line for row in rows for line in row[5]], modified_at
