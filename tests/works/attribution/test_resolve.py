"""How blocks are shared out among workers: portions under locks of their own, which never stand in each other's way."""

from __future__ import annotations

from collections import Counter
from zlib import crc32

import pytest

from tests.factories import AuthorshipFactory
from works.attribution import resolve
from works.attribution.resolve import family_of
from works.models import Authorship

pytestmark = pytest.mark.django_db

FAMILIES = [f"{first}{second}ng" for first in "bcdfghkm" for second in "aeiou"]


@pytest.fixture
def blocks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Forty family names of three blocks, and one of thirty authorships; ten fit in a portion."""
    monkeypatch.setattr(resolve, "CHUNK", 10)
    names = [(family, given) for family in FAMILIES for given in ("Ada", "Bo", "Cy")]
    names += [("Wang", f"{letter}o") for letter in "abcdefghijkl" for _ in range(3)]
    for family, given in names:
        AuthorshipFactory.create(family=family, given=given, block=f"{family.lower()} {given[0].lower()}")
    return sorted(set(Authorship.objects.values_list("block", flat=True)))


def test_every_block_is_in_one_portion_and_a_family_name_in_one(blocks: list[str]) -> None:
    portions = list(resolve._chunks(blocks))
    assert sorted(block for _, members in portions for block in members) == blocks
    homes = Counter(family for _, members in portions for family in {family_of(block) for block in members})
    assert set(homes.values()) == {1}
    assert len(portions) > 10


def test_no_two_portions_wait_for_one_lock(blocks: list[str]) -> None:
    taken = Counter(partition for partitions, _ in resolve._chunks(blocks) for partition in set(partitions))
    large = crc32(b"wang") % resolve.PARTITIONS
    assert {partition for partition, portions in taken.items() if portions > 1} <= {large}
