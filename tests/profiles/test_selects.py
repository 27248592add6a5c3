"""The select that writes itself is the one that Django would render."""

from __future__ import annotations

import pytest
from django import forms
from pytest_django.asserts import assertHTMLEqual

from profiles.selects import PlainSelect

CHOICES = [("", "Any <year>"), ("2020", '20 & "20"'), (2021, "2021"), ("2021'", "another")]


@pytest.mark.parametrize("value", ["", None, "2020", "2021", 2021, "no such", "2021'"])
def test_it_is_what_django_renders(value: str | int | None) -> None:
    ours = PlainSelect(attrs={"class": "a"}, choices=CHOICES).render("year", value, {"id": "id_year"})
    theirs = forms.Select(attrs={"class": "a"}, choices=CHOICES).render("year", value, {"id": "id_year"})
    assertHTMLEqual(ours, theirs)
