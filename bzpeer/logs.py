"""What goes into the log, and how long it is."""

from __future__ import annotations

from http import HTTPStatus
from logging import LogRecord


def refusals_in_one_line(record: LogRecord) -> bool:
    """Tell of a request that was refused without the traceback: it would show our own code, which did as it should.

    Anybody can send such requests, and scanners do all day; the line alone says what to look at (``ALLOWED_HOSTS``).
    """
    status = getattr(record, "status_code", HTTPStatus.INTERNAL_SERVER_ERROR)
    if record.name.startswith("django.security.") or status < HTTPStatus.INTERNAL_SERVER_ERROR:
        record.exc_info = None
        record.exc_text = None
    return True
