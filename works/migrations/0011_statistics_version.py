"""Statistics know which code hashed what they count; those that stand are counted anew."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("works", "0010_standing_blocks")]

    operations = [
        migrations.AddField(
            model_name="attributionstatistics",
            name="version",
            field=models.IntegerField(db_default=0, default=0),
        ),
    ]
