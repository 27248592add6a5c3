"""Records of exactly one name are found by an index of names, at the same cost however many records there are.

The trigram index, which would be asked otherwise, weighs every part of the name in all names.
"""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("works", "0019_pairs_of_characters")]

    operations = [migrations.AddIndex(model_name="author", index=models.Index(fields=["name_key"], name="author_name"))]
