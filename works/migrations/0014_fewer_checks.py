"""Foreign keys that another one implies, or that a queue does not need, are not checked for every row."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("works", "0013_withdrawn_decisions"),
    ]

    operations = [
        migrations.AlterField(
            model_name="attribution",
            name="work",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="attributions",
                to="works.work",
            ),
        ),
        migrations.AlterField(
            model_name="touchedauthor",
            name="author",
            field=models.ForeignKey(
                db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="works.author"
            ),
        ),
    ]
