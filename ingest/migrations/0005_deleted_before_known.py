from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ingest', '0004_pauses'),
        ('works', '0018_stale_summaries'),
    ]

    operations = [
        migrations.AlterField(
            model_name='sourcerecord',
            name='work',
            field=models.ForeignKey(help_text='Empty for an institution and for a work deleted before it was known.', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='source_records', to='works.work'),
        ),
    ]
