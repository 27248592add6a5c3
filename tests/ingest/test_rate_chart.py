from __future__ import annotations

from datetime import UTC, datetime, timedelta
from xml.etree.ElementTree import fromstring

import pytest

from ingest.rate_chart import MOST_BARS, Taken, clock, rate_chart

START = datetime(2024, 5, 1, 12, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def test_records_spread_over_the_time_their_batch_took() -> None:
    chart = rate_chart(START, at(4), [Taken(at(2), 2.0, 2000), Taken(at(3), 1.0, 500)])
    assert chart is not None
    assert chart.rows[:3] == [(0, 1000), (1, 1000), (2, 500)]


def test_the_number_of_bars_is_bounded_and_the_records_are_all_there() -> None:
    batches = [Taken(at(second + 1), 1.0, 300) for second in range(7200)]
    chart = rate_chart(START, at(7200), batches)
    assert chart is not None
    assert len(chart.rows) <= MOST_BARS + 1
    width = chart.rows[1][0]
    assert sum(rate * width for _, rate in chart.rows) == pytest.approx(7200 * 300, rel=0.03)


def test_the_drawing_is_xml_with_a_bar_for_each_row_and_says_what_it_shows() -> None:
    chart = rate_chart(START, at(10), [Taken(at(5), 5.0, 50)])
    assert chart is not None
    svg = fromstring(chart.svg)  # noqa: S314 -- our own text
    assert len(svg.findall("rect")) == len(chart.rows)
    assert svg.get("aria-label") == "Records per second over 10 s, at most 10"
    assert "style" not in chart.svg


@pytest.mark.parametrize(
    ("rate", "labels"),
    [(1, ["2", "1"]), (15, ["16", "8"]), (100, ["100", "50"]), (1796, ["2,000", "1,000"]), (2001, ["3,000", "1,500"])],
)
def test_the_axis_has_round_numbers_above_every_bar(rate: int, labels: list[str]) -> None:
    chart = rate_chart(START, at(10), [Taken(at(10), 10.0, rate * 10)])
    assert chart is not None
    svg = fromstring(chart.svg)  # noqa: S314 -- our own text
    assert [text.text for text in svg.findall("text")][:2] == labels
    tops = [float(bar.attrib["y"]) for bar in svg.findall("rect")]
    assert min(tops) >= float(svg.findall("line")[0].attrib["y1"])


def test_nothing_is_drawn_of_nothing() -> None:
    assert rate_chart(START, at(10), []) is None
    assert rate_chart(START, START, [Taken(START, 0.0, 5)]) is None


def test_batches_before_the_start_and_after_the_end_do_no_harm() -> None:
    chart = rate_chart(START, at(2), [Taken(at(-5), 1.0, 10), Taken(at(99), 1.0, 10), Taken(at(1), 3.0, 30)])
    assert chart is not None
    assert sum(rate for _, rate in chart.rows) > 0


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (59.6, "1 min"), (200, "3 min 20 s"), (3600, "1 h"), (7500, "2 h 5 min"), (200_000, "55 h 33 min")],
)
def test_a_span_of_time_in_words(seconds: float, text: str) -> None:
    assert clock(seconds) == text
