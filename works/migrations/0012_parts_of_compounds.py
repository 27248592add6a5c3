"""Hyphenated words are indexed by their parts alone, which stand beside each other in the vector.

"Low-dimensional" had three entries: itself and both parts. Queries ask for the parts in a row, so that either spelling
finds the other, and the compounds, a fifth of all different words, need no room in the index and no time of imports.
Vectors that are there already keep their compounds, and their parts are found all the same.
"""

from __future__ import annotations

from django.db import migrations

PARTS_ALONE = """
ALTER TEXT SEARCH CONFIGURATION bzpeer_english DROP MAPPING FOR asciihword, hword, numhword;
ALTER TEXT SEARCH CONFIGURATION bzpeer_names DROP MAPPING FOR asciihword, hword, numhword;
"""
COMPOUNDS_TOO = """
ALTER TEXT SEARCH CONFIGURATION bzpeer_english ADD MAPPING FOR asciihword WITH english_stem;
ALTER TEXT SEARCH CONFIGURATION bzpeer_english ADD MAPPING FOR hword WITH unaccent, english_stem;
ALTER TEXT SEARCH CONFIGURATION bzpeer_english ADD MAPPING FOR numhword WITH simple;
ALTER TEXT SEARCH CONFIGURATION bzpeer_names ADD MAPPING FOR asciihword, numhword WITH simple;
ALTER TEXT SEARCH CONFIGURATION bzpeer_names ADD MAPPING FOR hword WITH unaccent, simple;
"""


class Migration(migrations.Migration):
    dependencies = [("works", "0011_statistics_version")]

    operations = [migrations.RunSQL(PARTS_ALONE, COMPOUNDS_TOO)]
