"""Reasons read as a researcher would say them."""

from __future__ import annotations

from works.attribution.facts import WorkFacts, coauthor_hashes, group_key, place_keys, stem
from works.attribution.hashing import hash_of
from works.attribution.reasons import CONFIRMED, NAME_SAME, ONLY_WORK, sentences
from works.names import parse_name

FACTS = WorkFacts(
    title="Sparse Graphs and Their Networks",
    authors=[parse_name(name) for name in ("Yue Shang", "Di Jin", "Y. Xiao", "for the LHCb Collaboration")],
    topics=("cs.LG",),
    venue="Proceedings of the 3rd Workshop on Graphs",
    year=2021,
)


def test_coauthors_are_named_with_their_works() -> None:
    di_jin, xiao = coauthor_hashes(FACTS.authors[1])[1], coauthor_hashes(FACTS.authors[2])[0]
    assert sentences([("coauthors", [[di_jin, 3], [xiao, 1]])], FACTS) == [
        "Shares the co-authors Di Jin (3 other works) and Y. Xiao (1 other work) with other works here."
    ]


def test_a_single_word() -> None:
    assert sentences([("words", [[hash_of("term", stem("graphs")), 2]])], FACTS) == [
        "The title shares the word “graphs” with other works here."
    ]


def test_other_kinds_of_facts() -> None:
    place = hash_of("place", place_keys("JD.COM Research, Mountain View")[0])
    told = sentences(
        [
            ("contact", [[1, 2]]),
            ("place", [[place, 4]]),
            ("topics", [[hash_of("topic", "cs lg"), 5]]),
            ("words", [[hash_of("term", stem("graphs")), 1], [hash_of("term", stem("networks")), 2]]),
            ("group", [[hash_of("group", group_key("for the LHCb Collaboration")), 2]]),
            (NAME_SAME, []),
        ],
        FACTS,
        ["JD.COM Research, Mountain View"],
    )
    assert told == [
        "Carries the same ORCID or e-mail address as 2 other works here.",
        "The printed affiliation “JD.COM Research, Mountain View” fits 4 other works here.",
        "Same topic: cs.LG (5 other works).",
        "The title shares the words “graphs” and “networks” with other works here.",
        "The author list names “for the LHCb Collaboration” (so do 2 other works).",
        "The name is printed the same way on the other works here.",
    ]


def test_facts_no_longer_on_the_work_are_left_out() -> None:
    assert sentences([("coauthors", [[12345, 3]]), ("unheard-of", [])], FACTS) == []


def test_human_and_lonely_works_say_so() -> None:
    confirmed, only = sentences([(CONFIRMED, []), (ONLY_WORK, [])], FACTS)
    assert "confirmed" in confirmed
    assert "only work" in only


def test_stored_lists_read_like_tuples() -> None:
    """The database hands reasons back as lists."""
    di_jin = coauthor_hashes(FACTS.authors[1])[1]
    assert sentences([["coauthors", [[di_jin, 1]]]], FACTS) == [
        "Shares the co-author Di Jin (1 other work) with other works here."
    ]
