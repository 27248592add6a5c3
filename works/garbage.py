"""Python's search for unreachable cycles, left out where millions of small objects hold none."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

#: New objects before Python looks for cycles among them. Records hold none, and looking took a seventh of an import.
_OBJECTS_BETWEEN_COLLECTIONS = 200_000


@contextmanager
def rarely_collected() -> Iterator[None]:
    """With a search for cycles now and then, and never among what was there before."""
    usual = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()


@contextmanager
def uncollected() -> Iterator[None]:
    """Without the search for cycles: it would look at every object again and again."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
