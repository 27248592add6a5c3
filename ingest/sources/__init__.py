"""Where records come from: one module for each source, behind the protocol of ``ingest.sources.base``."""

from __future__ import annotations

from ingest.sources.arxiv_api import ArxivApi
from ingest.sources.arxiv_listing import ArxivListing
from ingest.sources.arxiv_oai import ArxivOai
from ingest.sources.arxiv_snapshot import ArxivSnapshot
from ingest.sources.base import Source, SourceError
from ingest.sources.crossref import Crossref
from ingest.sources.openalex import OpenAlex
from ingest.sources.ror import Ror
from ingest.sources.sample import Sample

_SOURCES: dict[str, Source] = {
    source.slug: source
    for source in (
        Sample(),
        ArxivSnapshot(),
        ArxivOai(),
        ArxivApi(),
        ArxivListing(),
        OpenAlex(),
        Crossref(),
        Ror(),
    )
}


def source_slugs() -> list[str]:
    """The slugs of all sources, in the order in which they are offered."""
    return list(_SOURCES)


def get_source(slug: str) -> Source:
    """The source with this slug. Raises ``SourceError`` with the known ones when there is none."""
    try:
        return _SOURCES[slug]
    except KeyError:
        raise SourceError(f"There is no source “{slug}”. Known sources: {', '.join(_SOURCES)}") from None
