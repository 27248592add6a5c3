"""Schedules have bounds. What was shown as "by hand" and ran all the same is by hand; longer than a year is a year."""

import django.core.validators
from django.db import migrations, models
from django.db.models import Q


def keep_within_bounds(apps, schema_editor):
    sources = apps.get_model("ingest", "Source").objects.using(schema_editor.connection.alias)
    sources.filter(every_hours=0).update(every_hours=None)
    sources.filter(every_hours__gt=8760).update(every_hours=8760)


class Migration(migrations.Migration):
    dependencies = [("ingest", "0006_input_mark")]

    operations = [
        migrations.AlterField(
            model_name="source",
            name="every_hours",
            field=models.PositiveIntegerField(
                blank=True,
                help_text="Start a run this often, 1 to 8760; empty for runs by hand only.",
                null=True,
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(8760),
                ],
            ),
        ),
        migrations.RunPython(keep_within_bounds, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="source",
            constraint=models.CheckConstraint(
                condition=Q(every_hours__isnull=True) | Q(every_hours__range=(1, 8760)),
                name="source_every_hours",
                violation_error_message="A source runs every 1 to 8760 hours, or by hand only.",
            ),
        ),
    ]
