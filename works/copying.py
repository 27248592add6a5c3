"""New works as COPY streams: rows written in PostgreSQL's text format by hand, a tenth of the cost of adapting values.

The format (PostgreSQL manual, COPY, "Text Format"): a tab between columns, ``\\N`` for NULL, a backslash before what
would be read otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from itertools import islice
from typing import Any

from django.db import connection

from works.records import BylineRecord, WorkRecord
from works.rows import byline_text, name_columns, title_key, year_of

WORK_COLUMNS = (
    "id, kind, source, source_rank, title, title_key, abstract, byline, author_count, authors_complete, "
    "authors_missing, year, submitted, updated, announced, comments, journal_ref, venue, report_no, licence, "
    "submitter, code_links, is_withdrawn, is_deleted, created_at, modified_at"
)
AUTHORSHIP_COLUMNS = (
    "work_id, position, raw_name, family, given, suffix, name_key, block, is_group, affiliations, orcid, email, rors"
)
VERSION_COLUMNS = "work_id, number, submitted_at, size_kb"
TOPIC_COLUMNS = "work_id, topic_id, position"

#: Rows sent at once: a few hundred kilobytes.
_ROWS_AT_ONCE = 1000


def copy_rows(cursor: Any, table: str, columns: str, rows: Iterable[str]) -> None:
    """Send rows, each a line of the text format without its end."""
    lines = iter(rows)
    # Django turns the driver's errors into its own for every call but this one.
    with connection.wrap_database_errors, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        while some := list(islice(lines, _ROWS_AT_ONCE)):
            some.append("")
            copy.write("\n".join(some))


def work_rows(ids: Sequence[int], records: Sequence[WorkRecord], now: datetime) -> Iterator[str]:
    """Rows of ``works_work``."""
    created = now.isoformat()
    for pk, record in zip(ids, records, strict=True):
        yield "\t".join(
            (
                str(pk),
                record.kind,
                record.source,
                str(record.rank),
                escaped(record.title),
                title_key(record.title),
                escaped(record.abstract or ""),
                escaped(byline_text(record)),
                str(len(record.bylines)),
                "t" if record.authors_complete else "f",
                _number(record.authors_missing),
                _number(year_of(record)),
                _day(record.submitted),
                _day(record.updated),
                _day(record.announced),
                escaped(record.comments or ""),
                escaped(record.journal_ref or ""),
                escaped(record.venue or ""),
                escaped(record.report_no or ""),
                escaped(record.licence or ""),
                escaped(record.submitter or ""),
                _array(record.code_links),
                "t" if record.is_withdrawn else "f",
                "t" if record.is_deleted else "f",
                created,
                created,
            )
        )


def authorship_rows(ids: Sequence[int], records: Sequence[WorkRecord], blocks: set[str]) -> Iterator[str]:
    """Rows of ``works_authorship``; their name blocks are added to ``blocks``."""
    for pk, record in zip(ids, records, strict=True):
        for position, byline in enumerate(record.bylines):
            name, block = _printed_name(byline.name, byline.family, byline.given, byline.suffix, byline.is_group)
            blocks.add(block)
            yield f"{pk}\t{position}\t{name}\t{_beside_name(byline)}"


def version_rows(ids: Sequence[int], records: Sequence[WorkRecord]) -> Iterator[str]:
    """Rows of ``works_workversion``."""
    for pk, record in zip(ids, records, strict=True):
        for version in record.versions:
            submitted = version.submitted_at.isoformat() if version.submitted_at else r"\N"
            yield f"{pk}\t{version.number}\t{submitted}\t{_number(version.size_kb)}"


def topic_rows(
    ids: Sequence[int], records: Sequence[WorkRecord], topics: Mapping[tuple[str, str], int]
) -> Iterator[str]:
    """Rows of ``works_worktopic``; ``topics`` leads from scheme and code to the topic's id."""
    for pk, record in zip(ids, records, strict=True):
        for position, pair in enumerate(dict.fromkeys((topic.scheme, topic.code) for topic in record.topics)):
            yield f"{pk}\t{topics[pair]}\t{position}"


def escaped(text: str) -> str:
    """``text`` as a column of the text format; NUL, which PostgreSQL cannot store, is left out."""
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    if "\n" in text:
        text = text.replace("\n", "\\n")
    if "\t" in text:
        text = text.replace("\t", "\\t")
    if "\r" in text:
        text = text.replace("\r", "\\r")
    return text.replace("\0", "") if "\0" in text else text


# Half of the names of a batch stood in the batches before. Few are kept, so that all imports but the smallest need the
# same memory.
@lru_cache(maxsize=1 << 12)
def _printed_name(
    printed: str, family: str | None, given: str | None, suffix: str | None, is_group: bool
) -> tuple[str, str]:
    columns = name_columns(printed, family, given, suffix, is_group)
    texts: tuple[str, ...] = (printed, *columns[:5])
    joined = "".join(texts)
    if "\\" in joined or not joined.isprintable():
        texts = tuple(map(escaped, texts))
    return "\t".join((*texts, "t" if columns.is_group else "f")), columns.block


def _beside_name(byline: BylineRecord) -> str:
    if byline.affiliations or byline.orcid or byline.email or byline.rors:
        texts = (escaped(byline.orcid or ""), escaped(byline.email or ""), _array(byline.rors))
        return "\t".join((_array(byline.affiliations), *texts))
    return "{}\t\t\t{}"


def array_literal(values: Sequence[str] | Sequence[int]) -> str:
    """Texts or numbers as one PostgreSQL array; for thousands of values much cheaper than the driver's own list."""
    if not values:
        return "{}"
    if isinstance(values[0], int):
        return "{" + ",".join(map(str, values)) + "}"
    joined = '","'.join(map(str, values))
    if "\\" in joined or joined.count('"') > 2 * len(values) - 2:
        joined = '","'.join(str(text).replace("\\", "\\\\").replace('"', '\\"') for text in values)
    return '{"' + joined + '"}'


def _array(texts: Sequence[str]) -> str:
    return escaped(array_literal(texts)) if texts else "{}"


def _number(value: int | None) -> str:
    return r"\N" if value is None else str(value)


def _day(value: date | None) -> str:
    return r"\N" if value is None else value.isoformat()
