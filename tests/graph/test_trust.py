"""The trust formula: golden cases, caps, explanations."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.trust import LEVELS, Facts, compute

any_facts = st.builds(
    Facts,
    works=st.integers(0, 5000),
    topics=st.integers(0, 200),
    close_collaborators=st.integers(0, 2000),
    level=st.integers(0, 4),
    standing=st.floats(0, 15),
)


@pytest.mark.parametrize(
    ("facts", "score", "label"),
    [
        (Facts(works=5, topics=6, close_collaborators=4, level=1), 19, "Unverified"),
        (Facts(works=2, topics=3, close_collaborators=4, level=1), 13, "Unverified"),
        (Facts(works=0, topics=0, close_collaborators=0, level=0), 0, "Unverified"),
        (Facts(works=400, topics=50, close_collaborators=90, level=0, standing=15), 20, "Unverified"),
        (Facts(works=400, topics=50, close_collaborators=90, level=1, standing=15), 40, "Unverified"),
        (Facts(works=400, topics=50, close_collaborators=90, level=2, standing=15), 65, "Claimed"),
        (Facts(works=400, topics=50, close_collaborators=90, level=3, standing=15), 85, "Verified"),
        (Facts(works=400, topics=50, close_collaborators=90, level=4, standing=15), 100, "Attested"),
        (Facts(works=3, topics=2, close_collaborators=1, level=3, standing=4.99), 31, "Verified"),
    ],
)
def test_scores(facts: Facts, score: int, label: str) -> None:
    trust = compute(facts)
    assert (trust.score, trust.label) == (score, label)


@given(any_facts)
def test_a_score_is_the_capped_sum_of_its_terms(facts: Facts) -> None:
    trust = compute(facts)
    assert trust.total == sum(term.points for term in trust.terms)
    assert trust.score == min(trust.total, LEVELS[facts.level].cap)
    assert all(0 <= term.points <= term.maximum for term in trust.terms)


@given(any_facts, st.integers(1, 50))
def test_more_of_anything_never_lowers_a_score(facts: Facts, more: int) -> None:
    better = Facts(facts.works + more, facts.topics, facts.close_collaborators + more, facts.level, facts.standing)
    assert compute(better).score >= compute(facts).score


def test_the_explanation_says_the_sum_and_the_cap() -> None:
    assert compute(Facts(5, 6, 4, 1)).explanation == "5 + 6 + 8 + 0 + 0 = 19"
    assert compute(Facts(30, 12, 20, 1)).explanation.endswith("held at 40, the most that level L1 allows")


def test_each_term_says_what_would_raise_it() -> None:
    works, topics, collaborators, verification, _ = compute(Facts(5, 10, 4, 1)).terms
    assert works.raise_by == "Each further work adds 1 point."
    assert topics.raise_by == "This term is at its highest."
    assert collaborators.raise_by == "Each further close collaborator adds 2 points."
    assert "claim the record" in verification.raise_by


@pytest.mark.parametrize("facts", [Facts(-1, 0, 0, 1), Facts(1, 0, 0, 5), Facts(1, 0, 0, 1, standing=16)])
def test_impossible_facts_are_refused(facts: Facts) -> None:
    with pytest.raises(ValueError, match=r"out of range|Unknown verification level"):
        compute(facts)
