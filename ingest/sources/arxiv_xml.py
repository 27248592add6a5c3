"""arXiv's records as XML: OAI-PMH with the prefixes ``arXiv`` and ``oai_dc``, and entries of the Atom feed."""

from __future__ import annotations

import re
from functools import cache

from ingest.authorline import parse_author_line
from ingest.printed_names import plain_author_text
from ingest.sources.arxiv_facts import (
    acm_topics,
    arxiv_topics,
    is_withdrawn,
    msc_topics,
    parse_day,
    parse_moment,
    plausible,
)
from ingest.sources.base import UnusableRecordError
from ingest.sources.bylines import Bylines, SplitName, bylines_of_splits
from ingest.sources.xml import Element, child, children, local_name, text_of, texts_of
from works.characters import one_line, paragraphs
from works.codelinks import find_code_links
from works.identifiers import arxiv_id, find_dois, parse_arxiv_id
from works.records import BylineRecord, TopicRecord, VersionRecord, WorkRecord
from works.taxonomy import ARXIV_CATEGORIES

RANK = 80
RANK_OF_DUBLIN_CORE = 70
"""Dublin Core keeps no versions and runs journal reference and DOI together with other identifiers."""

_COMMENT_PREFIX = re.compile(r"^comments?:\s*", re.IGNORECASE)
_URL = re.compile(r"https?://|doi:", re.IGNORECASE)


def parse_oai_record(record: Element, source: str) -> WorkRecord:
    """One ``record`` of an OAI-PMH answer. Raises ``UnusableRecordError``."""
    header = child(record, "header")
    identifier = text_of(header, "identifier")
    key = arxiv_id(identifier)
    if header is not None and header.get("status") == "deleted":
        if key is None:
            raise UnusableRecordError("The arXiv id is not valid", f"identifier: {identifier}")
        return WorkRecord(
            source=source, key=key, title="", identifiers=[("arxiv", key)], bylines=[], is_deleted=True, rank=RANK
        )
    metadata = child(record, "metadata")
    content = next((element for element in metadata if local_name(element)), None) if metadata is not None else None
    if content is None:
        raise UnusableRecordError("The record has no metadata", key=key)
    if local_name(content) == "arXiv":
        return _arxiv_record(content, source)
    if local_name(content) == "dc":
        return _dublin_core_record(content, source, identifier)
    raise UnusableRecordError("The record is of a layout that is not read here", local_name(content), key)


def _arxiv_record(content: Element, source: str) -> WorkRecord:
    authors = bylines_of_splits([_split_of(author) for author in children(child(content, "authors"), "author")])
    record = _record(
        source, text_of(content, "id"), text_of(content, "title"), authors, text_of(content, "abstract"), RANK
    )
    record.identifiers += [("doi", doi) for doi in find_dois(text_of(content, "doi"))]
    record.topics = arxiv_topics(text_of(content, "categories"))
    record.topics += msc_topics(text_of(content, "msc-class")) + acm_topics(text_of(content, "acm-class"))
    record.submitted = plausible(parse_day(text_of(content, "created")))
    record.updated = plausible(parse_day(text_of(content, "updated")))
    record.comments = one_line(text_of(content, "comments")) or None
    record.journal_ref = one_line(text_of(content, "journal-ref")) or None
    record.report_no = one_line(text_of(content, "report-no")) or None
    record.licence = one_line(text_of(content, "license")) or None
    return _with_what_the_text_says(record)


def _split_of(author: Element) -> SplitName:
    """``[family, given, suffix, affiliation...]`` of one author element."""
    name: SplitName = [text_of(author, "keyname"), text_of(author, "forenames"), text_of(author, "suffix")]
    return name + list(texts_of(author, "affiliation"))


