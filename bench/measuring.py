"""Timing pages inside this process: the time from request to response, without network or web server."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import quantiles
from time import perf_counter
from typing import Any

from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from profiles import signed_out

Timing = dict[str, float | int]


def summary(seconds: Sequence[float]) -> Timing:
    """Median and 95th percentile in milliseconds, and how many were measured."""
    if len(seconds) < 2:
        return {"n": len(seconds)}
    cuts = quantiles(seconds, n=100, method="inclusive")
    return {"p50_ms": round(cuts[49] * 1000, 1), "p95_ms": round(cuts[94] * 1000, 1), "n": len(seconds)}


def time_pages(addresses: Iterable[str], **headers: str) -> dict[str, Any]:
    """Every address once with an empty cache (cold), once again (warm), and the most queries that one of them took.

    A page that does not answer 200 ends the measurement: its time would say nothing.
    """
    client = Client()
    chosen = list(addresses)
    cold: list[float] = []
    warm: list[float] = []
    for address in chosen:
        _empty_caches()
        cold.append(_time(client, address, headers))
        warm.append(_time(client, address, headers))
    most, heaviest = 0, 0
    for address in chosen[:20]:
        _empty_caches()
        with CaptureQueriesContext(connection) as captured:
            response = client.get(address, headers={"Accept-Encoding": "gzip"} | headers)
        most = max(most, len(captured))
        heaviest = max(heaviest, len(response.content))
    return {
        "cold": summary(cold),
        "warm": summary(warm),
        "queries_at_most": most,
        "gzip_kb_at_most": round(heaviest / 1024, 1),
    }


def _empty_caches() -> None:
    cache.clear()
    signed_out.forget()


def _time(client: Client, address: str, headers: dict[str, str]) -> float:
    start = perf_counter()
    response = client.get(address, headers=headers)
    taken = perf_counter() - start
    if response.status_code != 200:
        raise RuntimeError(f"{address} answered {response.status_code}")
    return taken
