"""The reasons of an attribution are kept as they were written: two fifths of the table less."""

from __future__ import annotations

import works.models.fields
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("works", "0014_fewer_checks"),
    ]

    operations = [
        migrations.AlterField(
            model_name="attribution",
            name="reasons",
            field=works.models.fields.PlainJSONField(default=list),
        ),
    ]
