"""The Atom feed of a researcher: what state it is in, at the price of two short queries, and the document itself.

Readers ask for a feed many times a day and nearly always find it as it was, so its state is known without its texts.
Format: RFC 4287; asking whether it changed: RFC 9110, section 13.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from hashlib import blake2b
from typing import NamedTuple

from django.conf import settings
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import format_html_join

from works.characters import one_line
from works.markup import plain_text
from works.models import Author, Work
from works.text_matches import in_listing_order

FEED_LENGTH = 50
"""Works in a feed, the newest ones."""


class Entry(NamedTuple):
    """A work in the feed, and when its record was last written."""

    work_id: int
    changed: datetime


@dataclass(frozen=True, slots=True)
class FeedState:
    """What a feed holds: its works in order, the entity tag of the document, and when something of it last changed."""

    entries: Sequence[Entry]
    etag: str
    changed: datetime


def feed_state(author: Author, site: str) -> FeedState:
    """The state of the author's feed on the site of this address; one query, whatever the works weigh."""
    newest = Work.objects.listed().filter(attributions__author=author).order_by(*in_listing_order(by_index=False))
    entries = [Entry(*row) for row in newest.values_list("pk", "modified_at")[:FEED_LENGTH]]
    # A work that leaves the feed leaves no date behind; the record of the author changes with it.
    changed = max([author.modified_at, *(entry.changed for entry in entries)])
    shown = (settings.RELEASE, site, author.display_name, changed, *entries)
    mark = blake2b("\n".join(map(str, shown)).encode(), digest_size=16).hexdigest()
    return FeedState(entries, f'W/"{mark}"', changed)


def feed_document(author: Author, site: str, state: FeedState) -> str:
    """The works as Atom. Feed and entries keep their ids whatever happens to names and titles."""
    atom = _Feed(
        title=f"{author.display_name}: published work",
        link=site + author.get_absolute_url(),
        description=f"New works of {author.display_name}",
        feed_url=site + reverse("researcher-feed", args=[author.pk, author.slug]),
        feed_guid=f"{site}/researchers/{author.pk}",
        author_name=author.display_name,
        changed=state.changed,
    )
    works = Work.objects.defer("search").in_bulk([entry.work_id for entry in state.entries])
    for work in (works[entry.work_id] for entry in state.entries if entry.work_id in works):
        published = _midnight(work.listed_on) if work.year else None
        atom.add_item(
            title=plain_text(work.title),
            link=site + work.get_absolute_url(),
            unique_id=f"{site}/works/{work.pk}",
            description=_as_html(work.abstract),
            author_name=one_line(work.byline),
            pubdate=published,
            updateddate=_midnight(work.updated) if work.updated else published or work.created_at,
        )
    return str(atom.writeString("utf-8"))


class _Feed(Atom1Feed):
    """Django would say that a feed without works changed just now."""

    def latest_post_date(self) -> datetime:
        changed: datetime = self.feed["changed"]
        return changed


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _as_html(abstract: str) -> str:
    """The abstract as the HTML that summaries of Atom are: text from outside, escaped, in its paragraphs."""
    parts = [plain_text(part) for part in abstract.splitlines()]
    return format_html_join("", "<p>{}</p>", ((part,) for part in parts if part))
