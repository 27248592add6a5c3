from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ingest", "0002_input_name")]

    operations = [
        migrations.AddField(
            model_name="importrun",
            name="step",
            field=models.CharField(
                blank=True, help_text="What the stage is at, where it does not count.", max_length=100
            ),
        ),
    ]
