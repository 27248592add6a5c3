"""Background work of the catalogue."""

from __future__ import annotations

import logging

from celery import shared_task

from works.attribution.proof import prove

logger = logging.getLogger(__name__)


@shared_task
def prove_decisions() -> None:
    """Every night: prove that no decision of the machine violates a human one, and keep the report."""
    report = prove()
    if report.figures["violations"]:
        logger.error("%d human decisions are violated; see /quality/", report.figures["violations"])
