"""PostgreSQL extensions and the two text-search configurations: English with accents folded, and names as written."""

from __future__ import annotations

from django.contrib.postgres.operations import TrigramExtension, UnaccentExtension
from django.db import migrations

CREATE = """
CREATE TEXT SEARCH CONFIGURATION bzpeer_english (COPY = pg_catalog.english);
ALTER TEXT SEARCH CONFIGURATION bzpeer_english
    ALTER MAPPING FOR hword, hword_part, word WITH unaccent, english_stem;
CREATE TEXT SEARCH CONFIGURATION bzpeer_names (COPY = pg_catalog.simple);
ALTER TEXT SEARCH CONFIGURATION bzpeer_names
    ALTER MAPPING FOR hword, hword_part, word WITH unaccent, simple;
"""
DROP = """
DROP TEXT SEARCH CONFIGURATION bzpeer_english;
DROP TEXT SEARCH CONFIGURATION bzpeer_names;
"""


class Migration(migrations.Migration):
    initial = True

    operations = [TrigramExtension(), UnaccentExtension(), migrations.RunSQL(CREATE, DROP)]
