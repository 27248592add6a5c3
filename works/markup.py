"""Titles and abstracts as safe HTML with MathML, and as plain text.

The catalogue stores text with LaTeX as the source wrote it. Here it becomes what a page shows: mathematics as MathML,
accents and signs as Unicode, emphasis as elements, everything else escaped. LaTeX that does not parse is shown as
written. Nothing of the input reaches a page as markup: elements come from this module's own short lists.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from functools import lru_cache
from xml.etree.ElementTree import Element

import nh3
from latex2mathml.converter import convert_to_element

from works.accents import accents_to_unicode
from works.symbols import SYMBOLS

MAX_TEXT = 100_000
"""Characters of one text that are rendered; what follows is cut."""
MAX_FORMULA = 1_000
MAX_FORMULAS = 200
"""A formula or a text beyond these bounds is shown as written."""

_PLAIN = re.compile(r"[\\$<>&\"'`~{}\n]|--")
# An opening dollar has something right behind it, a closing one right before it and no digit behind: "$5 and $6" is
# money. Every alternative begins with its dollar or backslash, even before looking behind it: Python then skips to the
# next such character instead of trying all of them at each.
_MATH = re.compile(
    r"\$\$(?P<display>[^$]{1,2000})\$\$"
    r"|\$(?<!\\\$)(?=\S)(?P<inline>(?:[^$\\]|\\.){1,1000}?)(?<=\S)(?<!\\)\$(?!\d)"
    r"|\$(?<!\\\$)\s(?P<loose>[^$]{1,300}?[\\^_=][^$]{0,300}?)\s?\$"
    r"|\\\((?P<parens>.{1,1000}?)\\\)|\\\[(?P<brackets>.{1,2000}?)\\\]"
    r"|\\begin\{(?P<env>equation|align|displaymath|math|eqnarray)\*?\}(?P<body>.{1,2000}?)\\end\{(?P=env)\*?\}",
    re.DOTALL,
)
_FORMULA_GROUPS = ("display", "inline", "loose", "parens", "brackets", "body")


class Html(str):
    """Text that is safe to put into a page as it is; Django's and Jinja's templates know it by ``__html__``."""

    __slots__ = ()

    def __html__(self) -> str:
        return str(self)


def inline_html(text: str) -> Html:
    """A title or one paragraph as HTML for a place where text may stand."""
    if _PLAIN.search(text) is None:
        return Html(text[:MAX_TEXT])
    return Html(_render(text[:MAX_TEXT], _HTML))


def block_html(text: str) -> Html:
    """An abstract as HTML: one ``p`` element a paragraph."""
    return Html("".join(f"<p>{inline_html(part)}</p>" for part in text.split("\n") if part.strip()))


def plain_text(text: str) -> str:
    """The text without markup, for meta tags, feeds and search: formulas as Unicode as far as it goes. Not escaped."""
    if _PLAIN.search(text) is None:
        return text[:MAX_TEXT]
    return " ".join(_render(text[:MAX_TEXT], _TEXT).split())


def opening(text: str, length: int = 280) -> str:
    """The beginning of a text, at most ``length`` characters of source, cut between words and never inside a formula.

    The result is source text again, with "…" behind it when something was cut.
    """
    if len(text) <= length:
        return text
    end = length
    for match in _MATH.finditer(text[: length + MAX_FORMULA]):
        if match.start() < end < match.end():
            end = match.start()
    cut = text[:end]
    space = cut.rfind(" ")
    return (cut[:space] if space > 0 else cut).rstrip(" ,;:.") + "…"


# --- HTML in the input

_ELEMENTS = (
    "br|em|i|b|u|s|strong|sub|sup|p|span|div|small|tt|code|a|ul|ol|li|img|font|center|h[1-6]|table|t[rdh]"
    "|script|style|iframe|svg|object|embed|form|input|inf|scp|italic|bold|title|sec|(?:jats|mml):[a-z-]+"
)
_TAG = re.compile(rf"</?(?:{_ELEMENTS})(?:\s[^<>]*)?/?>", re.IGNORECASE)
_CLOSING_OR_VOID = re.compile(r"</[a-z][a-z0-9:-]*\s*>|<(?:br|img|script|iframe)\b", re.IGNORECASE)
_BLOCK_END = re.compile(r"<br\s*/?>|</(?:p|div|li|title|h[1-6]|tr|jats:(?:p|title|sec|list-item))\s*>", re.IGNORECASE)


def without_html(text: str) -> str:
    """``text`` without HTML or JATS elements; scripts and styles go with their content.

    Angle brackets that are no known element stay ("for x<y", "<sigma v>"), and so does a lone opening one ("<p>" is
    also a mean value of p): elements are looked for only where one of them is closed.
    """
    if "<" not in text or not _CLOSING_OR_VOID.search(text):
        return text
    spaced = _BLOCK_END.sub(lambda match: match.group() + " ", text)
    pieces = []
    end = 0
    for tag in _TAG.finditer(spaced):
        pieces += [_without_brackets(spaced[end : tag.start()]), tag.group()]
        end = tag.end()
    pieces.append(_without_brackets(spaced[end:]))
    return html.unescape(nh3.clean("".join(pieces), tags=set())).strip()


def _without_brackets(text: str) -> str:
    """Angle brackets that are no element as entities; entities of the input stay what they are."""
    return text.replace("<", "&lt;").replace(">", "&gt;")


# --- LaTeX outside formulas

_COMMAND_WITH_TEXT = re.compile(
    r"\\(?P<command>emph|text(?:bf|it|sl|tt|sc|sf|rm|up|md|normal|superscript|subscript)?|underline|[mh]box|url)\s?"
    r"\{(?P<text>[^{}\\]*)\}"
)
_FONT_GROUP = re.compile(r"\{\s*\\(?P<command>em|it|bf|sl|tt|sc|sf|rm)(?![A-Za-z])\s*(?P<text>[^{}\\]*?)(?:\\/)?\}")
_TWO_ARGUMENTS = re.compile(r"\\(?:href|textcolor|color)\s?\{[^{}]*\}\s?\{(?P<text>[^{}\\]*)\}")
_ELEMENT_OF = {
    "emph": "em", "textit": "em", "textsl": "em", "em": "em", "it": "em", "sl": "em", "textbf": "strong",
    "bf": "strong", "texttt": "code", "tt": "code", "textsuperscript": "sup", "textsubscript": "sub",
}  # fmt: skip
_SYMBOL = re.compile(r"\\([A-Za-z]+)(?![A-Za-z])(?:\{\})?")
_ESCAPED = re.compile(r"\\([&%$#_{}])")
_THIN_SPACE = re.compile(r"\\[,;:!/ ]|\\-")
_TIE = re.compile(r"(?<![/\\\s])~(?=\S)")
_DASH = re.compile(r"(?<![-<>!])(---?)(?![->])")
_PROTECTED_CAPITALS = re.compile(r"(?<![\\A-Za-z}\]^_])\{([A-Z][\w-]*)\}")


def _html_element(element: str | None, inside: str) -> str:
    return f"<{element}>{inside}</{element}>" if element else inside


def _text_element(_element: str | None, inside: str) -> str:
    return inside


class _Output:
    """How a rendering ends up: as HTML or as plain text."""

    def __init__(
        self,
        escape: Callable[[str], str],
        element: Callable[[str | None, str], str],
        formula: Callable[[str, bool], str],
    ) -> None:
        self.escape, self.element, self.formula = escape, element, formula


def _render(text: str, output: _Output) -> str:
    text = without_html(text)
    parts: list[str] = []
    end = 0
    for number, match in enumerate(_MATH.finditer(text)):
        if number >= MAX_FORMULAS:
            break
        parts.append(_render_words(text[end : match.start()], output))
        source = next(match[name] for name in _FORMULA_GROUPS if match[name] is not None)
        is_display = match["display"] is not None or match["brackets"] is not None
        parts.append(output.formula(source.strip(), is_display) or output.escape(match.group()))
        end = match.end()
    parts.append(_render_words(text[end:], output))
    return "".join(parts)


def _render_words(text: str, output: _Output) -> str:
    if not text:
        return ""
    if "\\" in text:
        text = accents_to_unicode(text)
        text = _SYMBOL.sub(lambda match: SYMBOLS.get(match.group(1), match.group()), text)
        text = _THIN_SPACE.sub(" ", text)
    if "~" in text:
        text = _TIE.sub("\xa0", text)
    if "--" in text:
        text = _DASH.sub(lambda match: "–" if len(match.group()) == 2 else "—", text)
    if "`" in text:
        text = text.replace("``", "“").replace("''", "”")
        text = re.sub(r"(?<!\w)`([^`'\n]{1,80})'(?!\w)", r"‘\1’", text)
    text = output.escape(text)
    if "\\" in text or "{" in text:
        text = _render_commands(text, output)
    return text


def _render_commands(text: str, output: _Output) -> str:
    """Commands with an argument, innermost first; the text is escaped already, so what is added here stays markup."""

    def styled(match: re.Match[str]) -> str:
        return output.element(_ELEMENT_OF.get(match["command"]), match["text"])

    for _ in range(5):
        before = text
        text = _FONT_GROUP.sub(styled, _COMMAND_WITH_TEXT.sub(styled, text))
        text = _TWO_ARGUMENTS.sub(lambda match: match["text"], text)
        text = _PROTECTED_CAPITALS.sub(r"\1", text)
        if text == before:
            break
    return _ESCAPED.sub(r"\1", text)


# --- formulas

_MATH_ELEMENTS = {
    "math", "mrow", "mi", "mn", "mo", "ms", "mtext", "mspace", "msub", "msup", "msubsup", "munder", "mover",
    "munderover", "mfrac", "msqrt", "mroot", "mtable", "mtr", "mtd", "mstyle", "mpadded", "mphantom", "menclose",
    "mmultiscripts", "mprescripts", "none",
}  # fmt: skip
_MATH_ATTRIBUTES = {
    "display", "mathvariant", "stretchy", "fence", "form", "lspace", "rspace", "width", "height", "depth",
    "displaystyle", "scriptlevel", "linethickness", "columnalign", "rowspacing", "columnspacing", "accent",
    "accentunder", "notation", "minsize", "maxsize", "separator", "movablelimits", "largeop", "symmetric",
}  # fmt: skip
_ATTRIBUTE_VALUE = re.compile(r"[\w .%+-]{1,60}")
_UNSET_COMMAND = re.compile(r"\\[A-Za-z]")
_DEEPEST = 60


@lru_cache(maxsize=8192)
def _formula_html(source: str, is_display: bool) -> str:
    """MathML of a formula, or an empty string when it does not parse."""
    if len(source) > MAX_FORMULA or _nesting(source) > _DEEPEST:
        return ""
    try:
        root = convert_to_element(source, display="block" if is_display else "inline")
        return _serialised(root, 0)
    except Exception:
        # The converter raises its own and Python's errors alike (IndexError, StopIteration) on LaTeX it cannot read.
        return ""


class _UnreadableError(Exception):
    """The converter's output holds something that no formula may hold."""


