"""Server time of the pages of the catalogue and of researchers, and how near a kept page comes to an empty one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from django.test import override_settings

from bench import bare
from bench.catalogue import add_arguments, catalogue
from bench.measuring import request_rates, time_pages
from works.models import Author, Topic, Work

__all__ = ["add_arguments", "run"]

DEFAULT_SAMPLE = 100
SEED = 2024


def run(options: Mapping[str, Any]) -> dict[str, Any]:
    """The figures of the catalogue at hand, or of a scratch one of ``options["works"]`` works."""
    with catalogue(options):
        return measure(options)


def measure(options: Mapping[str, Any]) -> dict[str, Any]:
    """Cold and warm times of each kind of page. ``options["sample"]`` is the number of addresses of a kind.

    Researchers are measured twice: chosen at random, where most have few works, and those with the most works.
    """
    size = int(options.get("sample") or DEFAULT_SAMPLE)
    random = Random(SEED)
    works = Work.objects.listed()
    authors = Author.objects.public()
    topics = [topic.get_absolute_url() for topic in Topic.objects.filter(work_count__gt=0).order_by("-work_count")]
    kinds = {
        "home": ["/"] * min(size, 20),
        "listing": ["/listing/"] * min(size, 20),
        "topic": topics[:size],
        "work": _addresses(works, size, random),
        "work_most_authors": [work.get_absolute_url() for work in works.order_by("-author_count")[: min(size, 20)]],
        "researcher": _addresses(authors, size, random),
        "researcher_most_works": [author.get_absolute_url() for author in authors.order_by("-work_count")[:size]],
    }
    return {
        "works": works.count(),
        "researchers": authors.count(),
        "pages": {kind: time_pages(addresses) for kind, addresses in kinds.items() if addresses},
        "rates": _rates(kinds["researcher"]),
    }


def _rates(researchers: Sequence[str]) -> dict[str, float]:
    """Requests a second of kept researcher pages and of a view that does nothing, behind the same middleware."""
    if not researchers:
        return {}
    with override_settings(ROOT_URLCONF=bare.__name__):
        rates = request_rates({"bare_view": [bare.BARE], "researcher_warm": researchers})
    return {**rates, "share_of_bare_view": round(rates["researcher_warm"] / rates["bare_view"], 2)}


def _addresses(rows: Any, size: int, random: Random) -> list[str]:
    """Addresses of rows spread over all ids, found without reading the table: the next row after each random id."""
    last = rows.order_by("-pk").first()
    if last is None:
        return []
    starts = [random.randint(1, last.pk) for _ in range(size)]
    return [rows.filter(pk__gte=start).order_by("pk").first().get_absolute_url() for start in starts]
