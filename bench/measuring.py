"""Timing pages inside this process: the time from request to response, without network or web server."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from io import BytesIO
from itertools import cycle
from statistics import median, quantiles
from time import perf_counter
from typing import Any

from django.core.cache import cache
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from profiles import signed_out

Timing = dict[str, float | int]
#: Requests of one kind before the other kinds have their turn, and how often each kind has its turn.
TURN, TURNS = 200, 25


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


def request_rates(kinds: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """How many requests a second the application answers of each kind when all its addresses are warm.

    The kinds take turns, so that whatever else the machine does slows all of them down, and the median turn counts.
    Requests go to the handler that the web server calls; the test client would add half as much again to each.
    """
    handler = WSGIHandler()
    waiting = {kind: cycle([_environment(address) for address in addresses]) for kind, addresses in kinds.items()}
    for kind, addresses in kinds.items():
        for _ in addresses:
            _answer(handler, next(waiting[kind]))
    seconds: dict[str, list[float]] = {kind: [] for kind in kinds}
    for _ in range(TURNS):
        for kind, environments in waiting.items():
            start = perf_counter()
            for _ in range(TURN):
                _answer(handler, next(environments))
            seconds[kind].append(perf_counter() - start)
    return {kind: round(TURN / median(turns)) for kind, turns in seconds.items()}


def _environment(address: str) -> dict[str, Any]:
    return RequestFactory().get(address, headers={"Accept-Encoding": "gzip"}).environ


def _answer(handler: WSGIHandler, environment: dict[str, Any]) -> None:
    statuses: list[str] = []
    response = handler(environment | {"wsgi.input": BytesIO()}, lambda status, *_: statuses.append(status))
    for _ in response:
        pass
    response.close()
    if not statuses[0].startswith(str(HTTPStatus.OK.value)):
        raise RuntimeError(f"{environment['PATH_INFO']} answered {statuses[0]}")


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
