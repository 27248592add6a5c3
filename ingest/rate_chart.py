"""Works per second over the time of a run: a drawing and the same figures as rows of a table. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from xml.etree.ElementTree import Element, SubElement, tostring

WIDTH, HEIGHT = 640, 150
#: Room for the labels of the axes.
LEFT, BOTTOM, TOP = 66, 26, 12
MOST_BARS = 40


class Taken(NamedTuple):
    """One batch: when it was committed, how long it took, and its number of records."""

    at: datetime
    seconds: float
    records: int


class RateChart(NamedTuple):
    """``svg`` draws ``rows``: pairs of (seconds since the start, records per second)."""

    svg: str
    rows: list[tuple[int, int]]


def rate_chart(start: datetime, end: datetime, batches: Sequence[Taken]) -> RateChart | None:
    """Bars of equal width from start to end; ``None`` without a batch. The records of a batch spread over its time."""
    elapsed = (end - start).total_seconds()
    if not batches or elapsed <= 0:
        return None
    width = _round_width(elapsed / MOST_BARS)
    bars = [0.0] * (int(elapsed // width) + 1)
    for batch in batches:
        _spread(bars, width, (batch.at - start).total_seconds(), batch.seconds, batch.records)
    # The last bar may stand for less time than the others.
    last = elapsed - (len(bars) - 1) * width
    rates = [records / (width if place < len(bars) - 1 else max(last, width / 2)) for place, records in enumerate(bars)]
    rows = [(round(place * width), round(rate)) for place, rate in enumerate(rates)]
    return RateChart(_svg(rows, width, elapsed), rows)


def _round_width(seconds: float) -> float:
    for width in (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600):
        if width >= seconds:
            return width
    return seconds


def _round_top(tallest: int) -> int:
    """The rate at the top of the axis: not less than the tallest bar, with a half that is a round number too."""
    unit = int(10 ** max(len(str(tallest)) - 1, 1))
    tenths = (2, 4, 6, 8, 10, 12, 16, 20, 30, 40, 60, 80, 100)
    return next(unit * part // 10 for part in tenths if unit * part >= tallest * 10)


def _spread(bars: list[float], width: float, at: float, seconds: float, records: int) -> None:
    begin = max(min(at - seconds, at), 0.0)
    at = max(at, begin)
    first, final = (min(int(moment // width), len(bars) - 1) for moment in (begin, at))
    if first == final or at == begin:
        bars[final] += records
        return
    for place in range(first, final + 1):
        share = min(at, (place + 1) * width) - max(begin, place * width)
        bars[place] += records * max(share, 0.0) / (at - begin)


def _svg(rows: Sequence[tuple[int, int]], width: float, elapsed: float) -> str:
    tallest = max(max(rate for _, rate in rows), 1)
    sentence = f"Records per second over {clock(elapsed)}, at most {tallest:,}"
    svg = Element(
        "svg", {"viewBox": f"0 0 {WIDTH} {HEIGHT}", "class": "rate-chart", "role": "img", "aria-label": sentence}
    )
    top = _round_top(tallest)
    base = HEIGHT - BOTTOM
    room = (WIDTH - LEFT) / len(rows)
    for share in (1.0, 0.5):
        y = f"{base - (base - TOP) * share:.1f}"
        SubElement(svg, "line", {"class": "rule", "x1": str(LEFT), "x2": str(WIDTH), "y1": y, "y2": y})
        label = SubElement(svg, "text", {"x": str(LEFT - 6), "y": y, "dy": "0.35em", "text-anchor": "end"})
        label.text = f"{top * share:,.0f}"
    for place, (second, rate) in enumerate(rows):
        tall = rate / top * (base - TOP)
        box = {"x": f"{LEFT + place * room + room * 0.1:.1f}", "y": f"{base - tall:.1f}"}
        bar = SubElement(svg, "rect", {"class": "bar", **box, "width": f"{room * 0.8:.1f}", "height": f"{tall:.1f}"})
        SubElement(bar, "title").text = f"{clock(second)}: {rate:,} a second"
    axis = {"x1": str(LEFT), "x2": str(WIDTH), "y1": f"{base + 0.5}", "y2": f"{base + 0.5}"}
    SubElement(svg, "line", {"class": "axis", **axis})
    for x, anchor, text in ((LEFT, "start", "0"), (WIDTH, "end", clock(elapsed))):
        SubElement(svg, "text", {"x": str(x), "y": str(HEIGHT - 5), "text-anchor": anchor}).text = text
    return tostring(svg, encoding="unicode")


def clock(seconds: float) -> str:
    """A span of time for a reader: ``8 s``, ``3 min 20 s``, ``2 h 5 min``."""
    whole = timedelta(seconds=max(round(seconds), 0))
    minutes, rest = divmod(whole.seconds + whole.days * 86_400, 60)
    if not minutes:
        return f"{rest} s"
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{minutes} min {rest} s" if rest else f"{minutes} min"
