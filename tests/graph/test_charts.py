"""Charts and their tables say the same."""

from __future__ import annotations

from graph.charts import LONGEST_SPAN, Strand, over_time, works_per_year
from tests.graph.worlds import parse_svg

SVG = "{http://www.w3.org/2000/svg}"


def test_works_per_year_draws_a_bar_for_each_year_with_works() -> None:
    chart = works_per_year({2019: 4, 2017: 1, 2025: 2})
    assert chart is not None
    bars = list(parse_svg(chart.svg).iter(f"{SVG}rect"))
    assert [bar.findtext(f"{SVG}title") for bar in bars] == ["2017: 1 work", "2019: 4 works", "2025: 2 works"]
    assert chart.rows == (("2017", "1"), ("2019", "4"), ("2025", "2"))
    assert chart.sentence == "7 works in 2017–2025, at most 4 in a year"


def test_bars_are_as_tall_as_their_counts() -> None:
    chart = works_per_year({2017: 2, 2018: 4})
    assert chart is not None
    short, tall = (float(bar.get("height") or 0) for bar in parse_svg(chart.svg).iter(f"{SVG}rect"))
    assert tall == 2 * short


def test_one_year_alone_is_drawn() -> None:
    chart = works_per_year({2020: 3})
    assert chart is not None
    assert "2020" in " ".join(parse_svg(chart.svg).itertext())


def test_nothing_dated_gives_no_chart() -> None:
    assert works_per_year({}) is None
    assert over_time([Strand("cs.LG", {})], what="Topic") is None


def test_a_very_long_career_is_drawn_from_its_end_and_listed_whole() -> None:
    chart = works_per_year({1850: 1, 2020: 1})
    assert chart is not None
    labels = list(parse_svg(chart.svg).itertext())
    assert str(2020 - LONGEST_SPAN + 1) in labels
    assert len(chart.rows) == 2


def test_strands_keep_their_order_and_escape_their_labels() -> None:
    chart = over_time([Strand("<b>", {2001: 1}, "/topics/b/"), Strand("cs.LG", {2000: 1, 2003: 9})], what="Topic")
    assert chart is not None
    assert "<b>" not in chart.svg
    assert chart.rows == (("<b>", "2001", "1"), ("cs.LG", "2000–2003", "10"))
    dots = [dot.findtext(f"{SVG}title") for dot in parse_svg(chart.svg).iter(f"{SVG}circle")]
    assert dots == ["<b>, 2001: 1 work", "cs.LG, 2000: 1 work", "cs.LG, 2003: 9 works"]
