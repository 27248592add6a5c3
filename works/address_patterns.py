"""Addresses of pages that a list links by the dozen: each pattern is resolved once, not once for each row."""

from __future__ import annotations

from functools import lru_cache

from django.urls import reverse

PLACEHOLDER = "readable-part"


def numbered(view: str, number: int, slug: str) -> str:
    """What ``reverse(view, args=[number, slug])`` gives. ``slug`` must be fit for an address as it is."""
    return _pattern(view) % (number, slug)


@lru_cache(maxsize=1 << 12)
def coded(view: str, code: str) -> str:
    """What ``reverse(view, args=[code])`` gives, for codes of which there are some thousands."""
    return reverse(view, args=[code])


@lru_cache(maxsize=16)
def _pattern(view: str) -> str:
    address = reverse(view, args=[0, PLACEHOLDER])
    return address.replace("%", "%%").replace(f"0-{PLACEHOLDER}", "%d-%s")
