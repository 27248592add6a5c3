"""A work is of one of the kinds that have a name: pages cannot show others, which sources could bring in."""

from __future__ import annotations

from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models

KINDS = ("preprint", "article", "conference", "book", "chapter", "dataset", "thesis", "review", "other")
NAME_KINDS = """
UPDATE works_work SET kind = CASE
    WHEN kind IN ('book-chapter', 'book-section', 'book-part') THEN 'chapter'
    WHEN kind = 'dissertation' THEN 'thesis'
    WHEN kind = 'letter' THEN 'article'
    ELSE 'other' END
WHERE kind NOT IN ('preprint', 'article', 'conference', 'book', 'chapter', 'dataset', 'thesis', 'review', 'other')
"""


class Migration(migrations.Migration):
    # Each step commits by itself, so that none holds a lock on works through the next one's reading of all of them.
    atomic = False

    dependencies = [("works", "0016_rows_in_one_page")]

    operations = [
        AddConstraintNotValid(
            model_name="work",
            constraint=models.CheckConstraint(condition=models.Q(kind__in=KINDS), name="work_kind_known"),
        ),
        migrations.RunSQL(NAME_KINDS, migrations.RunSQL.noop),
        ValidateConstraint(model_name="work", name="work_kind_known"),
    ]
