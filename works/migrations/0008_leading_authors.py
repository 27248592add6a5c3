"""The first letters of a name match a large part of all records; those with many works get an index of their own."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.db import migrations
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("works", "0007_search_marks")]

    operations = [
        migrations.AddIndex(
            model_name="author",
            index=GinIndex(
                fields=["name_key"],
                name="author_leading_trgm",
                opclasses=["gin_trgm_ops"],
                condition=Q(work_count__gte=5),
            ),
        ),
    ]
