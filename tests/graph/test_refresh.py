"""Snapshots follow works, levels and corrections; nothing else moves them."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from graph.models import TrustChange, TrustSnapshot
from graph.refresh import refresh_all, refresh_authors
from graph.standing import PRECISION
from graph.trust import Facts, compute, scores
from tests.factories import AuthorFactory, FollowFactory, printed_work
from works.models import Author, Work

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clean_cache")]


def score_of(author: Author) -> int:
    return TrustSnapshot.objects.get(author=author).score


def golden_author() -> Author:
    """Five works, six topics, four close collaborators."""
    yue = AuthorFactory.create(display_name="Yue Shang")
    friends = [AuthorFactory.create() for _ in range(4)]
    topics = ["cs.CL", "cs.IR", "cs.LG", "cs.AI", "stat.ML", "cs.SI"]
    for number, size in enumerate((2, 2, 1, 1, 0)):
        printed_work([yue, *friends[number : number + size]][:3], topics=topics[number : number + 2])
    printed_work([yue], is_deleted=True)
    for friend in friends:
        printed_work([friend, AuthorFactory.create()])
    return yue


def test_an_imported_author_gets_the_score_of_the_formula() -> None:
    yue = golden_author()
    refresh_authors([yue.pk])
    snapshot = TrustSnapshot.objects.get(author=yue)
    assert (snapshot.works, snapshot.topics, snapshot.close_collaborators, snapshot.level) == (5, 6, 4, 1)
    assert snapshot.score == snapshot.computed.score == 19


def test_co_authors_of_the_touched_are_refreshed_too() -> None:
    ada, ben = AuthorFactory.create(), AuthorFactory.create()
    printed_work([ada, ben])
    refresh_authors([ada.pk])
    assert score_of(ben) == score_of(ada) == 3  # one work, one close collaborator


def test_a_verified_author_gives_standing_to_co_authors_and_takes_it_back() -> None:
    ada, ben, cho = (AuthorFactory.create() for _ in range(3))
    printed_work([ada, ben])
    printed_work([ben, cho])
    refresh_all()
    before = score_of(ben)
    Author.objects.filter(pk=ada.pk).update(level=3)
    refresh_authors([ada.pk], cause=TrustChange.Cause.CLAIM)
    assert score_of(ben) > before
    change = TrustChange.objects.get(author=ben)
    assert (change.cause, change.score_before, change.score_after) == ("claim", before, score_of(ben))
    Author.objects.filter(pk=ada.pk).update(level=1)
    refresh_authors([ada.pk], cause=TrustChange.Cause.CLAIM)
    assert score_of(ben) == before


def test_the_incremental_flow_is_close_to_the_full_one() -> None:
    people = [AuthorFactory.create(level=4 if number == 0 else 1) for number in range(8)]
    for one, other in pairwise(people):
        printed_work([one, other])
    refresh_authors([author.pk for author in people])
    near = dict(TrustSnapshot.objects.values_list("author", "flow"))
    refresh_all()
    full = dict(TrustSnapshot.objects.values_list("author", "flow"))
    assert all(near[pk] == pytest.approx(full[pk], rel=0.02, abs=1e-4) for pk in full)


def test_a_verification_reaches_as_far_as_it_moves_flows() -> None:
    people = [AuthorFactory.create() for _ in range(12)]
    for step in (1, 3):
        for number, author in enumerate(people):
            printed_work([author, people[(number + step) % 12]])
    refresh_all()
    for author, level in ((people[0], 4), (people[5], 3), (people[0], 1)):
        Author.objects.filter(pk=author.pk).update(level=level)
        refresh_authors([author.pk], cause=TrustChange.Cause.CLAIM)
        near = dict(TrustSnapshot.objects.values_list("author", "flow"))
        with transaction.atomic():
            refresh_all()
            full = dict(TrustSnapshot.objects.values_list("author", "flow"))
            transaction.set_rollback(True)
        assert all(abs(near[pk] - full[pk]) <= 2 * PRECISION for pk in full)


def test_a_change_that_moves_no_trust_leaves_flows_alone() -> None:
    """The flow of a touched author whose ties weigh what they did stays as the nightly computation left it."""
    people = [AuthorFactory.create(level=3 if number == 0 else 1) for number in range(6)]
    works = [printed_work([one, other], year=2010) for one, other in pairwise(people)]
    refresh_all()
    before = list(TrustSnapshot.objects.order_by("author").values_list("author", "flow", "computed_at"))
    Work.objects.filter(pk__in=[work.pk for work in works]).update(year=2015)
    assert refresh_authors([author.pk for author in people]).snapshots == 0
    assert list(TrustSnapshot.objects.order_by("author").values_list("author", "flow", "computed_at")) == before


def test_a_hidden_author_gives_no_trust_any_more() -> None:
    ada, ben = AuthorFactory.create(level=3), AuthorFactory.create()
    printed_work([ada, ben])
    refresh_all()
    assert TrustSnapshot.objects.get(author=ben).flow > 0
    Author.objects.filter(pk=ada.pk).update(status=Author.Status.HIDDEN)
    refresh_authors([ada.pk])
    assert TrustSnapshot.objects.get(author=ben).flow == 0


def test_a_full_refresh_without_changes_writes_nothing() -> None:
    golden_author()
    assert refresh_all().snapshots > 0
    assert refresh_all().snapshots == 0
    assert not TrustChange.objects.exists()


def test_a_correction_leaves_its_cause_and_both_sides_in_the_history() -> None:
    ada, ben = AuthorFactory.create(), AuthorFactory.create()
    work = printed_work([ada, ben])
    refresh_all()
    Work.objects.filter(pk=work.pk).update(is_deleted=True)
    refresh_authors([ada.pk, ben.pk], cause=TrustChange.Cause.CORRECTION)
    change = TrustChange.objects.get(author=ada)
    assert change.cause == "correction"
    assert (change.before["works"], change.after["works"]) == (1, 0)


def test_followers_change_nothing() -> None:
    yue = golden_author()
    refresh_all()
    before = TrustSnapshot.objects.get(author=yue)
    for _ in range(5):
        FollowFactory.create(author=yue)
    assert refresh_all().snapshots == 0
    assert TrustSnapshot.objects.get(author=yue).computed_at == before.computed_at


def test_merged_and_hidden_authors_lose_their_snapshot() -> None:
    ada, ben = AuthorFactory.create(), AuthorFactory.create()
    printed_work([ada, ben])
    refresh_all()
    Author.objects.filter(pk=ada.pk).update(status=Author.Status.HIDDEN)
    refresh_authors([ada.pk])
    Author.objects.filter(pk=ben.pk).update(status=Author.Status.HIDDEN)
    refresh_all()
    assert not TrustSnapshot.objects.exists()


@given(
    arrays(np.int64, (20, 3), elements=st.integers(0, 40)),
    arrays(np.int64, 20, elements=st.integers(0, 4)),
    arrays(np.float64, 20, elements=st.floats(0, 15)),
)
def test_scores_in_columns_equal_scores_one_by_one(
    counts: np.ndarray, levels: np.ndarray, standing: np.ndarray
) -> None:
    columns = scores(counts[:, 0], counts[:, 1], counts[:, 2], levels, standing)
    for row, score in enumerate(columns.tolist()):
        works, topics, close = counts[row].tolist()
        assert score == compute(Facts(works, topics, close, int(levels[row]), float(standing[row]))).score
