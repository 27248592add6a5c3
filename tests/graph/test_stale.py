"""Marks of touched authors: worked off, kept when they come late, and a rebuild when many were touched."""

from __future__ import annotations

from typing import Any

import pytest

from graph import stale
from graph.models import Collaboration, TrustSnapshot
from graph.refresh import refresh_authors
from tests.factories import AuthorFactory, printed_work
from works.models import TouchedAuthor

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clean_cache")]


def test_touched_authors_are_refreshed_and_their_marks_taken_away() -> None:
    ada, ben = AuthorFactory.create(), AuthorFactory.create()
    printed_work([ada, ben])
    for author in (ada, ada, ben):
        TouchedAuthor.objects.create(author=author)
    done: list[int] = []
    assert stale.refresh_stale(progress=done.append) == 2
    assert done == [2]
    assert Collaboration.objects.filter(a=ada, b=ben).exists()
    assert not TouchedAuthor.objects.exists()
    assert stale.refresh_stale() == 0


def test_a_mark_that_comes_while_it_runs_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    ada, ben = AuthorFactory.create(), AuthorFactory.create()
    printed_work([ada, ben])
    TouchedAuthor.objects.create(author=ada)
    whole = refresh_authors

    def meanwhile(*args: Any, **options: Any) -> Any:
        TouchedAuthor.objects.create(author=ada)
        return whole(*args, **options)

    monkeypatch.setattr(stale, "refresh_authors", meanwhile)
    stale.refresh_stale()
    assert TouchedAuthor.objects.filter(author=ada).count() == 1


def test_when_most_authors_were_touched_everything_is_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    people = [AuthorFactory.create() for _ in range(4)]
    printed_work(people)
    for author in people:
        TouchedAuthor.objects.create(author=author)
    monkeypatch.setattr(stale, "CHUNK", 2)
    monkeypatch.setattr(stale, "refresh_authors", None)
    assert stale.refresh_stale() == 4
    assert TrustSnapshot.objects.count() == 4
    assert not TouchedAuthor.objects.exists()
