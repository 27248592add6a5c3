"""Finding researchers, institutions and topics by name: every typed word must begin a word of the name.

Names and queries meet in the normal form of ``works.names`` (``darrell trevor``), indexed by trigrams.
"""

from __future__ import annotations

from typing import TypeVar

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import Case, Model, Q, QuerySet, Value, When

from works.identifiers import orcid
from works.models import Author, Institution, Topic
from works.name_forms import fold
from works.paging import Page, encode_cursor, number_cursor
from works.rows import title_key

Named = TypeVar("Named", bound=Model)

PAGE_SIZE = 30
#: Words of a name query beyond this many are left out.
MAX_WORDS = 8
SUGGESTED = 5
COUNTED = 1000


def search_researchers(query: str, cursor: str = "") -> Page[Author]:
    """Author records under a name, records of exactly that name first, then by number of works."""
    known = orcid(query)
    if known is not None:
        return Page(list(Author.objects.public().filter(orcid=known)))
    words = _words(query)
    authors = Author.objects.public()
    if query and not words:
        return Page([])
    for word in words:
        authors = authors.filter(begins_a_word("name_key", word))
    exact = exact_keys(query)
    ranked = authors.annotate(
        is_exact=Case(When(name_key__in=exact, then=Value(1)), default=Value(0)) if exact else Value(0)
    )
    start = number_cursor(cursor, 3)
    if start is not None:
        is_exact, works, row_id = start
        after = Q(work_count__lt=works) | Q(work_count=works, pk__gt=row_id)
        ranked = ranked.filter(Q(is_exact__lt=is_exact) | Q(is_exact=is_exact) & after if exact else after)
    order = ("-is_exact", "-work_count", "pk") if exact else ("-work_count", "pk")
    rows = list(ranked.order_by(*order)[: PAGE_SIZE + 1])
    last = rows[PAGE_SIZE - 1] if len(rows) > PAGE_SIZE else None
    next_cursor = encode_cursor(last.is_exact, last.work_count, last.pk) if last else ""  # type: ignore[attr-defined]
    return Page(rows[:PAGE_SIZE], next_cursor, start is not None)


def exact_keys(query: str) -> set[str]:
    """The name keys that a query spells out: as written, and with its last word as the family name."""
    words = _words(query)
    return {" ".join(words), " ".join([*words[-1:], *words[:-1]])} if words else set()


def similar_researchers(query: str) -> list[Author]:
    """Researchers whose name is spelled much like the query, for "did you mean"."""
    words = _words(query)
    if not words:
        return []
    turned = " ".join([*words[-1:], *words[:-1]])
    return list(
        Author.objects.public()
        .filter(name_key__trigram_similar=turned)
        .annotate(similarity=TrigramSimilarity("name_key", turned))
        .order_by("-similarity", "-work_count")[:SUGGESTED]
    )


def search_institutions(query: str, cursor: str = "") -> Page[Institution]:
    """Institutions under a name, those with the most works first."""
    found = Institution.objects.filter(work_count__gt=0) if not query else Institution.objects.all()
    for word in title_key(query).split()[:MAX_WORDS]:
        found = found.filter(begins_a_word("name_key", word))
    return _by_works(found, cursor)


def search_topics(query: str, cursor: str = "") -> Page[Topic]:
    """Topics whose code or name holds every word, those with the most works first."""
    found = Topic.objects.all()
    for word in query.split()[:MAX_WORDS]:
        found = found.filter(Q(code__icontains=word) | Q(name__icontains=word))
    return _by_works(found, cursor)


def _by_works(rows: QuerySet[Named], cursor: str) -> Page[Named]:
    start = number_cursor(cursor, 2)
    if start is not None:
        works, row_id = start
        rows = rows.filter(Q(work_count__lt=works) | Q(work_count=works, pk__gt=row_id))
    found = list(rows.order_by("-work_count", "pk")[: PAGE_SIZE + 1])
    last = found[PAGE_SIZE - 1] if len(found) > PAGE_SIZE else None
    next_cursor = encode_cursor(last.work_count, last.pk) if last else ""  # type: ignore[attr-defined]
    return Page(found[:PAGE_SIZE], next_cursor, start is not None)


def _words(query: str) -> list[str]:
    return fold(query).split()[:MAX_WORDS]


def begins_a_word(column: str, word: str) -> Q:
    """Both patterns have trigrams at the start of a word, so the trigram index answers them."""
    return Q(**{f"{column}__startswith": word}) | Q(**{f"{column}__contains": f" {word}"})
