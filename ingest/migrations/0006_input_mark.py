from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ingest', '0005_deleted_before_known'),
    ]

    operations = [
        migrations.AddField(
            model_name='importrun',
            name='input_mark',
            field=models.CharField(blank=True, help_text='Of its files at the first batch, to see when one is replaced.', max_length=32),
        ),
    ]
