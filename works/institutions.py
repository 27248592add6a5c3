"""Institutions: taking in registry records, and recognising them in printed affiliations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from django.db import connection, transaction

from works.models import Institution, InstitutionName
from works.records import InstitutionRecord
from works.rows import title_key

#: Shorter folded names ("mit", "jd com") are too often words of something else to be recognised inside a longer line.
SHORTEST_NAME = 6
_PARTS = re.compile(r"[,;:()/]|\s[-–—]\s")
_FIELDS = (
    "name",
    "name_key",
    "other_names",
    "acronyms",
    "kinds",
    "domains",
    "country_code",
    "city",
    "website",
    "status",
)


def load_institutions(records: Sequence[InstitutionRecord]) -> tuple[int, int]:
    """Create or bring up to date; returns how many were created and how many changed. Run inside a transaction."""
    latest = {record.ror: record for record in records}
    known = {row.ror or "": row for row in Institution.objects.select_for_update().filter(ror__in=latest)}
    fresh = [_institution(record) for ror, record in latest.items() if ror not in known]
    changed = []
    for ror, row in known.items():
        stated = _institution(latest[ror])
        if any(getattr(row, field) != getattr(stated, field) for field in _FIELDS):
            for field in _FIELDS:
                setattr(row, field, getattr(stated, field))
            changed.append(row)
    Institution.objects.bulk_create(fresh)
    Institution.objects.bulk_update(changed, _FIELDS, batch_size=500)
    InstitutionName.objects.filter(institution__in=changed).delete()
    InstitutionName.objects.bulk_create(
        [
            InstitutionName(institution=row, name_key=key)
            for row in (*fresh, *changed)
            for key in dict.fromkeys(institution_key(name) for name in (row.name, *row.other_names))
            if len(key) >= SHORTEST_NAME
        ],
        batch_size=5000,
    )
    return len(fresh), len(changed)


def institution_key(name: str) -> str:
    """The folded name without a leading article."""
    return title_key(name).removeprefix("the ")


def link_works(works: Iterable[int] | None = None) -> int:
    """Link authorships to the institutions that their source names by id or that their printed affiliation names.

    An affiliation names an institution when one of its comma-separated parts is, folded, one of the institution's
    names, and no other institution goes by that name. Without ``works`` all authorships are looked at. Returns new
    links.
    """
    chosen = list(works) if works is not None else None
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO works_authorshipinstitution (authorship_id, institution_id)
            SELECT DISTINCT a.id, i.id FROM works_authorship a, unnest(a.rors) AS r
            JOIN works_institution i ON i.ror = r
            WHERE a.rors <> '{}' AND (%(works)s::bigint[] IS NULL OR a.work_id = ANY (%(works)s))
            ON CONFLICT DO NOTHING RETURNING authorship_id
            """,
            {"works": chosen},
        )
        linked = [row[0] for row in cursor.fetchall()]
        cursor.execute(
            "SELECT DISTINCT line FROM works_authorship a, unnest(a.affiliations) AS line"
            " WHERE a.affiliations <> '{}' AND (%(works)s::bigint[] IS NULL OR a.work_id = ANY (%(works)s))",
            {"works": chosen},
        )
        found = recognise([row[0] for row in cursor.fetchall()])
        if found:
            pairs = [(line, institution) for line, institutions in found.items() for institution in institutions]
            cursor.execute(
                """
                INSERT INTO works_authorshipinstitution (authorship_id, institution_id)
                SELECT DISTINCT a.id, named.institution
                FROM unnest(%(lines)s::text[], %(institutions)s::bigint[]) AS named(line, institution)
                JOIN works_authorship a ON named.line = ANY (a.affiliations)
                WHERE a.affiliations <> '{}' AND (%(works)s::bigint[] IS NULL OR a.work_id = ANY (%(works)s))
                ON CONFLICT DO NOTHING RETURNING authorship_id
                """,
                {
                    "works": chosen,
                    "lines": [line for line, _ in pairs],
                    "institutions": [institution for _, institution in pairs],
                },
            )
            linked += [row[0] for row in cursor.fetchall()]
        # Of authorships without an author yet the resolution to come takes care.
        cursor.execute(
            "INSERT INTO works_touchedauthor (author_id, since) SELECT DISTINCT author_id, now()"
            " FROM works_attribution WHERE authorship_id = ANY (%s)",
            [linked],
        )
    return len(linked)


def recognise(lines: Sequence[str]) -> dict[str, list[int]]:
    """The institutions named in each printed affiliation; lines that name none are left out."""
    parts = {line: {institution_key(part) for part in (line, *_PARTS.split(line))} for line in lines}
    keys = {key for found in parts.values() for key in found if len(key) >= SHORTEST_NAME}
    owners: dict[str, list[int]] = {}
    for key, institution in InstitutionName.objects.filter(name_key__in=keys, institution__status="active").values_list(
        "name_key", "institution"
    ):
        owners.setdefault(key, []).append(institution)
    unambiguous = {key: institutions[0] for key, institutions in owners.items() if len(institutions) == 1}
    named = {line: sorted({unambiguous[key] for key in found if key in unambiguous}) for line, found in parts.items()}
    return {line: institutions for line, institutions in named.items() if institutions}


def _institution(record: InstitutionRecord) -> Institution:
    return Institution(
        ror=record.ror,
        name=record.name[:300],
        name_key=institution_key(record.name)[:300],
        other_names=[alias[:300] for alias in record.aliases],
        acronyms=[acronym[:60] for acronym in record.acronyms],
        kinds=[kind[:30] for kind in record.kinds],
        domains=[domain[:120] for domain in record.domains],
        country_code=(record.country_code or "")[:2],
        city=(record.city or "")[:120],
        website=(record.homepage or "")[:300],
        status=record.status[:10],
    )
