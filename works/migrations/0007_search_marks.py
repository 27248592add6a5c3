"""The text vector also holds the kind, year, month and week of a work, so that one index narrows by words and date.

A generated column cannot be altered: it is made anew, which rewrites the table once.
"""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import migrations, models

LISTED_ON = "COALESCE(submitted, make_date(LEAST(GREATEST(COALESCE(year, 1), 1), 9999), 1, 1))"
MARKS = (
    "array_to_tsvector(ARRAY["
    "'@kind ' || kind,"
    f" '@year ' || EXTRACT(YEAR FROM {LISTED_ON})::int::text,"
    f" '@week ' || (({LISTED_ON} - DATE '0001-01-01') / 7)::text,"
    f" '@month ' || (EXTRACT(YEAR FROM {LISTED_ON})::int * 12 + EXTRACT(MONTH FROM {LISTED_ON})::int)::text"
    "])"
)


def words() -> models.Expression:
    return (
        SearchVector("title", weight="A", config="bzpeer_english")
        + SearchVector("byline", weight="B", config="bzpeer_names")
        + SearchVector("abstract", weight="C", config="bzpeer_english")
    )


def generated(expression: models.Expression) -> models.GeneratedField:
    return models.GeneratedField(expression=expression, output_field=SearchVectorField(), db_persist=True)


class Migration(migrations.Migration):
    dependencies = [("works", "0006_decisions")]

    operations = [
        migrations.RemoveIndex(model_name="work", name="work_search"),
        migrations.RemoveField(model_name="work", name="search"),
        migrations.AddField(
            model_name="work",
            name="search",
            field=generated(models.Func(words(), template=f"(%(expressions)s) || {MARKS}")),
        ),
        migrations.AddIndex(model_name="work", index=GinIndex(fields=["search"], name="work_search")),
    ]
