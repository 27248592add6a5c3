"""Facts that all arXiv sources state in the same spelling: subjects, dates, withdrawal."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache

from works.records import TopicRecord

_ARCHIVE_CODE = re.compile(r"^[a-z]+(?:-[a-z]+)?(?:\.[A-Za-z]{2}|\.[a-z]+(?:-[a-z]+)*)?$")
_ACM_CLASS = re.compile(r"(?<![\w.])[A-K]\.(?:\d{1,2}|m)(?:\.(?:\d{1,2}|m))?(?![\w])", re.IGNORECASE)
_MSC_CLASS = re.compile(r"(?<![\w])\d{2}(?:-\d{2}|-[Xx]{2}|[A-Z](?:\d{2}|[xX]{2}))(?![\w])")
_WITHDRAWN_COMMENT = re.compile(r"\b(?:withdrawn|withdraws|retracted)\b", re.IGNORECASE)
_NOT_WITHDRAWN = re.compile(r"\b(?:not|never|un)[ -]?(?:been\s+)?(?:withdrawn|retracted)\b", re.IGNORECASE)
_WITHDRAWN_ABSTRACT = re.compile(
    r"^\W*(?:this|the)\s+(?:\w+\s+){0,3}(?:has|have|had|is|was|are)\s+(?:\w+\s+){0,2}withdrawn\b|^\W*withdrawn\b",
    re.IGNORECASE,
)
_EARLIEST = date(1800, 1, 1)
# Days that a source may run ahead of us: clocks and time zones.
_TOLERANCE = timedelta(days=2)


@lru_cache(maxsize=1 << 10)
def _topics(categories: str) -> tuple[TopicRecord, ...]:
    codes = dict.fromkeys(categories.split())
    return tuple(TopicRecord("arxiv", code) for code in codes if _ARCHIVE_CODE.match(code))


def arxiv_topics(categories: str | list[str]) -> list[TopicRecord]:
    """arXiv categories, the primary one first, each once; words that are no category code are left out."""
    return list(_topics(categories if isinstance(categories, str) else " ".join(categories)))


def acm_topics(text: str) -> list[TopicRecord]:
    """ACM 1998 classes ("I.2.6; F.2.2") as topics of their own scheme."""
    return [TopicRecord("acm", code.upper()) for code in dict.fromkeys(_ACM_CLASS.findall(text))]


def msc_topics(text: str) -> list[TopicRecord]:
    """Mathematics Subject Classification codes ("68T05 (Primary), 05C99") as topics of their own scheme."""
    return [TopicRecord("msc", code) for code in dict.fromkeys(_MSC_CLASS.findall(text))]


def is_withdrawn(comments: str | None, abstract: str | None) -> bool:
    """True when the comments, or the beginning of the abstract, say that the paper was withdrawn."""
    if (
        comments
        and ("ithdra" in comments or "etract" in comments or "ITHDRA" in comments)
        and _WITHDRAWN_COMMENT.search(comments)
        and not _NOT_WITHDRAWN.search(comments)
    ):
        return True
    opening = abstract[:200] if abstract else ""
    return "ithdraw" in opening and _WITHDRAWN_ABSTRACT.match(opening) is not None


def plausible(day: date | None) -> date | None:
    """``day``, or ``None`` when it lies in the future or before 1800: such a date is a mistake of its source."""
    return day if day is not None and _EARLIEST <= day <= datetime.now(UTC).date() + _TOLERANCE else None


@lru_cache(maxsize=1 << 10)
def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def parse_day(text: str | None) -> date | None:
    """The day of an ISO date or time stamp, or ``None``."""
    return _day(text.strip()[:10]) if text else None


@lru_cache(maxsize=1 << 10)
def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def parse_http_date(text: str | None) -> datetime | None:
    """A time stamp of the form "Thu, 05 Apr 2007 00:00:00 GMT" in UTC; ``None`` when unreadable or in the future."""
    moment = _http_date(text) if text else None
    return moment if moment is not None and plausible(moment.date()) else None


def parse_moment(text: str) -> datetime | None:
    """An ISO 8601 time stamp in UTC ("2017-07-27T08:18:33Z"); ``None`` when unreadable or in the future."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment if plausible(moment.date()) else None
