from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ingest", "0003_step")]

    operations = [
        migrations.AddField(
            model_name="importrun",
            name="pauses",
            field=models.JSONField(
                default=list,
                help_text="When it stood still, between an end and going on: pairs of ISO time stamps.",
            ),
        ),
    ]
