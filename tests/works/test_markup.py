from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from works.markup import MAX_FORMULA, MAX_TEXT, block_html, inline_html, opening, plain_text, without_html

OWN_ELEMENTS = re.compile(r"</?(?:em|strong|code|sup|sub|p|math|m[a-z]+|none)(?: [a-z]+=\"[\w .%+-]*\")*>", re.ASCII)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Plain title", "Plain title"),
        ('A < B & C > "D"', "A &lt; B &amp; C &gt; &quot;D&quot;"),
        (r"Competing \nu = 5/2 states", "Competing ν = 5/2 states"),
        (r"Schr\"odinger {CNN}s and sets {0,1}", "Schrödinger CNNs and sets {0,1}"),
        (
            r"\emph{Fast} {\bf and {\em nested}} \textbf{x}",
            "<em>Fast</em> <strong>and <em>nested</em></strong> <strong>x</strong>",
        ),
        ("``quoted'' -- with --- dashes", "“quoted” – with — dashes"),
        ("costs $5 and $6 each", "costs $5 and $6 each"),
        (r"100\% of \$5", "100% of $5"),
        (r"shown as written \cite{foo}", r"shown as written \cite{foo}"),
        (r"broken $\frac{1}{$ here", r"broken $\frac{1}{$ here"),
        (r"own macro $\mymacro{x}$", r"own macro $\mymacro{x}$"),
        ("see https://a.org/~user/x_y", "see https://a.org/~user/x_y"),
    ],
)
def test_text_around_formulas(source: str, expected: str) -> None:
    assert inline_html(source) == expected


@pytest.mark.parametrize("source", [r"$\alpha^2$", r"\(\alpha^2\)", r"$ \alpha^2 $"])
def test_formulas_become_mathml(source: str) -> None:
    assert inline_html(f"of {source} and") == (
        'of <math display="inline"><mrow><msup><mi>α</mi><mn>2</mn></msup></mrow></math> and'
    )


def test_displayed_formulas_say_so() -> None:
    assert 'display="block"' in inline_html(r"$$x=1$$")


@pytest.mark.parametrize(
    "source",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        r"$\text{<script>alert(1)</script>}$",
        r"$\href{javascript:alert(1)}{x}$",
        r"$\style{position:fixed}{x}$",
        r"$\class{evil}{x}$",
        r"\href{javascript:alert(1)}{click}",
        r"\emph{<b onclick=alert(1)>x</b>}",
        "<math><mtext></mtext><script>alert(1)</script></math>",
        r"$<svg/onload=alert(1)>$",
    ],
)
def test_no_markup_of_the_input_reaches_the_page(source: str) -> None:
    result = block_html(source)
    assert "<" not in OWN_ELEMENTS.sub("", result)
    assert not re.search(r"\b(?:href|style|class|on\w+)=", re.sub(r"&lt;.*?&gt;", "", result))


def test_templates_take_the_result_as_safe() -> None:
    assert inline_html("a & b").__html__() == "a &amp; b"


def test_paragraphs() -> None:
    assert block_html("One.\nTwo & three.") == "<p>One.</p><p>Two &amp; three.</p>"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (r"$\bar{\nu}_e \to \gamma\gamma$ at $10^{12}M_\odot$", "ν_e → γγ at 10^12M_⊙"),
        (r"\emph{Fast} & <i>loose</i>", "Fast & loose"),
        (r"$\frac{a}{b}$", "a/b"),
        ("Plain", "Plain"),
    ],
)
def test_plain_text_for_meta_tags_and_search(source: str, expected: str) -> None:
    assert plain_text(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("H<sub>2</sub>O", "H2O"),
        ("<jats:p>First.</jats:p><jats:p>Second &amp; last.</jats:p>", "First. Second & last."),
        ("for x<y and <b>bold</b> z>1", "for x<y and bold z>1"),
        ("mean <p> and <sigma v>", "mean <p> and <sigma v>"),
        ("a<script>alert('x')</script>b", "ab"),
    ],
)
def test_html_of_other_sources_goes_and_angle_brackets_stay(source: str, expected: str) -> None:
    assert without_html(source) == expected


def test_an_opening_is_cut_between_words_and_outside_formulas() -> None:
    assert opening("short", 20) == "short"
    assert opening("one two three four", 12) == "one two…"
    assert opening(r"mass of $x + y + z + w$ here", 15) == "mass of…"


def test_long_input_is_bounded() -> None:
    assert len(inline_html("a" * (MAX_TEXT + 5))) == MAX_TEXT
    formula = "$" + "x" * (MAX_FORMULA + 1) + "$"
    assert inline_html(formula) == formula
    assert inline_html("{" * 5000) == "{" * 5000


@settings(max_examples=300)
@given(st.text(alphabet=st.sampled_from("ab1 $\\{}_^<>&\"'`~-/=xem()[]"), max_size=60))
def test_any_mixture_of_marks_is_safe(text: str) -> None:
    assert "<" not in OWN_ELEMENTS.sub("", inline_html(text))
    plain_text(text)
