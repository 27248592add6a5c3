"""A chunk resolved in parts by several processes gives what one process makes of the whole."""

from __future__ import annotations

from collections import defaultdict

import pytest
from django.db import connection, transaction

from tests.works.attribution.samples import sample
from works.attribution import resolve, sharing
from works.attribution.catalogue import Catalogue
from works.load import load
from works.models import Attribution, Author, DirtyBlock

pytestmark = pytest.mark.django_db(transaction=True)


def state() -> set[tuple[object, ...]]:
    """Records by what they hold, whatever their ids: name, works, and each authorship with confidence and reasons."""
    held = defaultdict(list)
    for author, *what in Attribution.objects.order_by("authorship").values_list(
        "author", "authorship", "confidence", "reasons"
    ):
        held[author].append(str(what))
    return {
        (name, years, *held[pk]) for pk, name, years in Author.objects.values_list("pk", "display_name", "work_count")
    }


def test_parts_give_what_the_whole_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    with transaction.atomic():
        load(sample(400))
    authorships = resolve.resolve_dirty()
    whole = state()
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE works_author CASCADE")
    resolve.mark_all_dirty()
    monkeypatch.setattr(sharing, "WORTH_PARTS", 100)
    assert len(sharing.parts_of(sorted(DirtyBlock.objects.values_list("block", flat=True)), 2)) == 2
    assert resolve.resolve_dirty(processes=2) == authorships
    assert state() == whole
    assert not DirtyBlock.objects.exists()


def test_others_are_kept_from_what_the_children_resolve() -> None:
    catalogue = Catalogue.open()
    with resolve._kept_from_others([3, 1]):
        assert resolve.resolve_blocks(["wang w"], catalogue, [3, 4], 0, wait=False) is None
        assert resolve.resolve_blocks(["wang w"], catalogue, [4], 0, wait=False) == 0
    assert resolve.resolve_blocks(["wang w"], catalogue, [3, 4], 0, wait=False) == 0