def _dublin_core_record(content: Element, source: str, identifier: str) -> WorkRecord:
    splits: list[SplitName] = []
    for creator in texts_of(content, "creator"):
        family, _, given = creator.partition(",")
        splits.append([family.strip(), given.strip(), ""])
    texts = texts_of(content, "description")
    comments = [text for text in texts if _COMMENT_PREFIX.match(text)]
    abstract = next((text for text in texts if not _COMMENT_PREFIX.match(text)), "")
    record = _record(
        source, identifier, text_of(content, "title"), bylines_of_splits(splits), abstract, RANK_OF_DUBLIN_CORE
    )
    days = sorted(day for text in texts_of(content, "date") if (day := plausible(parse_day(text))))
    record.submitted = days[0] if days else None
    record.updated = days[-1] if len(days) > 1 else None
    record.comments = one_line(_COMMENT_PREFIX.sub("", comments[0])) if comments else None
    for subject in texts_of(content, "subject"):
        record.topics += _subject_topics(one_line(subject))
    for text in texts_of(content, "identifier"):
        if dois := find_dois(text):
            record.identifiers += [("doi", doi) for doi in dois]
        elif not _URL.match(text):
            record.journal_ref = one_line(text)
    return _with_what_the_text_says(record)


@cache
def _category_of_subject_name() -> dict[str, str]:
    """arXiv's subjects as Dublin Core spells them: "Mathematics - Combinatorics", "Quantum Physics"."""
    names: dict[str, str] = {}
    for code, name in ARXIV_CATEGORIES.items():
        archive = ARXIV_CATEGORIES.get(code.partition(".")[0], "")
        full = f"{archive} - {name}" if "." in code else name.replace(": ", " - ")
        names.setdefault(full.casefold(), code)
    return names


def _subject_topics(subject: str) -> list[TopicRecord]:
    code = _category_of_subject_name().get(subject.casefold())
    if code:
        return arxiv_topics(code)
    return msc_topics(subject) + acm_topics(subject)


def parse_atom_entry(entry: Element, source: str) -> WorkRecord:
    """One ``entry`` of arXiv's query feed. Raises ``UnusableRecordError``."""
    parsed = parse_arxiv_id(text_of(entry, "id"))
    bylines: list[BylineRecord] = []
    complete = True
    for author in children(entry, "author"):
        line = parse_author_line(text_of(author, "name"))
        complete = complete and line.complete
        affiliations = tuple(plain_author_text(text) for text in texts_of(author, "affiliation"))
        for byline in line.bylines:
            own = affiliations or byline.affiliations
            bylines.append(BylineRecord(byline.name, affiliations=own, is_group=byline.is_group))
    authors = Bylines(bylines, complete, None)
    record = _record(
        source, text_of(entry, "id"), text_of(entry, "title"), authors, text_of(entry, "summary"), RANK_OF_DUBLIN_CORE
    )
    record.identifiers += [("doi", doi) for doi in find_dois(text_of(entry, "doi"))]
    primary = child(entry, "primary_category")
    terms = [primary.get("term", "")] if primary is not None else []
    terms += [category.get("term", "") for category in children(entry, "category")]
    record.topics = arxiv_topics(terms)
    for term in dict.fromkeys(terms):
        if not arxiv_topics(term):
            record.topics += msc_topics(term) + acm_topics(term)
    published, updated = parse_moment(text_of(entry, "published")), parse_moment(text_of(entry, "updated"))
    record.submitted = published.date() if published else None
    record.versions = [VersionRecord(1, published)]
    if parsed and parsed.version and parsed.version > 1:
        record.updated = updated.date() if updated else None
        record.versions += [VersionRecord(number) for number in range(2, parsed.version)]
        record.versions.append(VersionRecord(parsed.version, updated))
    record.comments = one_line(text_of(entry, "comment")) or None
    record.journal_ref = one_line(text_of(entry, "journal_ref")) or None
    return _with_what_the_text_says(record)


def _record(source: str, identifier: str, title: str, authors: Bylines, abstract: str, rank: int) -> WorkRecord:
    key = arxiv_id(identifier)
    if key is None:
        raise UnusableRecordError("The arXiv id is not valid", f"id: {identifier}")
    title = one_line(title)
    if not title:
        raise UnusableRecordError("The title is empty", key=key)
    if not authors.bylines:
        raise UnusableRecordError("The work has no author", key=key)
    return WorkRecord(
        source=source,
        key=key,
        rank=rank,
        title=title,
        identifiers=[("arxiv", key)],
        bylines=authors.bylines,
        authors_complete=authors.complete,
        abstract=paragraphs(abstract) or None,
    )


def _with_what_the_text_says(record: WorkRecord) -> WorkRecord:
    record.code_links = find_code_links(record.comments, record.abstract)
    record.is_withdrawn = is_withdrawn(record.comments, record.abstract)
    return record
