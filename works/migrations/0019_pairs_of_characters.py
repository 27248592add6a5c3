"""Runs of Chinese, Japanese and Korean characters are indexed by their pairs, too.

A generated column cannot be altered: it is made anew, which rewrites the table once.
"""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import migrations, models

CREATE = r"""
CREATE FUNCTION bzpeer_pairs(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT coalesce(string_agg(' ' || substr(run[1], at, 2), '' ORDER BY number, at), '')
    FROM regexp_matches($1, '[\u1100-\u11ff\u3005-\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff]{2,}', 'g')
         WITH ORDINALITY AS found (run, number),
         generate_series(1, char_length(run[1]) - 1) AS at
$$;
"""  # noqa: E501 -- one list of characters
DROP = "DROP FUNCTION bzpeer_pairs(text)"
WITH_PAIRS = (
    "CASE WHEN octet_length(%(expressions)s) = char_length(%(expressions)s) THEN %(expressions)s"
    " ELSE %(expressions)s || bzpeer_pairs(%(expressions)s) END"
)
LISTED_ON = "COALESCE(submitted, make_date(LEAST(GREATEST(COALESCE(year, 1), 1), 9999), 1, 1))"
MARKS = (
    "array_to_tsvector(ARRAY["
    "'@kind ' || kind,"
    f" '@year ' || EXTRACT(YEAR FROM {LISTED_ON})::int::text,"
    f" '@week ' || (({LISTED_ON} - DATE '0001-01-01') / 7)::text,"
    f" '@month ' || (EXTRACT(YEAR FROM {LISTED_ON})::int * 12 + EXTRACT(MONTH FROM {LISTED_ON})::int)::text"
    "])"
)


def words(template: str) -> models.Expression:
    def english(column: str, weight: str) -> SearchVector:
        return SearchVector(models.Func(column, template=template), weight=weight, config="bzpeer_english")

    names = SearchVector("byline", weight="B", config="bzpeer_names")
    return models.Func(
        english("title", "A") + names + english("abstract", "C"), template=f"(%(expressions)s) || {MARKS}"
    )


def generated(expression: models.Expression) -> models.GeneratedField:
    return models.GeneratedField(expression=expression, output_field=SearchVectorField(), db_persist=True)


class Migration(migrations.Migration):
    dependencies = [("works", "0018_stale_summaries")]

    operations = [
        migrations.RunSQL(CREATE, DROP),
        migrations.RemoveIndex(model_name="work", name="work_search"),
        migrations.RemoveField(model_name="work", name="search"),
        migrations.AddField(model_name="work", name="search", field=generated(words(WITH_PAIRS))),
        migrations.AddIndex(model_name="work", index=GinIndex(fields=["search"], name="work_search")),
    ]
