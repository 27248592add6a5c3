"""Small pictures of a career: works per year, topics over time, collaborators over time.

Each chart is an SVG of classes (rules in ``static/css/graph.css``) together with the same facts as a table, from which
it was drawn. Years without works are kept, so that a gap looks like a gap.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from xml.etree.ElementTree import Element, SubElement, tostring

from graph import lettering
from graph.drawing import clean
from graph.elements import counted, years_phrase

WIDTH = 340
FONT = 13
LONGEST_SPAN = 60
"""Years drawn at most, the latest ones; the table has all."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing and its table: ``header`` names the columns of ``rows``; ``sentence`` says what the drawing shows."""

    svg: str
    sentence: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Strand:
    """One line of a chart over time: a topic or a collaborator with the number of works by year."""

    label: str
    by_year: Mapping[int, int]
    url: str = ""


def works_per_year(counts: Mapping[int, int]) -> Chart | None:
    """Bars, one a year from the first to the last; None without any dated work."""
    if not counts:
        return None
    years = _span(counts)
    tallest = max(counts.get(year, 0) for year in years)
    height, base = 120, 96
    step = WIDTH / len(years)
    total = counted(sum(counts.values()), "work")
    sentence = f"{total} in {years_phrase(min(counts), max(counts))}, at most {tallest} in a year"
    svg = _svg(height, sentence)
    for place, year in enumerate(years):
        works = counts.get(year, 0)
        if not works:
            continue
        tall = max(works / tallest * (base - 20), 3)
        bar = SubElement(
            svg,
            "rect",
            {
                "class": "bar",
                "x": f"{place * step + step * 0.12:.1f}",
                "y": f"{base - tall:.1f}",
                "width": f"{step * 0.76:.1f}",
                "height": f"{tall:.1f}",
                "rx": "2",
            },
        )
        SubElement(bar, "title").text = f"{year}: {counted(works, 'work')}"
    SubElement(
        svg, "line", {"class": "axis", "x1": "0", "x2": str(WIDTH), "y1": f"{base + 0.5}", "y2": f"{base + 0.5}"}
    )
    _year_labels(svg, years, 0, WIDTH, base + 17)
    _text(svg, str(tallest), _middle_of(counts, tallest, years, step), base - (base - 20) - 5, "middle")
    rows = tuple((str(year), f"{works:,}") for year, works in sorted(counts.items()))
    return Chart(tostring(svg, encoding="unicode"), sentence, ("Year", "Works"), rows)


def over_time(strands: Sequence[Strand], *, what: str) -> Chart | None:
    """One line a strand, a dot for each year with works (its area is their number), a rule from the first to the last.

    ``what`` heads the first column of the table ("Topic", "Collaborator"). None when nothing is dated.
    """
    strands = [strand for strand in strands if strand.by_year]
    if not strands:
        return None
    years = _span({year: 1 for strand in strands for year in strand.by_year})
    most = max(works for strand in strands for works in strand.by_year.values())
    label_room, line = 126.0, 24
    left, right = label_room + 10, WIDTH - 10.0
    height = line * len(strands) + 24
    span = f"{what}s over time, {years_phrase(years[0], years[-1])}"
    svg = _svg(height, f"{span}: {', '.join(strand.label for strand in strands)}")
    largest = min(9.0, (right - left) / max(len(years), 2) * 0.75)

    def across(year: int) -> float:
        return left + (right - left) * ((year - years[0]) / (len(years) - 1) if len(years) > 1 else 0.5)

    for number, strand in enumerate(strands):
        middle = number * line + line / 2
        shown = sorted(year for year in strand.by_year if year in years)
        parent = SubElement(svg, "a", {"href": clean(strand.url)}) if strand.url else svg
        _text(parent, lettering.fit(strand.label, FONT, label_room), 0, middle + 4, "start")
        if not shown:
            continue
        ends = {"x1": f"{across(shown[0]):.1f}", "x2": f"{across(shown[-1]):.1f}"}
        SubElement(svg, "line", {"class": "strand", **ends, "y1": f"{middle:g}", "y2": f"{middle:g}"})
        for year in shown:
            works = strand.by_year[year]
            radius = max(largest * sqrt(works / most), 2.5)
            dot = {"cx": f"{across(year):.1f}", "cy": f"{middle:g}", "r": f"{radius:.1f}"}
            spot = SubElement(svg, "circle", {"class": "dot", **dot})
            SubElement(spot, "title").text = clean(f"{strand.label}, {year}: {counted(works, 'work')}")
    _year_labels(svg, years, left - 10, right + 10, height - 6)
    rows = tuple(
        (strand.label, years_phrase(min(strand.by_year), max(strand.by_year)), f"{sum(strand.by_year.values()):,}")
        for strand in strands
    )
    return Chart(tostring(svg, encoding="unicode"), span, (what, "Years", "Works"), rows)


def _span(years: Iterable[int]) -> range:
    """Every year from the first to the last, cut to the latest ``LONGEST_SPAN``."""
    known = list(years)
    return range(max(min(known), max(known) - LONGEST_SPAN + 1), max(known) + 1)


def _svg(height: int, label: str) -> Element:
    return Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "class": "chart-svg",
            "viewBox": f"0 0 {WIDTH} {height}",
            "width": str(WIDTH),
            "height": str(height),
            "role": "group",
            "aria-label": clean(label),
        },
    )


def _text(parent: Element, text: str, x: float, y: float, anchor: str) -> None:
    SubElement(parent, "text", {"x": f"{x:.1f}", "y": f"{y:g}", "text-anchor": anchor}).text = clean(text)


def _year_labels(svg: Element, years: range, left: float, right: float, baseline: float) -> None:
    """The first and the last year at the ends; one alone in the middle."""
    if len(years) == 1:
        _text(svg, str(years[0]), (left + right) / 2, baseline, "middle")
        return
    _text(svg, str(years[0]), left, baseline, "start")
    _text(svg, str(years[-1]), right, baseline, "end")


def _middle_of(counts: Mapping[int, int], tallest: int, years: range, step: float) -> float:
    """Where the number over the tallest bar stands, kept inside the drawing."""
    place = next(place for place, year in enumerate(years) if counts.get(year, 0) == tallest)
    return min(max((place + 0.5) * step, 8.0), WIDTH - 8.0)
