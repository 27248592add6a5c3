"""Addresses of pages: an id that never changes, and words for people."""

import pytest

from works.models.catalogue import SLUG_LENGTH, slug_of


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Łukasz Kaiser", "lukasz-kaiser"),
        ("Øyvind Weiß", "oyvind-weiss"),
        ("Đorđe Žikelić", "dorde-zikelic"),
        ("Jean-Élie O'Né", "jean-elie-one"),
        ("Андрей Черный", "andrey-chernyy"),
        ("Μαρία Ρήγα", "maria-riga"),
        ("王鹏杰", "researcher"),
        ("王鹏杰 Pengjie Wang", "pengjie-wang"),
    ],
)
def test_a_name_of_any_european_script_is_readable_in_its_address(name: str, slug: str) -> None:
    assert slug_of(name, "researcher") == slug


def test_a_long_title_is_cut_between_words() -> None:
    slug = slug_of("Ω-stability of " + "dynamical systems " * 10, "work")
    assert slug.startswith("o-stability-of-dynamical-systems")
    assert len(slug) <= SLUG_LENGTH
    assert slug.endswith(("dynamical", "systems"))
