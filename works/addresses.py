"""Addresses of researchers and names for pages that link hundreds of them.

``reverse`` resolves each address anew; a page with 3,000 authors needs them in a few milliseconds.
"""

from __future__ import annotations

from functools import lru_cache

from django.urls import reverse
from django.utils.http import urlencode

from works.models.catalogue import slug_of

PLACEHOLDER = "researcher-slug"


def researcher_url(author_id: int, display_name: str) -> str:
    """The address of a researcher's page, the same that ``Author.get_absolute_url`` gives."""
    return _researcher_pattern() % (author_id, _slug(display_name))


def search_url(query: str, kind: str = "") -> str:
    """The results page of a query."""
    return f"{reverse('search')}?{urlencode({'q': query} | ({'kind': kind} if kind else {}))}"


def name_url(name_key: str) -> str:
    """The page of every record under a printed name, by its key; empty when there is no key."""
    return reverse("name", args=[name_key.replace(" ", "-")]) if name_key else ""


@lru_cache(maxsize=1)
def _researcher_pattern() -> str:
    address = reverse("researcher", args=[0, PLACEHOLDER])
    return address.replace("%", "%%").replace(f"0-{PLACEHOLDER}", "%d-%s")


@lru_cache(maxsize=1 << 15)
def _slug(display_name: str) -> str:
    return slug_of(display_name, "researcher")
