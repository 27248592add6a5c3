from __future__ import annotations

from datetime import date

from works.models import Author, Topic
from works.templatetags.works_text import active_years, day_html, topic_tags, unbroken_years


def test_a_day_is_in_words_and_machine_readable() -> None:
    assert day_html(date(2021, 3, 4)) == '<time datetime="2021-03-04">4 March 2021</time>'


def test_spans_of_years_stay_on_one_line() -> None:
    assert unbroken_years("8 works, 2007–2025 & more") == ('8 works, <span class="nowrap">2007–2025</span> &amp; more')
    assert active_years(Author(first_year=2007, last_year=2025)) == '<span class="nowrap">2007–2025</span>'
    assert active_years(Author(first_year=2025, last_year=2025)) == "2025"
    assert active_years(Author()) == ""


def test_topics_are_links_named_by_their_codes() -> None:
    named = Topic(scheme="arxiv", code="cs.IT", name="Information <Theory>")
    bare = Topic(scheme="arxiv", code="math.CO", name="")
    assert topic_tags([named, bare]) == (
        f'<a class="tag" href="{named.get_absolute_url()}" title="Information &lt;Theory&gt;">cs.IT</a>'
        f'<a class="tag" href="{bare.get_absolute_url()}">math.CO</a>'
    )
    assert topic_tags([bare] * 9).count("<a ") == 4
