"""``manage.py evaluate_attribution GOLD.jsonl[.gz]``: run a gold set through the whole pipeline and score the result.

The gold set's works are imported into a scratch database as any source's records are, all blocks are resolved, and the
authors of the labelled bylines are compared with the labels by the measures of the gold sets' own scorer.
"""

from __future__ import annotations

import gzip
import resource
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from bzpeer.scratch import scratch_database
from works.attribution.evaluation import Labelled, Scores, evaluate
from works.attribution.resolve import resolve_dirty
from works.load import ensure_topics, load
from works.models import Attribution, Authorship
from works.records import BylineRecord, TopicRecord, WorkRecord

BATCH = 2_000


class GoldByline(msgspec.Struct):
    name: str
    affiliation: str | None = None
    person: str | None = None


class GoldWork(msgspec.Struct):
    """One work of a gold set; ``person`` is the label, ``None`` where a byline is not labelled."""

    id: str
    title: str
    bylines: list[GoldByline]
    abstract: str | None = None
    year: int | None = None
    venue: str | None = None
    topics: list[str] = []


class Command(BaseCommand):
    help = "Score attribution on a gold set, through the whole pipeline on a scratch database."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("gold", type=Path, metavar="GOLD.jsonl[.gz]")
        parser.add_argument("--predictions", type=Path, metavar="OUT.jsonl", help="write one predicted byline per line")
        parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            gold = list(read_gold(options["gold"]))
        except (OSError, EOFError, msgspec.DecodeError) as error:
            raise CommandError(f"{options['gold']} cannot be read as a gold set: {error}") from None
        if not gold:
            raise CommandError(f"{options['gold']} holds no work")
        with scratch_database("evaluation"):
            started = time.monotonic()
            ids = import_gold(gold)
            imported = time.monotonic()
            resolve_dirty()
            seconds = time.monotonic() - imported
            predicted = predictions(ids)
        if options["predictions"]:
            with options["predictions"].open("wb") as out:
                for (work, position), author in sorted(predicted.items()):
                    out.write(msgspec.json.encode({"id": work, "position": position, "author": str(author)}) + b"\n")
        found = evaluate(
            Labelled(byline.name, byline.person, predicted.get((work.id, position), (work.id, position)))
            for work in gold
            for position, byline in enumerate(work.bylines)
            if byline.person is not None
        )
        figures: dict[str, Any] = {
            "gold": options["gold"].name,
            "works": len(gold),
            "authorships": len(predicted),
            "labelled": found.authorships,
            "persons": found.persons,
            "clusters": found.clusters,
            "b_cubed": figures_of(found.b_cubed),
            "pairwise": figures_of(found.pairwise),
            "macro_f1": round(found.macro_f1, 4),
            "by_name": {name: round(f1, 3) for name, f1 in found.by_name.items()} if options["json"] else {},
            "import_seconds": round(imported - started, 2),
            "resolve_seconds": round(seconds, 2),
            "authorships_per_second": round(len(predicted) / seconds) if seconds else 0,
            "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        }
        for name, value in figures.items():
            if name == "by_name":
                continue
            self.stdout.write(f"{name:>24}  {value}")
        if options["json"]:
            self.stdout.write(msgspec.json.encode(figures).decode())


def figures_of(scores: Scores) -> dict[str, float]:
    return {"precision": round(scores.precision, 4), "recall": round(scores.recall, 4), "f1": round(scores.f1, 4)}


def read_gold(path: Path) -> Iterator[GoldWork]:
    """The works of a gold set, plain or gzipped."""
    decode = msgspec.json.Decoder(GoldWork).decode
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as lines:
        for line in lines:
            if line.strip():
                yield decode(line)


def import_gold(gold: list[GoldWork]) -> dict[int, str]:
    """Take the gold works in; returns the gold id of each work id."""
    ids: dict[int, str] = {}
    for start in range(0, len(gold), BATCH):
        batch = gold[start : start + BATCH]
        records = [record_of(work) for work in batch]
        ensure_topics(records)
        with transaction.atomic():
            loaded = load(records)
        ids.update(zip(loaded.work_ids, (work.id for work in batch), strict=True))
    return ids


def record_of(work: GoldWork) -> WorkRecord:
    """A gold work as a record; its hashed id keeps two works of one title apart."""
    return WorkRecord(
        source="gold",
        key=work.id,
        title=work.title,
        identifiers=[("local", work.id)],
        abstract=work.abstract,
        venue=work.venue,
        year=work.year,
        topics=[TopicRecord("openalex", topic[:64]) for topic in dict.fromkeys(work.topics)],
        bylines=[
            BylineRecord(byline.name, affiliations=(byline.affiliation,) if byline.affiliation else ())
            for byline in work.bylines
        ],
    )


def predictions(ids: dict[int, str]) -> dict[tuple[str, int], int]:
    """The author of every byline; a byline without an author (a group) is left out."""
    authors = dict(Attribution.objects.values_list("authorship_id", "author_id"))
    return {
        (ids[work], position): authors[pk]
        for pk, work, position in Authorship.objects.values_list("pk", "work_id", "position")
        if pk in authors
    }
