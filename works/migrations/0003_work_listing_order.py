"""Listings walk one index in one order, works without a day of submission included."""

from __future__ import annotations

from django.db import migrations, models
from django.db.models.functions import Coalesce, Greatest, Least


class Migration(migrations.Migration):
    dependencies = [("works", "0002_catalogue")]

    operations = [
        migrations.RemoveIndex(model_name="work", name="work_newest"),
        migrations.AddField(
            model_name="work",
            name="listed_on",
            field=models.GeneratedField(
                db_persist=True,
                expression=Coalesce(
                    "submitted",
                    models.Func(
                        Least(Greatest(Coalesce("year", 1), 1), 9999),
                        models.Value(1),
                        models.Value(1),
                        function="make_date",
                        output_field=models.DateField(),
                    ),
                ),
                output_field=models.DateField(),
            ),
        ),
        migrations.AddIndex(model_name="work", index=models.Index(fields=["-listed_on", "-id"], name="work_newest")),
    ]
