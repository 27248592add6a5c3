from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from works.query_terms import MAX_QUERY_LENGTH, MAX_TERMS, SearchTerms, Term, clean_query, parse_terms


def words(terms: SearchTerms) -> list[list[str]]:
    return [[term.text for term in group] for group in terms.required]


def test_words_phrases_exclusions_and_alternatives() -> None:
    terms = parse_terms('graph "neural network" -survey OR-gate cats OR dogs')
    assert words(terms) == [["graph"], ["neural network"], ["OR-gate"], ["cats", "dogs"]]
    assert terms.required[1][0].is_phrase
    assert terms.excluded == (Term("survey"),)


def test_stop_words_are_left_out_unless_there_is_nothing_else() -> None:
    assert words(parse_terms("the theory of graphs")) == [["theory"], ["graphs"]]
    assert words(parse_terms("Will Do")) == [["Will"], ["Do"]]


def test_nothing_to_search_for() -> None:
    assert not parse_terms("")
    assert not parse_terms('-survey "" ++ ""')
    assert not parse_terms("OR")


def test_an_open_quotation_mark_is_no_phrase() -> None:
    assert words(parse_terms('"graph neural')) == [["graph"], ["neural"]]


def test_clean_query_drops_control_characters_and_cuts() -> None:
    assert clean_query("  graph\0\t neural\n") == "graph neural"
    assert len(clean_query("a" * 10_000)) == MAX_QUERY_LENGTH


def test_a_query_pasted_from_a_bibliography_is_spelled() -> None:
    assert clean_query("L\\'evy flights") == "Lévy flights"
    assert words(parse_terms(clean_query('Schr\\"{o}dinger'))) == [["Schrödinger"]]


@given(st.text(max_size=2000))
def test_any_text_parses_into_bounded_terms(text: str) -> None:
    terms = parse_terms(clean_query(text))
    count = sum(len(group) for group in terms.required) + len(terms.excluded)
    assert count <= MAX_TERMS
    assert all(term.text and "\0" not in term.text for group in terms.required for term in group)
