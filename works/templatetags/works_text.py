"""Printed text in templates: titles and abstracts with their LaTeX as MathML, author lists with their links."""

from __future__ import annotations

from functools import lru_cache

from django import template
from django.utils.html import conditional_escape, escape
from django.utils.safestring import SafeString, mark_safe

from works.items import PrintedName

register = template.Library()


@register.filter
def title_html(text: str) -> SafeString:
    """A title as HTML."""
    return _title(text)


@register.filter
def abstract_html(text: str) -> SafeString:
    """An abstract as HTML."""
    return _abstract(text)


@register.filter
def plain(text: str) -> str:
    """The text without LaTeX marks, for the title of a window and for descriptions."""
    return text


@register.simple_tag
def printed_names(names: list[PrintedName], focus_id: int | None = None) -> SafeString:
    """The names of an author list with commas between them; the focus is bold and no link.

    One string built at once: a list page prints hundreds of names.
    """
    return mark_safe(", ".join(_printed_name(name, focus_id) for name in names))  # every part is escaped


@register.filter
def counted(number: int, words: str) -> str:
    """``3|counted:"work,works"`` is "3 works"."""
    singular, _, plural = words.partition(",")
    return f"{number:,} {singular if number == 1 else plural}"


def _printed_name(name: PrintedName, focus_id: int | None) -> str:
    text = conditional_escape(name.text)
    if focus_id is not None and name.author_id == focus_id:
        return f"<b>{text}</b>"
    return f'<a href="{conditional_escape(name.url)}">{text}</a>' if name.url else text


@lru_cache(maxsize=1 << 12)
def _title(text: str) -> SafeString:
    return escape(text)


@lru_cache(maxsize=1 << 11)
def _abstract(text: str) -> SafeString:
    return escape(text)
