"""Facts of works as the account of a run shows them."""

from __future__ import annotations

from django import template

register = template.Library()


@register.filter
def fact(value: object) -> object:
    """A list with commas between its items; anything else as it is."""
    return ", ".join(map(str, value)) if isinstance(value, list) else value
