"""Server time of the results page and of the suggestions, for queries made from the catalogue's own words and names."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any
from urllib.parse import urlencode

from bench.catalogue import add_arguments, catalogue
from bench.measuring import time_pages
from works.models import Author, Work

__all__ = ["add_arguments", "run"]

DEFAULT_SAMPLE = 100
SEED = 2024
#: Queries that match a large part of a catalogue of computer science.
COMMON = ("learning", "deep learning", "neural network", "model", "graph", "data analysis", "quantum", "the method")


def run(options: Mapping[str, Any]) -> dict[str, Any]:
    """The figures of the catalogue at hand, or of a scratch one of ``options["works"]`` works."""
    with catalogue(options):
        return measure(options)


def measure(options: Mapping[str, Any]) -> dict[str, Any]:
    """Cold and warm times of each kind of query. ``options["sample"]`` is the number of queries of a kind."""
    size = int(options.get("sample") or DEFAULT_SAMPLE)
    random = Random(SEED)
    titles = _sample(Work.objects.listed(), "title", size, random)
    names = _sample(Author.objects.public(), "display_name", size, random)
    pairs = [" ".join(random.sample(words, 2)) for title in titles if len(words := _words(title)) > 1]
    phrases = [f'"{" ".join(words[at : at + 2])}"' for words in map(str.split, titles) if (at := len(words) // 2)]
    singles = [random.choice(words) for title in titles if (words := _words(title))]
    searches = {
        "title": _search(titles),
        "two_words": _search(pairs),
        "one_word": _search(singles),
        "common_words": _search(COMMON),
        "phrase": _search(phrases),
        "newest_first": _search(pairs, sort="newest"),
        "oldest_first": _search(pairs, sort="oldest"),
        "in_year": _search(singles, year="2015"),
        "in_topic": _search(singles, topic="cs.LG"),
        "name_in_works": _search(names),
        "researcher": _search(names, kind="researchers"),
        "researcher_prefix": _search([name[:3] for name in names], kind="researchers"),
        "misspelled_researcher": _search([_misspelled(name, random) for name in names], kind="researchers"),
    }
    typed = [name[:length] for name in names for length in (2, 3, 5)] + [title[:8] for title in titles]
    suggestions = [f"/autocomplete/?{urlencode({'q': text})}" for text in typed]
    return {
        "works": Work.objects.count(),
        "researchers": Author.objects.count(),
        "search": {kind: time_pages(addresses) for kind, addresses in searches.items() if addresses},
        "autocomplete": time_pages(suggestions, **{"HX-Request": "true"}),
    }


def _search(queries: Any, **fields: str) -> list[str]:
    return [f"/search/?{urlencode({'q': query} | fields)}" for query in queries]


def _words(title: str) -> list[str]:
    return [word for word in title.split() if word.isalpha() and len(word) > 3]


def _misspelled(name: str, random: Random) -> str:
    at = random.randrange(len(name))
    return name[:at] + name[at + 1 :]


def _sample(rows: Any, column: str, size: int, random: Random) -> list[str]:
    """Values spread over all ids."""
    last = rows.order_by("-pk").values_list("pk", flat=True).first()
    if last is None:
        return []
    starts = [random.randint(1, last) for _ in range(size)]
    return [rows.filter(pk__gte=start).order_by("pk").values_list(column, flat=True).first() for start in starts]
