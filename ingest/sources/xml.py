"""XML from outside: no entities, no document types, no network, bounded depth; elements looked up by local name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_NOT_XML_CHARACTERS = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")

Element = etree._Element


class XmlError(Exception):
    """The bytes are no XML that is read here; the message says why."""


def parse_xml(data: bytes) -> Element:
    """The root element of a document. Raises ``XmlError``.

    A document type is refused outright: none of the services sends one, and entity bombs need one.
    """
    if _DOCTYPE.search(data):
        raise XmlError("The document declares a document type or entities")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )  # fmt: skip
    try:
        root = etree.fromstring(_NOT_XML_CHARACTERS.sub(b" ", data), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise XmlError(f"The document is not well-formed XML ({error})") from None
    if root is None:
        raise XmlError("The document is not XML")
    return root


def serialised(element: Element) -> bytes:
    """The element alone as UTF-8 XML, the same bytes for the same content wherever it stood."""
    return etree.tostring(element, encoding="utf-8", with_tail=False, xml_declaration=False)


def local_name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def children(element: Element | None, name: str) -> Iterator[Element]:
    """The child elements of that local name, whatever their namespace: some services leave it out."""
    if element is not None:
        for child in element:
            if local_name(child) == name:
                yield child


def child(element: Element | None, name: str) -> Element | None:
    return next(children(element, name), None)


def text_of(element: Element | None, name: str) -> str:
    """The text of the first child of that name, or an empty string."""
    found = child(element, name)
    return _text(found) if found is not None else ""


def texts_of(element: Element | None, name: str) -> list[str]:
    return [text for found in children(element, name) if (text := _text(found))]


def _text(element: Element) -> str:
    return etree.tostring(element, method="text", encoding="unicode", with_tail=False).strip()
