"""Imports resolve only what is new in large blocks, and read described works instead of their texts."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("works", "0009_rows_unpacked")]

    operations = [
        migrations.CreateModel(
            name="ResolvedBlock",
            fields=[
                ("block", models.TextField(primary_key=True, serialize=False)),
                ("authorships", models.PositiveIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="WorkDescription",
            fields=[
                (
                    "work",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="works.work",
                    ),
                ),
                ("version", models.IntegerField()),
                ("packed", models.BinaryField()),
            ],
        ),
        migrations.AddField(
            model_name="dirtyblock",
            name="is_whole",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
