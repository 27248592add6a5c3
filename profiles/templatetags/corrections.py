"""Corrections in templates: spans of time in words, and the latest acts of the reader on a page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import template

from profiles.history import recent_acts
from profiles.models import User
from works.models import Author

register = template.Library()

UNITS = ((timedelta(days=2), timedelta(days=1), "days"), (timedelta(hours=2), timedelta(hours=1), "hours"))


@register.filter
def span(length: timedelta) -> str:
    """A length of time in its largest sensible unit, rounded down: "3 days", "5 hours", "12 minutes"."""
    for least, unit, name in UNITS:
        if length >= least:
            return f"{length // unit} {name}"
    minutes = length // timedelta(minutes=1)
    if not minutes:
        return "less than a minute"
    return "1 minute" if minutes == 1 else f"{minutes} minutes"


@register.inclusion_tag("profiles/corrections/_recent.html", takes_context=True)
def latest_corrections(context: dict[str, Any], user: User, author: Author) -> dict[str, Any]:
    """What the signed-in owner or curator changed on this page lately, each with its undo; costs two queries."""
    return {"acts": recent_acts(user, author), "csrf_token": context.get("csrf_token")}
