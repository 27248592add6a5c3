from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ingest', '0007_schedule_hours'),
    ]

    operations = [
        migrations.AddField(
            model_name='rejectedrecord',
            name='mended',
            field=models.TextField(blank=True, help_text='The corrected text that was taken in.'),
        ),
        migrations.AddIndex(
            model_name='rejectedrecord',
            index=models.Index(condition=models.Q(('state', 'ignored')), fields=['fingerprint'], name='reject_ignored'),
        ),
    ]
