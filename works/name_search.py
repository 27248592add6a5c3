"""Finding researchers, institutions and topics by name: every typed word must begin a word of the name.

Names and queries meet in the normal form of ``works.names`` (``darrell trevor``), indexed by trigrams.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from django.contrib.postgres.search import TrigramSimilarity
from django.db import connections, router, transaction
from django.db.models import Case, Model, Q, QuerySet, Value, When

from works.identifiers import orcid
from works.models import Author, Institution, Topic
from works.models.authors import LEADING_WORKS
from works.name_forms import fold
from works.paging import Page, encode_cursor, number_cursor
from works.rows import title_key

Named = TypeVar("Named", bound=Model)

PAGE_SIZE = 30
#: Words of a name query beyond this many are left out.
MAX_WORDS = 8
SUGGESTED = 5
#: Less similar names (1 is equality) are no misspelling. The usual 0.3 takes the index three times as long.
SIMILAR_FROM = "0.45"
#: A query of more words than this is taken for a title rather than for a name.
NAME_WORDS = 6


def search_researchers(query: str, cursor: str = "") -> Page[Author]:
    """Author records under a name: records of exactly that name first, then by number of works.

    One word, which may be the beginning of very many names, is ordered by works alone.
    """
    known = orcid(query)
    if known is not None:
        return Page(list(Author.objects.public().filter(orcid=known)))
    words = _words(query)
    if query and not words:
        return Page([])
    exact = exact_keys(query) if len(words) > 1 else set()
    start = number_cursor(cursor, 3)
    after = Q()
    if start is not None:
        is_exact, works, row_id = start
        behind = Q(work_count__lte=works) & (Q(work_count__lt=works) | Q(pk__gt=row_id))
        after = Q(is_exact__lt=is_exact) | Q(is_exact=is_exact) & behind if exact else behind
    if exact:
        found = named(words).annotate(is_exact=Case(When(name_key__in=exact, then=Value(1)), default=Value(0)))
        rows = list(found.filter(after).order_by("-is_exact", "-work_count", "pk")[: PAGE_SIZE + 1])
    else:
        rows = leading(named(words).annotate(is_exact=Value(0)).filter(after), PAGE_SIZE + 1)
    last = rows[PAGE_SIZE - 1] if len(rows) > PAGE_SIZE else None
    next_cursor = encode_cursor(last.is_exact, last.work_count, last.pk) if last else ""
    return Page(rows[:PAGE_SIZE], next_cursor, start is not None)


def named(words: Sequence[str]) -> QuerySet[Author]:
    """Public records whose name has, for every word, a word that begins with it."""
    authors = Author.objects.public()
    for word in words:
        authors = authors.filter(begins_a_word("name_key", word))
    return authors


def leading(authors: QuerySet[Author], wanted: int) -> list[Any]:
    """The ``wanted`` records with the most works.

    They are looked for among those with many works first; where these do not suffice, the name is rare among all, too.
    """
    in_order = authors.order_by("-work_count", "pk")
    rows = list(in_order.filter(work_count__gte=LEADING_WORKS)[:wanted])
    return rows if len(rows) == wanted else list(in_order[:wanted])


def exact_keys(query: str) -> set[str]:
    """The name keys that a query spells out: as written, and with its last word as the family name."""
    words = _words(query)
    return {" ".join(words), " ".join([*words[-1:], *words[:-1]])} if words else set()


def records_named(query: str) -> list[Author]:
    """Up to two researchers whose name is exactly the query, those with more works first.

    Two tell a shared name from one that is not. One word alone is more often a subject than a name.
    """
    if not 1 < len(_words(query)) <= NAME_WORDS:
        return []
    return list(Author.objects.public().filter(name_key__in=exact_keys(query)).order_by("-work_count", "pk")[:2])


def similar_names(query: str) -> list[str]:
    """Names of researchers that are spelled much like the query, each once, for "did you mean"."""
    words = _words(query)
    if not words:
        return []
    turned = " ".join([*words[-1:], *words[:-1]])
    database = router.db_for_read(Author)
    rows = (
        Author.objects.using(database)
        .public()
        .filter(name_key__trigram_similar=turned)
        .annotate(similarity=TrigramSimilarity("name_key", turned))
        .order_by("-similarity", "-work_count")
        .values_list("name_key", "display_name")[: SUGGESTED * 10]
    )
    names: dict[str, str] = {}
    with transaction.atomic(using=database), connections[database].cursor() as cursor:
        cursor.execute("SELECT set_config('pg_trgm.similarity_threshold', %s, true)", [SIMILAR_FROM])
        for name_key, display_name in rows:
            names.setdefault(name_key, display_name)
    return list(names.values())[:SUGGESTED]


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
