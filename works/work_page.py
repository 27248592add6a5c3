"""What the page of one work shows: its author list in two parts, affiliations, and its description for machines."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe

from works.addresses import researcher_url
from works.citations import Citation, CitedName
from works.items import NAMES_SHOWN, PrintedName, WorkItem, printed_names
from works.markup import plain_text
from works.models import Authorship, Institution, Topic, Work

#: Names in the page of a work and in each further part of its list: 3,000 at once would weigh more than all the rest.
NAMES_IN_PART = 500
#: Descriptions for machines and the citation shown in the page name at most this many authors; citation files name all.
NAMES_DESCRIBED = 100


@dataclass(slots=True)
class WorkDescription(WorkItem):
    """A work with its author list: ``names`` are shown, ``more_names`` unfold, ``unread_names`` are on other parts."""

    more_names: list[PrintedName] = field(default_factory=list)
    cited: list[CitedName] = field(default_factory=list)
    affiliations: list[str] = field(default_factory=list)
    institutions: list[Institution] = field(default_factory=list)

    @property
    def unread_names(self) -> int:
        return max(0, self.work.author_count - len(self.cited))


def describe(work: Work, *, names: int | None = NAMES_IN_PART) -> WorkDescription:
    """Read the first ``names`` authors (all for ``None``) and the institutions of a work; two queries.

    Its identifiers and topics should be prefetched.
    """
    authorships = (
        Authorship.objects.filter(work=work, **({} if names is None else {"position__lt": names}))
        .order_by("position")
        .values_list(
            "raw_name",
            "family",
            "given",
            "suffix",
            "is_group",
            "affiliations",
            "attribution__author_id",
            "attribution__author__display_name",
        )
    )
    description = WorkDescription(
        work,
        topics=[link.topic for link in work.work_topics.all()],
        identifiers=sorted(work.identifiers.all(), key=lambda identifier: (identifier.scheme, identifier.value)),
    )
    affiliations: dict[str, None] = {}
    for raw_name, family, given, suffix, is_group, printed, author_id, display_name in authorships:
        url = researcher_url(author_id, display_name) if author_id else ""
        name = PrintedName(raw_name, url, author_id, is_group)
        (description.names if len(description.names) < NAMES_SHOWN else description.more_names).append(name)
        description.cited.append(CitedName(family or raw_name, given, suffix, is_group))
        affiliations.update(dict.fromkeys(printed))
    description.affiliations = list(affiliations)
    description.institutions = list(
        Institution.objects.filter(authorship_links__authorship__work=work).distinct().order_by("name")
    )
    return description


def names_from(work: Work, start: int) -> list[PrintedName]:
    """One further part of an author list, from position ``start`` on."""
    part = Authorship.objects.filter(work=work, position__gte=start, position__lt=start + NAMES_IN_PART)
    return [name for _, name in printed_names(part)]


def shown_citation(citation: Citation) -> Citation:
    """The citation with its author list cut to what a page can carry."""
    is_cut = len(citation.names) > NAMES_DESCRIBED
    return replace(citation, names=citation.names[:NAMES_DESCRIBED], is_complete=citation.is_complete and not is_cut)


def citation_of(description: WorkDescription, url: str) -> Citation:
    """The citation of a described work; ``url`` is the absolute address of its page."""
    work = description.work
    return work_citation(
        work,
        url,
        description.cited,
        identifiers={identifier.scheme: identifier.value for identifier in reversed(description.identifiers)},
        topics=description.topics,
        is_complete=work.authors_complete,
    )


def work_citation(
    work: Work,
    url: str,
    names: Sequence[CitedName],
    *,
    identifiers: Mapping[str, str],
    topics: Sequence[Topic],
    is_complete: bool,
) -> Citation:
    """The citation of a work of which everything is read; ``identifiers`` are by scheme, ``topics`` in their order."""
    return Citation(
        kind=work.kind,
        title=work.title,
        url=url,
        names=names,
        is_complete=is_complete,
        year=work.year,
        submitted=work.submitted,
        doi=identifiers.get("doi", ""),
        arxiv=identifiers.get("arxiv", ""),
        primary_class=next((topic.code for topic in topics if topic.scheme == Topic.Scheme.ARXIV), ""),
        journal_ref=work.journal_ref,
        venue=work.venue,
        abstract=work.abstract,
        key_words=[topic.name or topic.code for topic in topics],
    )


def meta_tags(citation: Citation) -> SafeString:
    """The ``citation_*`` tags that scholarly search engines read."""
    return format_html_join("\n", '<meta name="{}" content="{}">', _meta_pairs(citation))


def _meta_pairs(citation: Citation) -> Iterator[tuple[str, str]]:
    day, place = citation.printed_on, citation.place
    pairs = [("citation_title", plain_text(citation.title))]
    pairs += [
        ("citation_author", f"{name.family}, {name.given}" if name.given else name.family) for name in citation.names
    ]
    pairs += [
        ("citation_publication_date", day.strftime("%Y/%m/%d") if day else str(citation.printed_year or "")),
        ("citation_journal_title", citation.container),
        ("citation_volume", place.volume),
        ("citation_issue", place.number),
        ("citation_firstpage", place.first_page),
        ("citation_lastpage", place.last_page),
        ("citation_doi", citation.doi),
        ("citation_arxiv_id", citation.arxiv),
        ("citation_pdf_url", f"https://arxiv.org/pdf/{citation.arxiv}" if citation.arxiv else ""),
        ("citation_abstract_html_url", citation.url),
    ]
    return (pair for pair in pairs if pair[1])


def structured_data(citation: Citation, description: WorkDescription) -> SafeString:
    """The work as JSON-LD, schema.org ``ScholarlyArticle``, safe inside a script element."""
    names = [*description.names, *description.more_names][:NAMES_DESCRIBED]
    same_as = [identifier.url for identifier in description.identifiers if identifier.url]
    data = {
        "@context": "https://schema.org",
        "@type": "ScholarlyArticle",
        "@id": citation.url,
        "url": citation.url,
        "headline": plain_text(citation.title)[:250],
        "author": [{"@type": "Organization" if name.is_group else "Person", "name": name.text} for name in names],
        "datePublished": citation.submitted.isoformat() if citation.submitted else str(citation.year or ""),
        "keywords": list(citation.key_words),
        "sameAs": same_as,
        "abstract": plain_text(citation.abstract)[:1000],
    }
    text = json.dumps({name: value for name, value in data.items() if value}, ensure_ascii=False)
    escaped = text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return mark_safe(escaped)  # noqa: S308 - no character is left that opens or ends an element
