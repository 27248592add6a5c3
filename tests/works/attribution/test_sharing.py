"""How blocks are shared out among workers: portions under locks of their own, which never stand in each other's way."""

from __future__ import annotations

from collections import Counter
from zlib import crc32

import pytest

from tests.factories import AttributionFactory, AuthorFactory, AuthorshipFactory
from works.attribution import sharing
from works.attribution.sharing import chunks_of, family_of, parts_of
from works.models import Authorship
from works.names import Name, block_key

pytestmark = pytest.mark.django_db

FAMILIES = [f"{first}{second}ng" for first in "bcdfghkm" for second in "aeiou"]


@pytest.fixture
def blocks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Forty family names of three blocks, and one of thirty authorships; ten fit in a portion."""
    monkeypatch.setattr(sharing, "CHUNK", 10)
    names = [(family, given) for family in FAMILIES for given in ("Ada", "Bo", "Cy")]
    names += [("Wang", f"{letter}o") for letter in "abcdefghijkl" for _ in range(3)]
    for family, given in names:
        AuthorshipFactory.create(family=family, given=given, block=f"{family.lower()} {given[0].lower()}")
    return sorted(set(Authorship.objects.values_list("block", flat=True)))


def test_every_block_is_in_one_portion_and_a_family_name_in_one(blocks: list[str]) -> None:
    portions = list(chunks_of(blocks))
    assert sorted(block for _, members in portions for block in members) == blocks
    homes = Counter(family for _, members in portions for family in {family_of(block) for block in members})
    assert set(homes.values()) == {1}
    assert len(portions) > 10


def test_no_two_portions_wait_for_one_lock(blocks: list[str]) -> None:
    taken = Counter(partition for partitions, _ in chunks_of(blocks) for partition in set(partitions))
    large = crc32(b"wang") % sharing.PARTITIONS
    assert {partition for partition, portions in taken.items() if portions > 1} <= {large}


def test_parts_hold_every_block_once_and_are_of_one_size(blocks: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert parts_of(blocks, 3) == [blocks]  # too few to be worth it
    monkeypatch.setattr(sharing, "WORTH_PARTS", 1)
    parts = parts_of(blocks, 3)
    assert sorted(block for part in parts for block in part) == blocks
    sizes = [Authorship.objects.filter(block__in=part).count() for part in parts]
    assert sum(sizes) == Authorship.objects.count()
    assert max(sizes) - min(sizes) <= 3


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Darrell", "Trevor"), ("Darrell", "J. Trevor")),
        (("Wang", "Xiaoming"), ("Xiaoming", "Wang")),
        (("Garcia", "Ana"), ("Garcia Lopez", "Ana")),
        (("LeCun", "Yann"), ("Le Cun", "Yann")),
    ],
)
def test_blocks_of_one_person_are_in_one_part(
    one: tuple[str, str], other: tuple[str, str], blocks: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sharing, "WORTH_PARTS", 1)
    homes = [block_key(Name(family, given)) for family, given in (one, other)]
    for (family, given), block in zip((one, other), homes, strict=True):
        AuthorshipFactory.create(family=family, given=given, block=block)
    for part in parts_of(sorted({*blocks, *homes}), 30):
        assert len({*homes}.intersection(part)) in (0, len({*homes}))


def test_blocks_of_one_record_are_in_one_part(blocks: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "WORTH_PARTS", 1)
    married = {"bang a", "keng b"}
    author = AuthorFactory.create()
    for authorship in Authorship.objects.filter(block__in=married):
        AttributionFactory.create(authorship=authorship, work=authorship.work, author=author)
    assert any(married.issubset(part) for part in parts_of(blocks, 20))
