"""Words of scripts written without spaces (Chinese, Japanese) or run together (Korean), found by any part of them.

To a text index an unbroken run of such characters is one word, found only whole. Its pairs of neighbouring characters
are indexed behind the text, in their order (量子力学: 量子 子力 力学), and a query asks for its own pairs in a row.
Lucene's CJK analyser does the same. Texts in ASCII are left alone at the cost of comparing two lengths.
"""

from __future__ import annotations

import re
from typing import Final

#: The characters, in a spelling that Python and PostgreSQL read alike: Hangul, Kana, Han.
CHARACTERS: Final = (
    r"\u1100-\u11ff\u3005-\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    r"\uac00-\ud7a3\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
#: Template of an expression: a text with its pairs behind it. The function is made by the migrations.
WITH_PAIRS_SQL: Final = (
    "CASE WHEN octet_length(%(expressions)s) = char_length(%(expressions)s) THEN %(expressions)s"
    " ELSE %(expressions)s || bzpeer_pairs(%(expressions)s) END"
)
_RUN: Final = re.compile(f"[{CHARACTERS}]{{2,}}")


def pairs(text: str) -> str:
    """The pairs of all runs in their order with spaces between them; empty when the text has none."""
    if text.isascii():
        return ""
    return " ".join(run[at : at + 2] for run in _RUN.findall(text) for at in range(len(run) - 1))
