"""A decision that was withdrawn knows by which act, so that undoing the act puts it back."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("works", "0012_parts_of_compounds")]

    operations = [
        migrations.AddField(
            model_name="decision",
            name="undone_in",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="withdrawn_decisions",
                to="works.eventbatch",
            ),
        ),
    ]
