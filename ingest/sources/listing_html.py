"""Listing pages saved as HTML: arXiv's search listing and lists by their elements, any other page by its text."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import lxml.html
from lxml import etree

from ingest.sources.base import UnusableRecordError
from ingest.sources.listing_text import list_record, listing_record, text_entries
from works.records import WorkRecord

_BLOCKS = frozenset(
    [
        "p",
        "div",
        "li",
        "ol",
        "ul",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "tr",
        "br",
        "article",
        "section",
        "header",
        "dd",
        "dt",
    ]
)
_UNSEEN = frozenset(["script", "style", "head", "noscript", "template", "svg"])


def html_entries(page: str, today: date) -> Iterator[str]:
    """The entries of a saved page: the elements of arXiv's search results or lists, else what the page's text holds.

    Raises ``UnusableRecordError`` when the page is none of the known listings.
    """
    document = _parsed(page)
    results = document.xpath(f"//li[{_has_class('arxiv-result')}] | //dd[.//div[{_has_class('list-title')}]]")
    if not results:
        yield from text_entries(_visible_text(document), today)
        return
    for result in results:
        heads = result.xpath("preceding-sibling::dt[1]") if result.tag == "dd" else []
        yield "\n".join(
            lxml.html.tostring(element, encoding="unicode", with_tail=False).strip() for element in (*heads, result)
        )


def parse_html_entry(entry: str) -> WorkRecord:
    """One result of arXiv's search listing or lists as a record. Raises ``UnusableRecordError``."""
    result = _parsed(entry)
    if result.xpath(f"//div[{_has_class('list-title')}]"):
        return _parse_listed(result)
    for link in result.xpath("//a[contains(@onclick, 'abstract')]"):
        link.drop_tree()
    abstract = _text_of(result, "//span[contains(@class, 'abstract-full')]")
    heads = result.xpath("//p[contains(@class, 'list-title')]//a[contains(@href, '/abs/')]")
    tags = result.xpath("//span[contains(@class, 'tag')]")
    small = result.xpath("//p[contains(@class, 'is-size-7')]")
    return listing_record(
        title=_text_of(result, "//p[contains(concat(' ', @class, ' '), ' title ')]"),
        authors=_text_of(result, "//p[contains(@class, 'authors')]").strip().removeprefix("Authors:"),
        abstract=abstract or _text_of(result, "//span[contains(@class, 'abstract-short')]"),
        opening=" ".join(element.text_content() for element in [*heads, *tags]),
        tail="\n".join(" ".join(element.text_content().split()) for element in small),
    )


def _parse_listed(result: lxml.html.HtmlElement) -> WorkRecord:
    facts = result.xpath("//div[contains(@class, 'list-comments') or contains(@class, 'list-journal-ref')]")
    facts += result.xpath("//div[contains(@class, 'list-subjects')]")
    return list_record(
        title=_text_of(result, f"//div[{_has_class('list-title')}]").removeprefix("Title:"),
        authors=_text_of(result, "//div[contains(@class, 'list-authors')]").removeprefix("Authors:"),
        abstract=_text_of(result, "//p[contains(@class, 'mathjax')]"),
        opening=_text_of(result, "//dt"),
        facts=" ".join(" ".join(element.text_content().split()) for element in facts),
    )


def _has_class(name: str) -> str:
    """The XPath condition for an element of that class."""
    return f"contains(concat(' ', @class, ' '), ' {name} ')"


def _parsed(page: str) -> lxml.html.HtmlElement:
    parser = lxml.html.HTMLParser(no_network=True, remove_comments=True, remove_pis=True, huge_tree=False)
    try:
        document = lxml.html.document_fromstring(page.replace("\0", ""), parser=parser)
    except (etree.ParserError, ValueError) as error:
        raise UnusableRecordError("The page is not HTML", str(error)) from None
    return document


def _text_of(result: lxml.html.HtmlElement, path: str) -> str:
    found = result.xpath(path)
    return " ".join(found[0].text_content().split()) if found else ""


def _visible_text(document: lxml.html.HtmlElement) -> str:
    """The text of a page as a person would copy it: a line break before and after each block."""
    parts: list[str] = []
    for event, element in etree.iterwalk(document, events=("start", "end")):
        if not isinstance(element.tag, str):
            continue
        if event == "start":
            if element.tag in _BLOCKS:
                parts.append("\n")
            if element.text and element.tag not in _UNSEEN:
                parts.append(" ".join(element.text.split("\n")))
        else:
            if element.tag in _BLOCKS:
                parts.append("\n")
            if element.tail:
                parts.append(" ".join(element.tail.split("\n")))
    lines = (" ".join(line.split()) for line in "".join(parts).split("\n"))
    return "\n".join(line for line in lines if line)
