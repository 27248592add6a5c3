"""The saved options of a source: which keys there are, what each may hold, and the words that refuse the rest.

A schedule runs unattended, so what a source would ignore (a key with a typing error, a set for a source that has none)
is refused: it would ask for everything instead of a part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from ingest.sources.base import SourceError, SourceOptions
from ingest.sources.http import split_url

MOST_RECORDS = 2**31 - 1
LONGEST_TEXT = 1000
MOST_TEXTS = 200


class Key(NamedTuple):
    """What an option means, what it must hold in words, and whether a value fits; ``kind`` is what it becomes."""

    meaning: str
    wants: str
    kind: Any
    fits: Callable[[Any], bool]


def _is_text(value: str) -> bool:
    """Something that can be stored and sent: one line, without control characters and halves of characters."""
    return 0 < len(value) <= LONGEST_TEXT and value.isprintable() and value == value.strip()


def _are_texts(values: tuple[str, ...]) -> bool:
    return 0 < len(values) <= MOST_TEXTS and all(map(_is_text, values))


def _are_paths(values: tuple[str, ...]) -> bool:
    return _are_texts(values) and all(Path(value).is_absolute() for value in values)


def _is_address(value: str) -> bool:
    try:
        parts, port = split_url(value)
    except SourceError:
        return False
    return _is_text(value) and parts.scheme in ("http", "https") and bool(parts.hostname) and port != 0


def _is_count(value: int) -> bool:
    return 1 <= value <= MOST_RECORDS


_DAY = 'a day, such as "2026-11-01"'
_INPUTS = Key(
    "files to read, as the workers see them",
    'a list of whole paths, such as ["/data/records.jsonl.gz"]',
    tuple[str, ...],
    _are_paths,
)
_IDS = Key("works to ask for", 'a list of arXiv ids, such as ["1706.03762"]', tuple[str, ...], _are_texts)
_SETS = Key("OAI-PMH sets; empty for all", 'a list of texts, such as ["cs", "math"]', tuple[str, ...], _are_texts)
_CATEGORIES = Key("arXiv categories", 'a list of texts, such as ["cs.DL"]', tuple[str, ...], _are_texts)
_QUERY = Key("a search in the service's own language", "a text of one line", str, _is_text)
_PREFIX = Key("the layout of records", '"arXiv" or "oai_dc"', str, _is_text)
_SINCE = Key("first day, instead of the day up to which earlier runs asked", _DAY, date, lambda _: True)
_UNTIL = Key("last day", _DAY, date, lambda _: True)
_BASE_URL = Key("the service's address, when it is not its own", "an http or https address", str, _is_address)
_LIMIT = Key("records of one run at most", f"a whole number from 1 to {MOST_RECORDS}", int, _is_count)

#: The options of each source that concern it; ``docs/imports.md`` has the same list.
KEYS_OF: dict[str, dict[str, Key]] = {
    "sample": {"limit": _LIMIT},
    "arxiv-snapshot": {"inputs": _INPUTS, "limit": _LIMIT},
    "arxiv-oai": {
        "sets": _SETS,
        "metadata_prefix": _PREFIX,
        "since": _SINCE,
        "until": _UNTIL,
        "base_url": _BASE_URL,
        "limit": _LIMIT,
    },
    "arxiv-api": {
        "query": _QUERY,
        "sets": _CATEGORIES,
        "inputs": _IDS,
        "since": _SINCE,
        "until": _UNTIL,
        "base_url": _BASE_URL,
        "limit": _LIMIT,
    },
    "arxiv-listing": {"inputs": _INPUTS, "limit": _LIMIT},
    "openalex": {
        "query": _QUERY,
        "inputs": _INPUTS,
        "since": _SINCE,
        "until": _UNTIL,
        "base_url": _BASE_URL,
        "limit": _LIMIT,
    },
    "crossref": {"inputs": _INPUTS, "base_url": _BASE_URL, "limit": _LIMIT},
    "ror": {"inputs": _INPUTS, "limit": _LIMIT},
}


def saved_options(slug: str, values: object) -> SourceOptions:
    """Options as they are kept in a source's row. Raises ``SourceError`` in words when they are none."""
    keys = KEYS_OF[slug]
    if not isinstance(values, dict):
        raise SourceError('The options must be a JSON object, such as {"limit": 1000}')
    if unknown := sorted(set(values) - set(keys)):
        raise SourceError(
            f"{_listed(unknown)} {'is no option' if len(unknown) == 1 else 'are no options'} of this source."
            f" It has {_listed(keys)}"
        )
    options = SourceOptions(**{name: _value(name, keys[name], value) for name, value in values.items()})
    if options.since and options.until and options.since > options.until:
        raise SourceError("“since” is later than “until”")
    return options


def _value(name: str, key: Key, value: object) -> Any:
    try:
        found = msgspec.convert(value, key.kind)
    except (msgspec.ValidationError, OverflowError):
        found = None
    if found is None or not key.fits(found):
        raise SourceError(f"“{name}” must be {key.wants}")
    return found


def _listed(names: Iterable[str]) -> str:
    """Names of options in a sentence; what cannot be shown is spelled out, what is too long for a name is cut."""
    return ", ".join(f"“{(name if name.isprintable() else ascii(name))[:40]}”" for name in names)
