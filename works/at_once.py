"""Many values as one parameter of a query: as a parameter each, hundreds take longer to write down than to look up."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models.expressions import RawSQL


def among(ids: Collection[int]) -> RawSQL:
    """The ids for an ``__in`` lookup."""
    return RawSQL("SELECT unnest(%s::bigint[])", [list(ids)])


def among_texts(texts: Collection[str]) -> RawSQL:
    """The same of texts."""
    return RawSQL("SELECT unnest(%s::text[])", [list(texts)])
