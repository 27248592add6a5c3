"""The Unicode character behind LaTeX's commands without argument: ``alpha`` is α, ``leq`` is ≤.

The table is pylatexenc's, as far as one sign stands for a command, with a few words and signs more.
"""

from __future__ import annotations

from pylatexenc.latex2text import get_default_latex_context_db

_FURTHER = {
    "epsilon": "ε", "varepsilon": "ε", "phi": "φ", "varphi": "φ", "ldots": "…", "dots": "…", "cdots": "⋯",
    "degree": "°", "deg": "°", "circ": "°", "sim": "~", "lesssim": "≲", "gtrsim": "≳", "odot": "⊙",
    "quad": " ", "qquad": " ", "par": " ", "newline": " ", "LaTeX": "LaTeX", "TeX": "TeX",
    "log": "log", "exp": "exp", "sin": "sin", "cos": "cos", "tan": "tan", "min": "min", "max": "max",
}  # fmt: skip

SYMBOLS: dict[str, str] = {
    macro.macroname: macro.simplify_repl
    for macro in get_default_latex_context_db().iter_macro_specs()
    if isinstance(macro.simplify_repl, str)
    and macro.macroname.isalpha()
    and len(macro.simplify_repl) == 1
    and not macro.simplify_repl.isascii()
    and macro.macroname not in {"i", "j"}  # mostly somebody's own macro; accents take care of the letters
} | _FURTHER
