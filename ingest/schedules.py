"""Scheduled runs: which sources are due, and from which day on a network source is asked again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import msgspec
from django.db.models import Q
from django.utils import timezone

from ingest.models import ImportRun, Source
from ingest.runs import options_of
from ingest.sources.base import SourceError, SourceOptions

#: Services that are asked by the day of a work show it that much later; OAI-PMH goes by the day of the change itself.
SHOWN_LATER = {"arxiv-api": timedelta(days=14), "openalex": timedelta(days=60)}


def due_sources() -> Sequence[Source]:
    """Scheduled sources whose time has come and that have no run under way; their next time is set."""
    now = timezone.now()
    due = []
    for source in Source.objects.filter(is_enabled=True, every_hours__isnull=False).filter(
        Q(next_run_at__isnull=True) | Q(next_run_at__lte=now)
    ):
        moved = Source.objects.filter(pk=source.pk, next_run_at=source.next_run_at).update(
            next_run_at=now + timedelta(hours=source.every_hours or 24)
        )
        if moved and not source.runs.filter(state__in=ImportRun.ACTIVE).exists():
            due.append(source)
    return due


def scheduled_options(source: Source) -> SourceOptions:
    """The source's saved options; network sources harvest from the day up to which earlier runs asked the same.

    Raises ``SourceError`` when the saved options are none.
    """
    options = saved_options(source.options)
    if options.since is None and options.until is None and (day := _harvested_until(source, options)):
        options = msgspec.structs.replace(options, since=day - SHOWN_LATER.get(source.slug, timedelta()))
    return options


def _harvested_until(source: Source, wanted: SourceOptions) -> date | None:
    """The day up to which complete runs have everything that is wanted, without a gap between them.

    A run with a limit, with a last day, or of another question leaves gaps.
    """
    until: date | None = None
    done = source.runs.filter(state=ImportRun.State.DONE, is_dry_run=False, started_at__isnull=False).order_by("id")
    for run in done.only("options", "started_at", "source"):
        asked = options_of(run)
        if asked.limit is not None or asked.until is not None or _question(asked) != _question(wanted):
            continue
        if asked.since is None or (until is not None and asked.since <= until):
            started = run.started_at.date() if run.started_at else None
            until = max(filter(None, (until, started)), default=None)
    return until


def _question(options: SourceOptions) -> SourceOptions:
    """What is asked for, whenever."""
    return SourceOptions(
        inputs=options.inputs,
        base_url=options.base_url,
        sets=options.sets,
        metadata_prefix=options.metadata_prefix,
        query=options.query,
    )


def saved_options(values: object) -> SourceOptions:
    """Options as they are kept in a source's row. Raises ``SourceError`` in words when they are none."""
    try:
        return msgspec.convert(values, SourceOptions)
    except msgspec.ValidationError as error:
        raise SourceError(f"The saved options cannot be used: {error}") from None


def record_refusal(source: Source, error: str) -> None:
    """Leave a failed run behind, so that a schedule that cannot start is seen on the dashboard."""
    now = timezone.now()
    ImportRun.objects.create(
        source=source,
        options=source.options,
        state=ImportRun.State.FAILED,
        error=error[:2000],
        started_at=now,
        finished_at=now,
    )
