"""Canned answers become rows that curators edit; the first ones come along."""

from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

FIRST = {
    "Corrected, thank you": "Thank you. The record was wrong, and it is corrected now.",
    "Evidence says otherwise": "The record does not bear this out: co-authors, topics and places fit. Tell us what we "
    "missed.",
    "Two people of one name": "These are two people who share a name. Their records are marked so that nothing joins "
    "them.",
    "As printed at the source": "The printed author list comes from the source as it is. Ask the source to correct it; "
    "we follow.",
    "The researcher has to say": "This needs the word of the researcher: please ask them to claim the page, then it is "
    "one click.",
    "We cannot tell": "We cannot tell from what is here. Please open it again with a link that shows it.",
    "Done already": "This was corrected in another way before we came to your ticket. Thank you.",
}


def bring_the_first(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    answers = apps.get_model("profiles", "CannedAnswer")
    answers.objects.bulk_create(answers(title=title, text=text) for title, text in FIRST.items())


class Migration(migrations.Migration):
    dependencies = [("profiles", "0003_corrections")]

    operations = [
        migrations.CreateModel(
            name="CannedAnswer",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("title", models.CharField(help_text="What curators choose it by.", max_length=80, unique=True)),
                ("text", models.TextField(help_text="What the reporter reads.", max_length=2000)),
                ("changed_at", models.DateTimeField(auto_now=True)),
                (
                    "changed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"ordering": ["title"]},
        ),
        migrations.RunPython(bring_the_first, migrations.RunPython.noop),
    ]
