"""Scheduled runs: which sources are due, and from which day on a network source is asked again."""

from __future__ import annotations

import logging
from datetime import date, timedelta

import msgspec
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from ingest import runs
from ingest.models import MOST_HOURS, ImportRun, Source
from ingest.runs import options_of
from ingest.schedule_options import saved_options
from ingest.sources.base import SourceError, SourceOptions, SourceUnavailableError

logger = logging.getLogger(__name__)

#: Characters of the line that says why a scheduled run could not start.
LONGEST_REASON = 500
#: Services that are asked by the day of a work show it that much later; OAI-PMH goes by the day of the change itself.
SHOWN_LATER = {"arxiv-api": timedelta(days=14), "openalex": timedelta(days=60)}


def due_sources() -> QuerySet[Source]:
    """Scheduled sources whose time has come, without those of which a run is under way: they keep their turn.

    Dry runs do not count.
    """
    now = timezone.now()
    at_work = ImportRun.objects.filter(source=OuterRef("pk"), state__in=ImportRun.ACTIVE, is_dry_run=False)
    return Source.objects.filter(
        Q(next_run_at__isnull=True) | Q(next_run_at__lte=now),
        ~Exists(at_work),
        is_enabled=True,
        every_hours__isnull=False,
    )


def take_turn(source: Source) -> ImportRun | None:
    """Start the run of a due source and set its next time, both or neither; ``None`` when there is nothing to hand on.

    Whatever is wrong with one source ends here: a run that failed is left behind, with the reason in one line, and the
    source has its next turn.
    """
    try:
        with transaction.atomic():
            if not _move_turn(source):
                return None
            return runs.start_run(
                source.slug,
                scheduled_options(source),
                shards=settings.IMPORT_SHARDS,
                batch_size=settings.IMPORT_BATCH_SIZE,
            )
    except SourceError as error:
        reason = str(error)
    except Exception as error:
        logger.exception("the schedule of %s could not start", source.slug)
        reason = f"The run could not be started: {type(error).__name__}: {error}"
    with transaction.atomic():
        if _move_turn(source):
            _record_refusal(source, reason)
    return None


def _move_turn(source: Source) -> bool:
    """Set the next time of a source; false when another worker has done so or it is no longer due."""
    due = due_sources().filter(pk=source.pk, next_run_at=source.next_run_at)
    return bool(due.update(next_run_at=timezone.now() + timedelta(hours=source.every_hours or MOST_HOURS)))


def scheduled_options(source: Source) -> SourceOptions:
    """The source's saved options; network sources harvest from the day up to which earlier runs asked the same.

    Raises ``SourceError`` when the saved options are none.
    """
    options = saved_options(source.slug, source.options)
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


def refuse_unusable(slug: str, values: object) -> None:
    """Refuse options with which a scheduled run of the source would fail each time. Raises ``SourceError`` in words."""
    options = saved_options(slug, values)
    try:
        runs.checked_options(slug, options)
    except SourceUnavailableError:
        # The network may be away just now; the name of a host that somebody typed must be right.
        if options.base_url:
            raise


def _record_refusal(source: Source, reason: str) -> None:
    """Leave a failed run behind, so that a schedule that cannot start is seen on the dashboard."""
    now = timezone.now()
    ImportRun.objects.create(
        source=source,
        options=source.options if isinstance(source.options, dict) else {},
        state=ImportRun.State.FAILED,
        error=" ".join(reason.split())[:LONGEST_REASON],
        started_at=now,
        finished_at=now,
    )
