from __future__ import annotations

from datetime import date

from works.models import Topic
from works.templatetags.works_text import day_html, topic_tags


def test_a_day_is_in_words_and_machine_readable() -> None:
    assert day_html(date(2021, 3, 4)) == '<time datetime="2021-03-04">4 March 2021</time>'


def test_topics_are_links_named_by_their_codes() -> None:
    named = Topic(scheme="arxiv", code="cs.IT", name="Information <Theory>")
    bare = Topic(scheme="arxiv", code="math.CO", name="")
    assert topic_tags([named, bare]) == (
        f'<a class="tag" href="{named.get_absolute_url()}" title="Information &lt;Theory&gt;">cs.IT</a>'
        f'<a class="tag" href="{bare.get_absolute_url()}">math.CO</a>'
    )
    assert topic_tags([bare] * 9).count("<a ") == 4
