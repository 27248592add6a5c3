"""Background work of the graph; each task delegates."""

from __future__ import annotations

from celery import shared_task

from graph.refresh import refresh_all


@shared_task
def refresh_everything() -> None:
    """The nightly rebuild: all derived tables, and trust flows over the whole graph."""
    refresh_all()