def _serialised(element: Element, depth: int) -> str:
    """The element as text, from allowed elements and attributes alone; the converter itself escapes nothing."""
    if element.tag not in _MATH_ELEMENTS or depth > 4 * _DEEPEST:
        raise _UnreadableError(element.tag)
    attributes = "".join(
        f' {name}="{value}"'
        for name, value in element.attrib.items()
        if name in _MATH_ATTRIBUTES and _ATTRIBUTE_VALUE.fullmatch(value)
    )
    text = html.unescape(element.text or "")
    if _UNSET_COMMAND.search(text):
        raise _UnreadableError(text)
    inside = html.escape(text) + "".join(_serialised(child, depth + 1) for child in element)
    return f"<{element.tag}{attributes}>{inside}</{element.tag}>"


def _nesting(source: str) -> int:
    deepest = depth = 0
    for character in source:
        depth += (character == "{") - (character == "}")
        deepest = max(deepest, depth)
    return deepest


_SCRIPT_BRACES = re.compile(r"([_^])\s*\{([^{}]*)\}")
_FONT_COMMAND = re.compile(
    r"\\(?:math(?:rm|bf|it|cal|bb|frak|sf|tt|scr|bm)|text(?:rm|bf|it|sf|tt|sc)?|operatorname\*?|rm|bf|it|cal|mbox|hbox"
    r"|boldsymbol|bm|left|right|big|Big|bigg|Bigg|displaystyle|textstyle|limits|nolimits|ensuremath|tilde|hat|bar|vec"
    r"|overline|underline|widehat|widetilde|dot|ddot)(?![A-Za-z])\s*"
)
_FRACTION = re.compile(r"\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}")


def _formula_text(source: str, _is_display: bool) -> str:
    """A formula as readable text: symbols as Unicode, fractions with a slash, braces dropped."""
    text = _FONT_COMMAND.sub("", source.replace("~", " "))
    for _ in range(5):
        before = text
        text = _SCRIPT_BRACES.sub(r"\1\2", _FRACTION.sub(r"\1/\2", text))
        if text == before:
            break
    text = _SYMBOL.sub(lambda match: SYMBOLS.get(match.group(1), match.group(1)), text)
    return _THIN_SPACE.sub(" ", _ESCAPED.sub(r"\1", text)).replace("{", "").replace("}", "")


_HTML = _Output(html.escape, _html_element, _formula_html)
_TEXT = _Output(str, _text_element, _formula_text)
