"""Counts of the catalogue, and the background that helps a young one."""

from __future__ import annotations

import numpy as np

from works.attribution.background import load_background
from works.attribution.facts import SAMPLED_AUTHORS, WorkFacts, coauthor_hashes, describe_work, title_terms, venue_keys
from works.attribution.hashing import hash_of
from works.attribution.statistics import Statistics, name_parts
from works.names import parse_name


def hashed(kind: str, text: str) -> np.ndarray:
    return np.array([hash_of(kind, text)], dtype=np.uint32)


def test_rare_facts_surprise_more_than_common_ones() -> None:
    statistics = Statistics()
    for number in range(50):
        statistics.add_works([describe_work(WorkFacts("Common", [], venue="Annals" if number else "Rarities"))], [])
    assert statistics.surprise("venue", hashed("venue", "rarities")) > statistics.surprise(
        "venue", hashed("venue", "annals")
    )


def test_an_empty_catalogue_knows_common_names() -> None:
    statistics = Statistics()
    wang, zollinger = (name_parts(parse_name(name))[0] for name in ("Wei Wang", "Gudrun Zollinger"))
    common, rare = statistics.share("family", np.array([wang, zollinger], dtype=np.uint32))
    assert common > 50 * rare


def test_statistics_survive_storage() -> None:
    statistics = Statistics()
    name = parse_name("Gudrun Zollinger")
    statistics.add_works([describe_work(WorkFacts("Muon tracks", [name]))], [name_parts(name)])
    back = Statistics.from_bytes(statistics.to_bytes())
    assert (back.works, back.names) == (1, 1)
    for kind, table in statistics.tables.items():
        assert np.array_equal(table, back.tables[kind])


def test_one_subject_has_one_direction() -> None:
    works = [
        describe_work(WorkFacts(title, []))
        for title in (
            "Neural machine translation with attention",
            "Parsing and language models for dialogue",
            "Accretion discs around black holes in galaxies",
        )
    ]
    offsets = np.cumsum([0, *(len(work.terms) for work in works)])
    translation, parsing, astronomy = load_background().subject(offsets, np.concatenate([w.terms for w in works]))
    assert translation @ parsing > translation @ astronomy + 0.2


def test_a_long_list_is_sampled_by_name_not_by_place() -> None:
    names = [parse_name(f"A{chr(97 + n % 26)} Name{chr(97 + n // 26)}{chr(97 + n % 26)}") for n in range(200)]
    forwards = describe_work(WorkFacts("A", names))
    backwards = describe_work(WorkFacts("B", names[::-1]))
    assert len(forwards.shared) == SAMPLED_AUTHORS
    assert set(forwards.keys[forwards.shared]) == set(backwards.keys[backwards.shared])


def test_groups_are_no_coauthors() -> None:
    assert coauthor_hashes(parse_name("for the LHCb Collaboration")) == (0, 0)
    features = describe_work(WorkFacts("A", [parse_name("Ada Quill"), parse_name("LHCb Collaboration")]))
    assert features.shared.tolist() == [0]
    assert len(features.groups) == 1


def test_terms_are_stems_without_stop_words_and_tex() -> None:
    assert list(title_terms(r"The Graphs of $x^2$ and a \emph{Graph}")) == ["graph", "graph"]
    assert list(title_terms("量子计算")) == ["量子", "子计", "计算"]


def test_yearly_issues_are_one_venue() -> None:
    assert venue_keys("Proceedings of the 5th Workshop on Asian Translation (2018)") == venue_keys(
        "Proceedings of the 6th Workshop on Asian Translation 2019"
    )
