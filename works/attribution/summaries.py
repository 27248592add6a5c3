"""What an author record says of itself, worked out from the works attributed to it."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from works.copying import array_literal
from works.models import Author

#: Printed forms and affiliations kept on an author record, the most frequent ones.
NAME_FORMS = 12
AFFILIATIONS = 20

#: Positions and works are looked up one by one: a planner that takes the authors for many reads all of them instead.
#: Rows are written in the order of their ids, so that two resolutions never wait for each other in a circle.
#: A record that has no row yet gets one; one without a work keeps its names and loses the rest.
#: The name shown is the printed form with a whole given name that stands most often; of equals, the longest.
_REFRESH = """
WITH mine AS (
    SELECT t.author_id, t.work_id, a.id AS authorship, a.raw_name, a.family, a.given, a.suffix, a.name_key, a.block,
           a.affiliations, w.year
    FROM works_attribution t
    CROSS JOIN LATERAL (SELECT * FROM works_authorship a WHERE a.id = t.authorship_id OFFSET 0) a
    CROSS JOIN LATERAL (SELECT year, is_deleted FROM works_work w WHERE w.id = t.work_id OFFSET 0) w
    WHERE t.author_id = ANY (%(authors)s::bigint[]) AND NOT w.is_deleted
), forms AS (
    SELECT author_id, raw_name, min(family) AS family, min(given) AS given, min(suffix) AS suffix,
           min(name_key) AS name_key, min(block) AS block, count(*) AS works,
           row_number() OVER (
               PARTITION BY author_id
               ORDER BY bool_or(length(split_part(given, ' ', 1)) > 2) DESC, count(*) DESC,
                        length(raw_name) DESC, raw_name
           ) AS rank
    FROM mine GROUP BY author_id, raw_name
), names AS (
    SELECT author_id, jsonb_agg(jsonb_build_array(raw_name, works) ORDER BY works DESC, raw_name) AS forms
    FROM (SELECT *, row_number() OVER (PARTITION BY author_id ORDER BY works DESC, raw_name) AS place FROM forms) f
    WHERE place <= %(forms)s GROUP BY author_id
), years AS (
    SELECT author_id, jsonb_agg(jsonb_build_array(year, works) ORDER BY year) AS years,
           min(year) AS first_year, max(year) AS last_year
    FROM (SELECT author_id, year, count(*) AS works FROM mine WHERE year IS NOT NULL GROUP BY author_id, year) y
    GROUP BY author_id
), places AS (
    SELECT author_id,
           jsonb_agg(
               jsonb_build_array(line, first_year, last_year, works)
               ORDER BY last_year DESC NULLS LAST, works DESC, line
           ) AS affiliations
    FROM (
        SELECT author_id, line, min(year) AS first_year, max(year) AS last_year, count(*) AS works,
               row_number() OVER (
                   PARTITION BY author_id ORDER BY count(*) DESC, max(year) DESC NULLS LAST, line
               ) AS place
        FROM mine, unnest(affiliations) AS line GROUP BY author_id, line
    ) p WHERE place <= %(places)s GROUP BY author_id
), counts AS (
    SELECT author_id, count(*) AS works FROM mine GROUP BY author_id
)
INSERT INTO works_author AS r (
    id, display_name, family, given, name_key, block, work_count, first_year, last_year, years, name_forms,
    affiliations, status, homepage, level, is_open_to_collaborate, revision, created_at, modified_at
)
SELECT wanted.id, COALESCE(f.raw_name, ''), COALESCE(f.family, ''), COALESCE(f.given, ''), COALESCE(f.name_key, ''),
       COALESCE(f.block, ''), COALESCE(c.works, 0), y.first_year, y.last_year, COALESCE(y.years, '[]'),
       COALESCE(n.forms, '[]'), COALESCE(p.affiliations, '[]'), %(active)s, '', 1, true, 1, now(), now()
FROM (SELECT unnest(%(authors)s::bigint[]) AS id) wanted
LEFT JOIN forms f ON f.author_id = wanted.id AND f.rank = 1
LEFT JOIN names n ON n.author_id = wanted.id
LEFT JOIN years y ON y.author_id = wanted.id
LEFT JOIN places p ON p.author_id = wanted.id
LEFT JOIN counts c ON c.author_id = wanted.id
ORDER BY wanted.id
ON CONFLICT (id) DO UPDATE SET
    display_name = COALESCE(NULLIF(r.chosen_name, ''), NULLIF(excluded.display_name, ''), r.display_name),
    family = CASE WHEN excluded.work_count > 0 THEN excluded.family ELSE r.family END,
    given = CASE WHEN excluded.work_count > 0 THEN excluded.given ELSE r.given END,
    name_key = CASE WHEN excluded.work_count > 0 THEN excluded.name_key ELSE r.name_key END,
    block = CASE WHEN excluded.work_count > 0 THEN excluded.block ELSE r.block END,
    work_count = excluded.work_count,
    first_year = excluded.first_year,
    last_year = excluded.last_year,
    years = excluded.years,
    name_forms = CASE WHEN excluded.work_count > 0 THEN excluded.name_forms ELSE r.name_forms END,
    affiliations = excluded.affiliations,
    revision = r.revision + 1,
    modified_at = now()
"""
_PARAMETERS: dict[str, str | int] = {
    "active": Author.Status.ACTIVE.value,
    "forms": NAME_FORMS,
    "places": AFFILIATIONS,
}


def refresh_authors(authors: Sequence[int]) -> None:
    """Recompute names, counts, years and affiliations of these author records and note that they were touched.

    One statement for any number of authors; their order of processing does not matter.
    """
    if not authors:
        return
    listed = array_literal(sorted(authors))
    with connection.cursor() as cursor:
        cursor.execute(_REFRESH, _PARAMETERS | {"authors": listed})
        cursor.execute(
            "INSERT INTO works_touchedauthor (author_id, since) SELECT a, now() FROM unnest(%s::bigint[]) AS a",
            [listed],
        )
