"""Printed text in templates: titles and abstracts with their LaTeX as MathML, author lists with their links."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from django import template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from works.address_patterns import coded
from works.items import PrintedName
from works.markup import block_html, inline_html, opening, plain_text
from works.models import Author, Topic

register = template.Library()


_YEARS = re.compile(r"\b\d{4}–\d{4}\b")
#: Characters of an abstract that a list shows before it is unfolded.
OPENING_LENGTH = 280
#: Topics that a list shows of one work.
TAGS_SHOWN = 4


@register.filter
def title_html(text: str) -> SafeString:
    """A title or another line as HTML."""
    return _line(text)


@register.filter
def abstract_html(text: str) -> SafeString:
    """An abstract as HTML: one ``p`` element a paragraph."""
    return _paragraphs(text)


@register.filter
def opening_html(text: str) -> SafeString:
    """The beginning of an abstract as one line of HTML."""
    return _line(opening(text, OPENING_LENGTH))


@register.filter
def plain(text: str) -> str:
    """The text without LaTeX marks, for the title of a window and for descriptions."""
    return plain_text(text)


@register.simple_tag
def printed_names(names: list[PrintedName], focus_id: int | None = None) -> SafeString:
    """The names of an author list with commas between them; the focus is bold and no link.

    One string built at once: a list page prints hundreds of names.
    """
    return mark_safe(", ".join(_printed_name(name, focus_id) for name in names))  # noqa: S308 - every part is escaped


@register.simple_tag
def topic_tags(topics: Sequence[Topic]) -> SafeString:
    """The first topics of a work as tags that lead to their pages; built at once as the names are."""
    tags = (_tag(topic.code, topic.name) for topic in topics[:TAGS_SHOWN])
    return mark_safe("".join(tags))  # noqa: S308 - every tag is safe


@register.filter
@lru_cache(maxsize=1 << 12)
def day_html(day: date) -> SafeString:
    """A day in words in its element: ``<time datetime="2021-03-04">4 March 2021</time>``."""
    return format_html('<time datetime="{}">{}</time>', day.isoformat(), f"{day.day} {day:%B %Y}")


@register.filter
def counted(number: int, words: str) -> str:
    """``3|counted:"work,works"`` is "3 works"."""
    singular, _, plural = words.partition(",")
    return f"{number:,} {singular if number == 1 else plural}"


@register.filter
def unbroken_years(text: str) -> SafeString:
    """The text with its spans of years (2007–2025) kept on one line; browsers break after the dash otherwise."""
    return mark_safe(_YEARS.sub(r'<span class="nowrap">\g<0></span>', conditional_escape(text)))  # noqa: S308 - escaped


@register.filter
def active_years(author: Author) -> SafeString:
    """``2019`` or ``2007–2025``: the years between which the author published; empty when none is known."""
    first, last = author.first_year, author.last_year
    return unbroken_years(f"{first}–{last}" if first != last else str(last or ""))


@lru_cache(maxsize=1 << 12)
def _tag(code: str, name: str) -> SafeString:
    """The tag of a topic, of which there are some hundreds."""
    title = format_html(' title="{}"', name) if name else ""
    return format_html('<a class="tag" href="{}"{}>{}</a>', coded("topic", code), title, code)


def _printed_name(name: PrintedName, focus_id: int | None) -> str:
    text = html.escape(name.text)
    if focus_id is not None and name.author_id == focus_id:
        return f"<b>{text}</b>"
    return f'<a href="{html.escape(name.url)}">{text}</a>' if name.url else text


@lru_cache(maxsize=1 << 13)
def _line(text: str) -> SafeString:
    return mark_safe(inline_html(text))  # noqa: S308 - works.markup escapes all but its own elements


@lru_cache(maxsize=1 << 12)
def _paragraphs(text: str) -> SafeString:
    return mark_safe(block_html(text))  # noqa: S308 - works.markup escapes all but its own elements
