"""The graph: edges, refresh, slices; standing, trust and paths on a made-up network of a million authors.

The first part measures whatever the database holds. The second makes, in a scratch database, works whose author lists
give a collaboration network with the heavy tail and the communities of a real one, and derives everything from them.
"""

from __future__ import annotations

import os
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from random import Random
from statistics import mean
from threading import Event, Thread
from time import perf_counter
from typing import Any

import numpy as np
import psutil
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from bench import graph_check
from bench.measuring import summary, time_pages
from bzpeer.scratch import scratch_database
from graph import columns, edges, paths, queries, snapshots
from graph.models import Collaboration, TrustChange
from graph.refresh import refresh_authors
from works.models import Author, Topic, Work

DEFAULT_SAMPLE = 100
TOUCHED = 10_000
SEED = 2024
SEED_SHARE = 0.003
"""The part of the made-up authors who are verified."""


class PeakMemory:
    """The most memory this process held while the block ran, read every 20 ms; ``megabytes`` afterwards."""

    def __enter__(self) -> PeakMemory:
        self.megabytes = 0
        self._process = psutil.Process()
        self._done = Event()
        self._reader = Thread(target=self._read)
        self._reader.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._reader.join()

    def _read(self) -> None:
        while not self._done.wait(0.02):
            self.megabytes = max(self.megabytes, self._process.memory_info().rss // 2**20)


def add_arguments(parser: ArgumentParser) -> None:
    """How large the made-up network is."""
    parser.add_argument("--authors", type=int, default=1_000_000, help="authors of the made-up network, 0 for none")
    parser.add_argument(
        "--network", type=Path, help="edge list on which to compare standing and distances with networkx"
    )


def run(options: Mapping[str, Any]) -> dict[str, Any]:
    """All figures. ``options["sample"]`` is the number of authors and pairs measured."""
    sample = int(options.get("sample") or DEFAULT_SAMPLE)
    authors = 1_000_000 if options.get("authors") is None else int(options["authors"])
    figures: dict[str, Any] = {"load_before": round(os.getloadavg()[0], 1)}
    if options.get("network"):
        figures["networkx"] = graph_check.check(options["network"])
    if Author.objects.public().exists():
        figures["catalogue"] = _derive() | {"refresh": _refresh()} | {"slices": _slices(sample)}
    if authors:
        with scratch_database("graph"):
            started = perf_counter()
            make_network(authors)
            prepared = perf_counter() - started
            figures["network"] = {"prepare_seconds": round(prepared, 1), **_network(sample)}
    return figures


def _derive() -> dict[str, Any]:
    works = Work.objects.listed().count()
    started = perf_counter()
    edges.rebuild()
    seconds = perf_counter() - started
    return {
        "works": works,
        "authors": Author.objects.public().count(),
        "collaborations": Collaboration.objects.count(),
        "rebuild_seconds": round(seconds, 2),
        "rebuild_works_per_second": round(works / seconds),
    }


def _refresh() -> dict[str, Any]:
    """Refresh of many touched authors when nothing changed, and again after a work of each was given another year."""
    ids = list(Author.objects.public().values_list("pk", flat=True))
    touched = Random(SEED).sample(ids, min(TOUCHED, len(ids)))
    idle = refresh_authors(touched).seconds
    with transaction.atomic():
        changed = Work.objects.filter(attributions__author__in=touched).values("pk")
        Work.objects.filter(pk__in=changed[:TOUCHED]).update(year=1999)
        busy = refresh_authors(touched).seconds
        transaction.set_rollback(True)
    return {"touched": len(touched), "unchanged_seconds": round(idle, 2), "changed_seconds": round(busy, 2)}


def _slices(sample: int) -> dict[str, Any]:
    authors = Author.objects.public()
    ids = list(authors.values_list("pk", flat=True))
    chosen = authors.filter(pk__in=Random(SEED).sample(ids, min(sample, len(ids))))
    hubs = authors.filter(pk__in=_hubs(min(sample, 20)))
    topics = Topic.objects.filter(work_count__gt=0).order_by("-work_count")[: min(sample, 20)]
    kinds: dict[str, QuerySet[Author] | QuerySet[Topic]] = {"researcher": chosen, "hub": hubs, "topic": topics}
    figures: dict[str, Any] = {}
    for kind, things in kinds.items():
        addresses = [f"{thing.get_absolute_url()}graph/" for thing in things]
        if addresses:
            figures[kind] = time_pages(addresses, **{"HX-Request": "true"})
    return figures | {"hub_co_authors": _degree(_hubs(1)[0]) if Collaboration.objects.exists() else 0}


def _hubs(count: int) -> list[int]:
    """The authors with most co-authors."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM (SELECT a_id AS id FROM graph_collaboration"
            " UNION ALL SELECT b_id FROM graph_collaboration) c"
            " GROUP BY id ORDER BY count(*) DESC, id LIMIT %s",
            [count],
        )
        return [pk for (pk,) in cursor.fetchall()]


def _degree(author: int) -> int:
    return len(queries.neighbours([author])[author])


def _network(sample: int) -> dict[str, Any]:
    figures = _derive()
    with PeakMemory() as memory:
        started = perf_counter()
        first = snapshots.recompute(cause=TrustChange.Cause.NIGHTLY, at=timezone.now())
        full = perf_counter() - started
        started = perf_counter()
        again = snapshots.recompute(cause=TrustChange.Cause.NIGHTLY, at=timezone.now())
        unchanged = perf_counter() - started
    return figures | {
        "standing_and_trust": {
            "first_seconds": round(full, 1),
            "snapshots": first,
            "again_seconds": round(unchanged, 1),
            "again_written": again,
            "peak_memory_mb": memory.megabytes,
        },
        "refresh": _refresh(),
        "paths": _paths(sample),
        "slices": _slices(sample),
    }


def _paths(pairs: int) -> dict[str, Any]:
    """Random pairs of authors who have co-authors."""
    chance = Random(SEED)
    with connection.cursor() as cursor:
        cursor.execute("SELECT a_id FROM graph_collaboration TABLESAMPLE SYSTEM (1) LIMIT 100000")
        ids = sorted({pk for (pk,) in cursor.fetchall()})
    times, distances = [], []
    for _ in range(pairs if len(ids) > 1 else 0):
        start, end = chance.sample(ids, 2)
        started = perf_counter()
        found = paths.connect(start, end, queries.neighbours)
        times.append(perf_counter() - started)
        if found.distance is not None:
            distances.append(found.distance)
    connected = {"connected": len(distances), "mean_distance": round(mean(distances), 2) if distances else None}
    return {**summary(times), **connected}


def make_network(authors: int) -> None:
    """Fill an empty catalogue with works, author lists and topics whose collaborations look like a real network.

    Productivity is heavy-tailed: the share of works an author leads falls with the square root of the author's rank.
    Most co-authors come from the leader's community of five hundred, the rest from everywhere.
    """
    chance = np.random.default_rng(SEED)
    works, communities = int(authors * 1.05), max(authors // 500, 1)
    sizes = chance.choice(np.arange(1, 9), works, p=[0.12, 0.24, 0.25, 0.17, 0.1, 0.06, 0.04, 0.02])
    leaders = (authors * chance.random(works) ** 2).astype(np.int64)
    work = np.repeat(np.arange(1, works + 1), sizes)
    leader = np.repeat(leaders, sizes)
    rank = (authors // communities * chance.random(len(work)) ** 1.5).astype(np.int64)
    near = np.minimum(rank * communities + leader % communities, authors - 1)
    anywhere = (authors * chance.random(len(work)) ** 2).astype(np.int64)
    author = np.where(chance.random(len(work)) < 0.85, near, anywhere)
    is_first = np.concatenate(([True], work[1:] != work[:-1]))
    author[is_first] = leader[is_first]
    pairs = np.unique(np.stack((work, author + 1), axis=1), axis=0)
    with transaction.atomic(), connection.cursor() as cursor:
        # The rows refer to each other by construction; checking every reference would take longer than the measurement.
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "INSERT INTO works_author (id, status, display_name, family, given, name_key, block, homepage, level,"
            " is_open_to_collaborate, chosen_name, work_count, name_forms, years, affiliations, revision, created_at,"
            " modified_at) SELECT n, 'active', 'Given Family' || n, 'Family' || n, 'Given', 'family' || n || ' given',"
            " 'family' || n || ' g', '', CASE WHEN n %% %s = 0 THEN 3 ELSE 1 END, true, '', 1, '[]', '[]', '[]', 0,"
            " now(), now() FROM generate_series(1, %s) n",
            [round(1 / SEED_SHARE), authors],
        )
        cursor.execute(
            "INSERT INTO works_work (id, kind, source, source_rank, title, title_key, abstract, byline, author_count,"
            " authors_complete, year, comments, journal_ref, venue, report_no, licence, submitter, code_links,"
            " is_withdrawn, is_deleted, created_at, modified_at) SELECT n, 'preprint', 'made-up', 50, 'Work ' || n,"
            " 'work ' || n, '', '', 4, true, 1990 + n %% 35, '', '', '', '', '', '', '{}', false, false, now(), now()"
            " FROM generate_series(1, %s) n",
            [works],
        )
        cursor.execute(
            "INSERT INTO works_topic (id, scheme, code, name, work_count)"
            " SELECT n, 'msc', 'T' || n, 'Topic ' || n, 1 FROM generate_series(1, 500) n"
        )
        cursor.execute(
            "INSERT INTO works_worktopic (work_id, topic_id, position)"
            " SELECT n, 1 + (n::bigint * 7919) %% 500, 0 FROM generate_series(1, %s) n",
            [works],
        )
        cursor.execute("CREATE TEMP TABLE pair (work_id bigint, author_id bigint) ON COMMIT DROP")
        columns.write(
            "pair", {"work_id": "int8", "author_id": "int8"}, {"work_id": pairs[:, 0], "author_id": pairs[:, 1]}
        )
        cursor.execute(
            "INSERT INTO works_attribution (authorship_id, author_id, work_id, confidence, decided_by, reasons,"
            " decided_at) SELECT row_number() OVER (), author_id, work_id, 1, 'machine', '[]', now() FROM pair"
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
