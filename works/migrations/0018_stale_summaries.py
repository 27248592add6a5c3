"""A queue of author records to be summed up anew."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("works", "0017_known_kinds")]

    operations = [
        migrations.CreateModel(
            name="StaleSummary",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("since", models.DateTimeField(auto_now_add=True)),
                (
                    "author",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="works.author",
                    ),
                ),
            ],
            options={"verbose_name_plural": "stale summaries"},
        )
    ]
