"""``sample``: the corpus that ships with the project, see ``data/sample/README.md``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from ingest.sources.arxiv_snapshot import parse_snapshot_line
from ingest.sources.base import (
    NOT_JSON,
    Cursor,
    Parsed,
    RawItem,
    SourceError,
    SourceOptions,
    UnusableRecordError,
    rejected,
)
from ingest.sources.files import read_lines
from ingest.sources.ror import Ror
from works.records import WorkRecord

FOLDER = Path(__file__).resolve().parents[2] / "data" / "sample"
FILES = (FOLDER / "arxiv.jsonl.xz", FOLDER / "seed-works.jsonl", FOLDER / "institutions.jsonl")

#: Only the registry's records carry this key; quotes inside the text of another record would be escaped.
_REGISTRY_MARK = b'"_release":'
_institutions = Ror()
_decode_work = msgspec.json.Decoder(WorkRecord).decode


class Sample:
    """5,000 connected arXiv records, the works of the five seed documents and a few institutions."""

    slug = "sample"
    title = "Sample corpus"
    parser_version = 2
    is_network = False
    brings_institutions = False
    enriches_known_works = False

    def files(self, options: SourceOptions) -> Sequence[str]:
        return [str(path) for path in FILES]

    def check(self, options: SourceOptions) -> None:
        if options.inputs:
            raise SourceError("The source sample takes no file: it brings its own")
        missing = [path.name for path in FILES if not path.is_file()]
        if missing:
            raise SourceError(f"The sample corpus is incomplete: data/sample/ lacks {', '.join(missing)}")

    def read(self, options: SourceOptions, cursor: Cursor | None = None) -> Iterator[RawItem]:
        own_files = msgspec.structs.replace(options, inputs=tuple(self.files(options)))
        return read_lines(own_files, cursor)

    def parse(self, raw: bytes, position: int = 0) -> Parsed:
        """A line of any of the files: seed works state their source, institutions a ROR id, arXiv's records neither."""
        try:
            if raw.startswith(b'{"source":'):
                return _decode_work(raw)
            if _REGISTRY_MARK in raw:
                return _institutions.parse(raw, position)
            return parse_snapshot_line(raw)
        except NOT_JSON as error:
            return rejected(position, raw, "The line is no record of the sample", str(error))
        except UnusableRecordError as refusal:
            return rejected(position, raw, refusal.reason, refusal.detail, refusal.key)
