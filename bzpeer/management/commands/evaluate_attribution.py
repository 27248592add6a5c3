"""``manage.py evaluate_attribution GOLD.jsonl[.gz]``: run a gold set through the whole pipeline and score the result.

The gold set's works are imported into a scratch database as any source's records are, all blocks are resolved, and the
authors of the labelled bylines are compared with the labels by the measures of the gold sets' own scorer.
"""

from __future__ import annotations

import gzip
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from bzpeer.scratch import scratch_database
from works.attribution.evaluation import Evaluation, Labelled, Scores, b_cubed, evaluate
from works.attribution.resolve import resolve_dirty
from works.load import ensure_topics, load
from works.models import Attribution, Authorship
from works.names import Name, block_key, name_key, parse_name
from works.peak_memory import peak_memory_mb
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
        parser.add_argument(
            "--figures", type=Path, metavar="FILE.json", help="keep the scores in the file of /quality/"
        )
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
        if options["figures"]:
            keep_figures(options["figures"], options["gold"].name.partition(".")[0], gold, found)
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
            "peak_memory_mb": peak_memory_mb(),
        }
        for name, value in figures.items():
            if name == "by_name":
                continue
            self.stdout.write(f"{name:>24}  {value}")
        if options["json"]:
            self.stdout.write(msgspec.json.encode(figures).decode())


#: Simple ways to tell people apart, for comparison: a printed name makes one person of all its bylines.
BASELINES: dict[str, Callable[[Name], str]] = {"name matching": name_key, "family name + initial": block_key}


def keep_figures(path: Path, name: str, gold: list[GoldWork], found: Evaluation) -> None:
    """Put the scores of one set, with those of the baselines, into the file that ``works.quality`` reads."""
    bylines = [byline for work in gold for byline in work.bylines if byline.person is not None]
    names = [parse_name(byline.name) for byline in bylines]
    entry = {
        "gold": name,
        "authorships": found.authorships,
        "b_cubed": figures_of(found.b_cubed),
        "pairwise": figures_of(found.pairwise),
        "macro_f1": round(found.macro_f1, 4),
        "by_name": {group: round(f1, 3) for group, f1 in found.by_name.items()},
        "bands": [
            {
                "least": band.least,
                "names": band.names,
                "authorships": band.authorships,
                "b_cubed": figures_of(band.b_cubed),
            }
            for band in found.bands
        ],
        "baselines": {
            method: round(
                b_cubed([Labelled(b.name, b.person, key(parsed)) for b, parsed in zip(bylines, names, strict=True)]).f1,
                4,
            )
            for method, key in BASELINES.items()
        },
    }
    kept = msgspec.json.decode(path.read_bytes())["sets"] if path.exists() else []
    sets = sorted([*(old for old in kept if old["gold"] != name), entry], key=lambda figures: str(figures["gold"]))
    path.parent.mkdir(parents=True, exist_ok=True)
    # One line a set, so that a new measurement changes no other line.
    lines = b",\n".join(msgspec.json.encode(figures) for figures in sets)
    today = datetime.now(UTC).date().isoformat().encode()
    path.write_bytes(b'{"measured_on": "' + today + b'", "sets": [\n' + lines + b"\n]}\n")


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
