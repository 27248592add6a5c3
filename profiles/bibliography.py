"""All works of an author as one citation file, written in batches: 3,000 works need no more memory than 200."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain

from works.citations import Citation, CitedName, to_bibtex, to_ris, with_keys_of_their_own
from works.models import Author, Authorship, Topic, Work, WorkIdentifier, WorkTopic
from works.text_matches import in_listing_order
from works.work_page import work_citation

BATCH = 200
NAMES_CITED = 100
"""Printed names cited of one work; longer lists end in "and others"."""

FORMATS = {"bib": (to_bibtex, "application/x-bibtex"), "ris": (to_ris, "application/x-research-info-systems")}
"""By file ending: how one work is written, and the media type of the file."""


def bibliography(author: Author, ending: str, site: str) -> Iterator[str]:
    """The author's works, newest first, in a format of ``FORMATS``; ``site`` is this site's address without a slash."""
    write, _media_type = FORMATS[ending]
    works = Work.objects.listed().filter(attributions__author=author)
    ids = list(works.order_by(*in_listing_order(by_index=False)).values_list("pk", flat=True))
    starts = range(0, len(ids), BATCH)
    citations = chain.from_iterable(_citations(ids[start : start + BATCH], site) for start in starts)
    for citation in with_keys_of_their_own(citations):
        yield write(citation)
        yield "\n"


def _citations(ids: Sequence[int], site: str) -> Iterator[Citation]:
    works = Work.objects.defer("search").in_bulk(ids)
    names: dict[int, list[CitedName]] = defaultdict(list)
    for entry in Authorship.objects.filter(work__in=ids, position__lt=NAMES_CITED).order_by("work", "position"):
        names[entry.work_id].append(CitedName(entry.family, entry.given, entry.suffix, entry.is_group))
    identifiers: dict[int, dict[str, str]] = defaultdict(dict)
    for identifier in WorkIdentifier.objects.filter(work__in=ids):
        identifiers[identifier.work_id].setdefault(identifier.scheme, identifier.value)
    topics: dict[int, list[Topic]] = defaultdict(list)
    for link in WorkTopic.objects.filter(work__in=ids).select_related("topic").order_by("work", "position"):
        topics[link.work_id].append(link.topic)
    for work in (works[work_id] for work_id in ids if work_id in works):
        cited = names[work.pk]
        yield work_citation(
            work,
            site + work.get_absolute_url(),
            cited,
            identifiers=identifiers[work.pk],
            topics=topics[work.pk],
            is_complete=work.authors_complete and len(cited) >= work.author_count,
        )
