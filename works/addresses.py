"""Addresses of researchers and names for pages that link hundreds of them, without the rows."""

from __future__ import annotations

from functools import lru_cache

from django.urls import reverse
from django.utils.http import urlencode

from works.address_patterns import numbered
from works.models.catalogue import slug_of


def researcher_url(author_id: int, display_name: str) -> str:
    """The address of a researcher's page, the same that ``Author.get_absolute_url`` gives."""
    return numbered("researcher", author_id, _slug(display_name))


def search_url(query: str, kind: str = "") -> str:
    """The results page of a query."""
    return f"{reverse('search')}?{urlencode({'q': query} | ({'kind': kind} if kind else {}))}"


def name_url(name_key: str) -> str:
    """The page of every record under a printed name, by its key; empty when there is no key."""
    return reverse("name", args=[name_key.replace(" ", "-")]) if name_key else ""


@lru_cache(maxsize=1 << 15)
def _slug(display_name: str) -> str:
    return slug_of(display_name, "researcher")
