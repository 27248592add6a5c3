"""Build ``data/sample/`` anew from the shared data: ``python tools/build_sample.py ../shared``.

Three files come out. ``arxiv.jsonl.xz`` holds the 5,000 connected arXiv records as they were found.
``seed-works.jsonl`` holds the works of the five seed documents that the 5,000 lack, one ``works.records.WorkRecord`` a
line: title and abstract as the seed page prints them; identifiers, day, venue, affiliations and the whole author list
from ``seeds/works.json`` where it has them. A seed page can print a wrong year (it did for two works), so a page's year
counts only where ``works.json`` says nothing. ``institutions.jsonl`` holds the registry records of institutions where
the five people are or were, as they were found.
"""

from __future__ import annotations

import gzip
import lzma
import sys
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from ingest.sources.arxiv_facts import arxiv_topics
from ingest.sources.listing_text import parse_text_entry, text_entries
from works.identifiers import find_dois, normalised_title, openalex_id
from works.records import BylineRecord, VersionRecord, WorkRecord

SEED_PAGES = (
    "arxiv-search-shudong-huang.txt",
    "category-feed-fajie-yuan.txt",
    "aitopics-pengjie-wang.txt",
    "bzpeer-yue-shang.txt",
    "bzpeer-ru-he.txt",
)
INSTITUTIONS = frozenset(
    {
        "00b30xv10",  # University of Pennsylvania
        "00hhjss72",  # Tencent
        "00k642b80",  # Alibaba Group
        "00vtgdb53",  # University of Glasgow
        "011ashp19",  # Sichuan University
        "02v51f717",  # Peking University
        "034t30j35",  # Chinese Academy of Sciences
        "03q8dnn23",  # City University of Hong Kong
        "04bdffz58",  # Drexel University
        "04qr3zq92",  # University of Electronic Science and Technology of China
        "04rswrd78",  # Iowa State University
        "05hfa4n20",  # Westlake University
    }
)
SEEDS_SAVED_ON = date(2026, 3, 1)
"""The feed prints "Jan 26" without year; the profile pages of the same days print works of 2026."""


def main(shared: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    records = gzip.decompress((shared / "data/arxiv/arxiv-5k.jsonl.gz").read_bytes())
    (target / "arxiv.jsonl.xz").write_bytes(lzma.compress(records, preset=9 | lzma.PRESET_EXTREME))
    lines = [msgspec.json.decode(line) for line in records.splitlines()]
    known_titles = {normalised_title(line["title"]) for line in lines}
    known_ids = {line["id"] for line in lines}

    facts = msgspec.json.decode((shared / "seeds/works.json").read_bytes())["works"]
    facts_by_title = {normalised_title(fact["title"]): fact for fact in facts}
    works: dict[str, WorkRecord] = {}
    for page in SEED_PAGES:
        for entry in text_entries((shared / "seeds" / page).read_text(encoding="utf-8"), SEEDS_SAVED_ON):
            work = parse_text_entry(entry)
            title = normalised_title(work.title)
            if title in known_titles or title in works:
                continue
            if fact := facts_by_title.get(title):
                if fact["arxiv"] in known_ids:
                    continue
                complete(work, fact)
            work.source = "sample"
            works[title] = work
    (target / "seed-works.jsonl").write_bytes(b"".join(line_of(work) for work in works.values()))

    registry = gzip.decompress((shared / "data/ror/ror.jsonl.gz").read_bytes()).splitlines(keepends=True)
    chosen = [line for line in registry if msgspec.json.decode(line)["id"].rpartition("/")[2] in INSTITUTIONS]
    (target / "institutions.jsonl").write_bytes(b"".join(chosen))


def line_of(work: WorkRecord) -> bytes:
    """One line of the file: the record without the fields that say nothing."""
    return msgspec.json.encode(_without_nothing(msgspec.to_builtins(work))) + b"\n"


def _without_nothing(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: _without_nothing(part)
            for name, part in value.items()
            if name in {"identifiers", "authors_complete"} or part not in (None, [], (), False)
        }
    return [_without_nothing(part) for part in value] if isinstance(value, list | tuple) else value


def complete(work: WorkRecord, fact: dict[str, Any]) -> None:
    """Add to a seed work what ``works.json`` knows of it."""
    if fact["arxiv"]:
        work.key = fact["arxiv"]
        work.identifiers.append(("arxiv", fact["arxiv"]))
    work.identifiers.extend(("doi", doi) for doi in find_dois(fact.get("doi", "")))
    if openalex := openalex_id(fact.get("openalex", "")):
        work.identifiers.append(("openalex", openalex))
    affiliations = fact.get("affiliations", {})
    work.bylines = [BylineRecord(name, affiliations=tuple(affiliations.get(name, ()))) for name in fact["authors"]]
    work.authors_complete, work.authors_missing = True, None
    work.topics = arxiv_topics(fact["categories"] or [topic.code for topic in work.topics])
    work.venue = fact.get("venue", work.venue)
    work.comments = fact.get("comments", work.comments)
    work.year = fact["year"]
    if len(fact["date"]) == len("2025-05-16"):
        work.submitted = date.fromisoformat(fact["date"])
        work.versions = [VersionRecord(1)]


if __name__ == "__main__":
    project = Path(__file__).resolve().parents[1]
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else project.parent / "shared", project / "data" / "sample")
