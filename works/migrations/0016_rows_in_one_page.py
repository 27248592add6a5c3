"""Rows of works stay in one piece as long as they fit into a page.

One in forty takes 4 to 8 kB. Compressing its abstract and moving out its text vector took a hundredth of the server's
time of an import, and the way back some more for every search that ranks it. Rows that are there stay as they are.
"""

from __future__ import annotations

from django.db import migrations

KEEP_WHOLE = "ALTER TABLE works_work SET (toast_tuple_target = 8160)"
BEFORE = "ALTER TABLE works_work SET (toast_tuple_target = 4080)"


class Migration(migrations.Migration):
    dependencies = [("works", "0015_reasons_as_written")]

    operations = [migrations.RunSQL(KEEP_WHOLE, BEFORE)]
