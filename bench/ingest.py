"""Import speed: facts searchable, unchanged re-import, one worker against two, memory, and a bare COPY to compare.

Everything runs on scratch databases of the configured server. Imports are child processes of their own, so that their
peak memory is theirs alone. An archive keeps a window of its text in memory, which says nothing of the import, and its
first records may be unlike the others: whether memory grows with a file is measured on plain files, the smaller one
made of records from all over it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import psutil
from django.conf import settings
from django.db import connection, transaction

from bzpeer.scratch import scratch_database
from ingest.digest import facts_digest
from ingest.sources.base import SourceOptions
from ingest.sources.files import read_lines

#: What an import of works writes, each with what it needs before its rows.
TABLES = ("works_work", "works_workidentifier", "works_authorship", "works_workversion", "works_worktopic")
KEEPING = ("ingest_sourcerecord", "works_dirtyblock", "works_topic")


def add_arguments(parser: ArgumentParser) -> None:
    """Which file, and how much of it."""
    parser.add_argument("--file", type=Path, help="arXiv snapshot to import; the sample without it")
    parser.add_argument("--limit", type=int, help="read at most this many records")
    parser.add_argument("--compared", type=int, default=15_000, help="records for comparing workers and memory")


def run(options: Mapping[str, Any]) -> dict[str, Any]:
    """All figures; rates are in works per second."""
    path = options.get("file") or settings.SAMPLE_DIR / "arxiv.jsonl.xz"
    limit, compared = options.get("limit"), options.get("compared") or 15_000
    cores = os.cpu_count() or 1
    with tempfile.TemporaryDirectory() as folder:
        plain, spread = Path(folder) / "plain.jsonl", Path(folder) / "spread.jsonl"
        _write_plain(path, plain, limit)
        _write_spread(plain, spread, compared)
        with scratch_database("ingest_one"):
            one = ingest(spread, limit=None, workers=1)
            digest = _digest()
        with scratch_database("ingest_two"):
            two = ingest(spread, limit=None, workers=2)
            same = _digest() == digest
        with scratch_database("ingest_plain"):
            memory = ingest(plain, limit=None, workers=2)["peak_memory_mb"]
    with scratch_database("ingest"):
        load_before = os.getloadavg()[0]
        whole = ingest(path, limit=limit, workers=min(cores, 2))
        before = _rows_written()
        again = ingest(path, limit=limit, workers=min(cores, 2))
        written = _rows_written() - before
        server_before = _server_cpu()
        bare = bare_copy(whole["created"])
        bare_cpu = round((_server_cpu() - server_before) / whole["created"] * 1e6)
    return {
        "file": path.name,
        "cores": cores,
        "load_before": round(load_before, 1),
        "works": whole["created"],
        "authorships": whole["authorships"],
        "works_per_second": whole["works_per_second"],
        "seconds": whole["seconds"],
        "peak_memory_mb": whole["peak_memory_mb"],
        "peak_memory_mb_plain": memory,
        "peak_memory_mb_plain_compared": two["peak_memory_mb"],
        "unchanged_works_per_second": again["works_per_second"],
        "unchanged_rows_written": written,
        "bare_copy_works_per_second": bare,
        "bare_copy_server_cpu_us_per_work": bare_cpu,
        "share_of_bare_copy": round(whole["works_per_second"] / bare, 2),
        "compared_works": one["created"],
        "one_worker_works_per_second": one["works_per_second"],
        "two_workers_works_per_second": two["works_per_second"],
        "two_workers_gain": round(two["works_per_second"] / one["works_per_second"], 2),
        "two_workers_same_facts": same,
        "one_worker_cpu_us_per_work": one["cpu_us_per_work"],
        "two_workers_cpu_us_per_work": two["cpu_us_per_work"],
        "whole_cpu_us_per_work": whole["cpu_us_per_work"],
    }


def ingest(path: Path, *, limit: int | None, workers: int) -> dict[str, Any]:
    """One import by the command, facts only; its own figures and the processor time of client and server together."""
    command = [sys.executable, "manage.py", "ingest", "arxiv-snapshot", str(path), "--facts-only", "--json"]
    command += ["--workers", str(workers), *(["--limit", str(limit)] if limit else [])]
    before = _server_cpu()
    started = time.monotonic()
    children = os.times()
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=settings.BASE_DIR)
    spent = os.times()
    figures: dict[str, Any] = msgspec.json.decode(done.stdout.splitlines()[-1])
    client = spent.children_user + spent.children_system - children.children_user - children.children_system
    figures["cpu_us_per_work"] = {
        "client": round(client / figures["seen"] * 1e6),
        "server": round((_server_cpu() - before) / figures["seen"] * 1e6),
        "wall": round((time.monotonic() - started) / figures["seen"] * 1e6),
    }
    return figures


def _write_plain(path: Path, plain: Path, limit: int | None) -> None:
    """The lines of a file, unpacked."""
    with plain.open("wb") as file:
        for item in read_lines(SourceOptions(inputs=(str(path),), limit=limit)):
            file.write(item.raw + b"\n")


def _write_spread(plain: Path, spread: Path, records: int) -> None:
    """As many lines of a plain file, from all over it."""
    with plain.open("rb") as lines:
        of = sum(1 for _ in lines)
    with plain.open("rb") as lines, spread.open("wb") as file:
        file.writelines(
            line for number, line in enumerate(lines) if number * records // of != (number - 1) * records // of
        )


def bare_copy(works: int) -> float:
    """Works per second of COPY into tables without indexes, then building the indexes, of the rows there are now."""
    with tempfile.TemporaryDirectory() as folder, connection.cursor() as cursor:
        for table in TABLES:
            export = f"COPY {table} ({_columns(cursor, table)}) TO STDOUT"
            with (Path(folder) / table).open("wb") as file, cursor.copy(export) as out:
                for chunk in out:
                    file.write(chunk)
        started = time.monotonic()
        for table in TABLES:
            with transaction.atomic():
                cursor.execute(f"CREATE TABLE bare_{table} (LIKE {table} INCLUDING DEFAULTS INCLUDING GENERATED)")
                back = f"COPY bare_{table} ({_columns(cursor, table)}) FROM STDIN"
                with (Path(folder) / table).open("rb") as file, cursor.copy(back) as copy:
                    while chunk := file.read(1 << 20):
                        copy.write(chunk)
            cursor.execute("SELECT indexdef FROM pg_indexes WHERE tablename = %s", [table])
            for number, (definition,) in enumerate(cursor.fetchall()):
                head, _, tail = definition.partition(" USING ")
                kind = "CREATE UNIQUE INDEX" if "UNIQUE" in head else "CREATE INDEX"
                cursor.execute(f"{kind} bare_{table}_{number} ON bare_{table} USING {tail}")
        return round(works / (time.monotonic() - started))


def _columns(cursor: Any, table: str) -> str:
    cursor.execute(
        "SELECT string_agg(quote_ident(column_name), ', ' ORDER BY ordinal_position) FROM information_schema.columns"
        " WHERE table_name = %s AND is_generated = 'NEVER'",
        [table],
    )
    return str(cursor.fetchone()[0])


def _rows_written() -> int:
    """Rows ever inserted, changed or deleted in the tables of works and in what imports keep beside them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush(), pg_sleep(1.5)")
        cursor.execute(
            "SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) FROM pg_stat_user_tables"
            " WHERE relname = ANY (%s)",
            [[*TABLES, *KEEPING]],
        )
        return int(cursor.fetchone()[0])


def _digest() -> dict[str, str]:
    with transaction.atomic(), connection.cursor() as cursor:
        return facts_digest(cursor)


def _server_cpu() -> float:
    """Processor seconds of the PostgreSQL server on this machine so far, ended sessions too; 0 when it is elsewhere."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        session = cursor.fetchone()[0]
    try:
        server = psutil.Process(session).parent()
    except psutil.NoSuchProcess:
        return 0.0
    if server is None:
        return 0.0
    times = server.cpu_times()
    alive = [child.cpu_times() for child in server.children()]
    ended = times.user + times.system + times.children_user + times.children_system
    return ended + sum(child.user + child.system for child in alive)
